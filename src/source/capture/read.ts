import { stat } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { type ByteSource, openBytes } from './chunks.ts';
import { CaptureError } from './error.ts';
import type { FrameSink } from './format.ts';
import { CaptureStream } from './stream.ts';

export type ReadOptions = {
  /** Called now and then with bytes read from the file and its size (0 where unknown, as on standard input). */
  onProgress?: (taken: number, size: number) => void;
  /** Ends the reading early, without an error. */
  signal?: AbortSignal;
  /** The file's bytes, where it was opened already. */
  opened?: ByteSource;
};

/** What was read. */
export type CaptureEnd = {
  format: 'pcap' | 'pcapng';
  frames: number;
  /** Decompressed bytes. */
  bytes: number;
  /** Whether the end of the file was reached, rather than the reader told to stop. */
  complete: boolean;
};

/** Other work of the process gets a turn after so many chunks: 8 MB, a few ms. */
const CHUNKS_PER_TURN = 32;

/**
 * Reads a capture file (pcap or pcapng, plain or gzip) as fast as it can be taken and gives every frame to `sink`.
 *
 * @param path a file, or `stdin`
 * @throws CaptureError where the file cannot be opened or is no capture, cut off or malformed; the frames before the
 *   fault were given to `sink`
 */
export async function readCapture(path: string, sink: FrameSink, options: ReadOptions = {}): Promise<CaptureEnd> {
  const { onProgress, signal, opened } = options;
  const stream = new CaptureStream(path, sink);
  const parse = async (source: ByteSource, size: number) => {
    for (let chunks = 1; signal?.aborted !== true; chunks++) {
      const pending = source.read(stream.bytes, stream.makeRoom());
      const length = typeof pending === 'number' ? pending : await pending;
      stream.filled(length);
      stream.parse();
      if (length === 0) {
        stream.end();
        onProgress?.(source.taken, size);
        return true;
      }
      if (chunks % CHUNKS_PER_TURN === 0) {
        onProgress?.(source.taken, size);
        await setImmediate();
      }
    }
    return false;
  };
  return withBytes(path, stream, parse, opened);
}

/** Opens the bytes of a capture, has them read, and says in our own error what went wrong with the file. */
export async function withBytes(
  path: string,
  stream: CaptureStream,
  read: (source: ByteSource, size: number) => Promise<boolean>,
  opened?: ByteSource,
): Promise<CaptureEnd> {
  let source = opened;
  try {
    const size = path === 'stdin' ? 0 : await fileSize(path);
    source ??= await openBytes(path);
    const complete = await read(source, size);
    return { format: stream.format ?? 'pcap', frames: stream.frames, bytes: stream.offset, complete };
  } catch (error) {
    throw explain(error, stream);
  } finally {
    source?.close();
  }
}

async function fileSize(path: string): Promise<number> {
  const status = await stat(path);
  return status.isFile() ? status.size : 0;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
  EISDIR: 'is a directory',
  Z_BUF_ERROR: 'the compressed data is cut off',
  Z_DATA_ERROR: 'the compressed data is damaged',
};

function explain(error: unknown, stream: CaptureStream): unknown {
  const reason = error instanceof CaptureError ? undefined : reasonOf(error);
  return reason === undefined ? error : stream.fault(reason);
}

/** Why the system could not read a file, in a few words; `undefined` for any other error. */
export function reasonOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code === undefined ? undefined : (REASONS[code] ?? `cannot be read (${code})`);
}
