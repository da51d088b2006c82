import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CHUNK } from './stream.ts';

/** Where bytes come from: `read` puts up to CHUNK of them at `offset` of `into` and answers how many; 0 at the end. */
export type ByteSource = {
  read(into: Uint8Array, offset: number): number | Promise<number>;
  /** Bytes read from the file so far, compressed ones where it is compressed. */
  readonly taken: number;
  close(): void;
};

const GZIP_MAGIC = 0x1f8b;

/** Opens a capture; `stdin` reads standard input. Compressed ones (gzip, also of several members) are inflated. */
export async function openBytes(path: string): Promise<ByteSource> {
  if (path === 'stdin') return inflateIfNeeded(process.stdin);
  const file = openSync(path, 'r');
  const head = Buffer.alloc(2);
  const length = readSync(file, head, 0, 2, null);
  if (length === 2 && head.readUInt16BE() === GZIP_MAGIC) {
    // The same descriptor goes on being read: a pipe cannot be opened again.
    return inflateIfNeeded(createReadStream(path, { fd: file, highWaterMark: CHUNK }), head);
  }
  return new FileBytes(file, head.subarray(0, length));
}

/** A source of which the first bytes were read to see what it is: they come again. */
export function withHead(source: ByteSource, head: Uint8Array): ByteSource {
  let isGiven = head.length === 0;
  return {
    read(into, offset) {
      if (isGiven) return source.read(into, offset);
      isGiven = true;
      into.set(head, offset);
      return head.length;
    },
    get taken() {
      return source.taken;
    },
    close: () => source.close(),
  };
}

/** Plain files are read synchronously: from the page cache a copy costs less than a hop to another thread. */
class FileBytes implements ByteSource {
  taken = 0;
  readonly #file: number;
  #head: Uint8Array;

  constructor(file: number, head: Uint8Array) {
    this.#file = file;
    this.#head = head;
  }

  read(into: Uint8Array, offset: number): number {
    const head = this.#head;
    into.set(head, offset);
    const length = head.length + readSync(this.#file, into, offset + head.length, CHUNK - head.length, null);
    this.#head = head.subarray(0, 0);
    this.taken += length;
    return length;
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** @param taken what was read of `input` already */
async function inflateIfNeeded(input: Readable, taken?: Buffer): Promise<ByteSource> {
  const counted = new CountedBytes(input, taken);
  const head = await counted.peek(2);
  if (head.length < 2 || head.readUInt16BE() !== GZIP_MAGIC) return new StreamBytes(counted, input, counted);
  const gunzip = createGunzip({ chunkSize: CHUNK });
  const pumped = pump(counted, gunzip);
  pumped.catch((error: unknown) => gunzip.destroy(error as Error));
  return new StreamBytes(gunzip as AsyncIterable<Buffer>, input, counted);
}

async function pump(from: AsyncIterable<Buffer>, to: ReturnType<typeof createGunzip>): Promise<void> {
  for await (const chunk of from) {
    if (to.destroyed) return;
    if (!to.write(chunk)) await new Promise((resolve) => to.once('drain', resolve).once('close', resolve));
  }
  to.end();
}

/** The chunks of a stream, counted, of which the first bytes can be looked at beforehand. */
class CountedBytes implements AsyncIterable<Buffer> {
  taken = 0;
  readonly #iterator: AsyncIterator<Buffer>;
  readonly #first: Buffer[];

  constructor(input: Readable, taken?: Buffer) {
    this.#first = taken === undefined ? [] : [taken];
    this.#iterator = input[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  async peek(length: number): Promise<Buffer> {
    let head = Buffer.concat(this.#first);
    while (head.length < length) {
      const next = await this.#iterator.next();
      if (next.done === true) break;
      this.#first.push(next.value);
      head = Buffer.concat([head, next.value]);
    }
    return head;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for (const chunk of this.#first) yield this.#counted(chunk);
    for (;;) {
      const next = await this.#iterator.next();
      if (next.done === true) return;
      yield this.#counted(next.value);
    }
  }

  #counted(chunk: Buffer): Buffer {
    this.taken += chunk.length;
    return chunk;
  }
}

/** Chunks of any size, cut to what fits. */
class StreamBytes implements ByteSource {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #input: Readable;
  readonly #counted: CountedBytes;
  #chunk: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Buffer>, input: Readable, counted: CountedBytes) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#input = input;
    this.#counted = counted;
  }

  get taken(): number {
    return this.#counted.taken;
  }

  async read(into: Uint8Array, offset: number): Promise<number> {
    while (this.#chunk.length === 0) {
      const next = await this.#chunks.next();
      if (next.done === true) return 0;
      this.#chunk = next.value;
    }
    const length = Math.min(CHUNK, this.#chunk.length);
    into.set(this.#chunk.subarray(0, length), offset);
    this.#chunk = this.#chunk.subarray(length);
    return length;
  }

  close(): void {
    this.#input.destroy();
  }
}
