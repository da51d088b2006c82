import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { concat, ethernet, ipv4, octets, udp } from '../../decode/frame-builder.ts';
import { pcap, pcapng, type Record, writer } from './capture-builder.ts';
import { CaptureError } from './error.ts';
import { playCapture } from './play.ts';
import { readCapture } from './read.ts';
import { CaptureStream, CHUNK } from './stream.ts';

const folder = mkdtempSync(join(tmpdir(), 'spin-capture-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function file(bytes: Uint8Array): string {
  const path = join(folder, `${files++}.pcap`);
  writeFileSync(path, bytes);
  return path;
}

type Seen = { at: number; frame: string; wireLength: number; linkType: number };

function collector() {
  const seen: Seen[] = [];
  const advanced: number[] = [];
  return {
    seen,
    advanced,
    frame(
      bytes: Uint8Array,
      _view: DataView,
      start: number,
      end: number,
      wireLength: number,
      at: number,
      linkType: number,
    ) {
      seen.push({ at, frame: Buffer.from(bytes.subarray(start, end)).toString('hex'), wireLength, linkType });
    },
    advance(at: number) {
      advanced.push(at);
    },
  };
}

async function read(bytes: Uint8Array): Promise<{ seen: Seen[]; error?: CaptureError }> {
  const sink = collector();
  try {
    await readCapture(file(bytes), sink);
    return { seen: sink.seen };
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    return { seen: sink.seen, error };
  }
}

const one = octets('0102030405');
const two = octets('0a0b0c0d0e0f10');
const records: Record[] = [
  { at: 1_700_000_000_123.456, frame: one, wireLength: 1500 },
  { at: 1_700_000_001_000.001, frame: two },
];
const expected = [
  { at: 1_700_000_000_123.456, frame: '0102030405', wireLength: 1500, linkType: 1 },
  { at: 1_700_000_001_000.001, frame: '0a0b0c0d0e0f10', wireLength: 7, linkType: 1 },
];

describe('pcap', () => {
  it.each([
    ['microseconds', 0xa1b2c3d4],
    ['nanoseconds', 0xa1b23c4d],
    ['modified', 0xa1b2cd34],
  ])('with %s is read in both byte orders', async (_name, magic) => {
    for (const littleEndian of [true, false]) {
      expect(await read(pcap(records, { littleEndian, magic }))).toEqual({ seen: expected });
    }
  });

  it('without packets is a capture', async () => {
    expect(await read(pcap([]))).toEqual({ seen: [] });
  });

  it('of an old version may have the lengths exchanged', async () => {
    const put = writer(true);
    const record = concat(put.u32(1, 0, 1500, 5), one);
    const { seen } = await read(concat(pcap([], { version: [2, 2] }), record));
    expect(seen).toEqual([{ at: 1000, frame: '0102030405', wireLength: 1500, linkType: 1 }]);
  });

  it('says its link type, whatever it tells of checksums', async () => {
    const { seen } = await read(pcap(records, { linkType: 0x24000000 + 113 }));
    expect(seen.map((frame) => frame.linkType)).toEqual([113, 113]);
  });
});

describe('pcapng', () => {
  it('is read in both byte orders, with all kinds of packet blocks', async () => {
    for (const littleEndian of [true, false]) {
      const ng = pcapng(littleEndian);
      const blocks = [ng.section(), ng.interface(1), ng.enhanced(0, 1_700_000_000_123_456, one, 60)];
      const { seen, error } = await read(
        concat(...blocks, ng.obsolete(0, 1_700_000_001_000_001, two), ng.simple(one, 5)),
      );
      expect(error).toBeUndefined();
      expect(seen).toEqual([
        { at: 1_700_000_000_123.456, frame: '0102030405', wireLength: 60, linkType: 1 },
        { at: 1_700_000_001_000.001, frame: '0a0b0c0d0e0f10', wireLength: 7, linkType: 1 },
        { at: 1_700_000_001_000.001, frame: '0102030405', wireLength: 5, linkType: 1 },
      ]);
    }
  });

  it('may have sections in different byte orders, each with its own interfaces', async () => {
    const little = pcapng(true);
    const big = pcapng(false);
    const { seen } = await read(
      concat(
        ...[little.section(), little.interface(1), little.interface(113), little.enhanced(1, 1000, one)],
        ...[big.section(), big.interface(101), big.enhanced(0, 2000, two)],
      ),
    );
    expect(seen.map((frame) => [frame.linkType, frame.at])).toEqual([
      [113, 1],
      [101, 2],
    ]);
  });

  it('has a resolution and an offset for each interface', async () => {
    const ng = pcapng();
    const nanoseconds = ng.option(9, Uint8Array.of(9));
    const halves = ng.option(9, Uint8Array.of(0x81));
    const later = ng.option(14, ng.put.u32(100, 0));
    const blocks = [ng.interface(1, nanoseconds), ng.interface(1, halves), ng.interface(1, later)];
    const packets = [ng.enhanced(0, 5_000_000, one), ng.enhanced(1, 3, one), ng.enhanced(2, 7_000, one)];
    const { seen } = await read(concat(ng.section(), ...blocks, ...packets));
    expect(seen.map((frame) => frame.at)).toEqual([5, 1500, 100_007]);
  });

  it('may hold blocks that are not packets, longer than any buffer too', async () => {
    const ng = pcapng();
    const others = [4, 5, 10, 0xbad, 0x40000bad].map((type) => ng.block(type, octets('00000000')));
    const long = ng.block(10, new Uint8Array(3_000_000));
    const { seen, error } = await read(
      concat(ng.section(), ng.interface(1), ...others, long, ng.enhanced(0, 9000, one)),
    );
    expect([seen.length, error]).toEqual([1, undefined]);
  });

  it.each<[string, (ng: ReturnType<typeof pcapng>) => Uint8Array, string]>([
    ['a packet of no interface', (ng) => ng.enhanced(7, 1, one), 'a packet of interface 7, which is not described'],
    ['an absurd block', (ng) => ng.put.u32(6, 0x7ffffff0, 0), 'a block of 2147483632 bytes is not believable'],
    ['a block of nothing', (ng) => ng.put.u32(6, 0, 0), 'a block of 0 bytes is not believable'],
    ['two lengths that differ', (ng) => ng.put.u32(6, 16, 0, 12), 'the two lengths of a block differ'],
    [
      'a packet longer than its block',
      (ng) => ng.block(6, ng.put.u32(0, 0, 0, 500, 500)),
      'a block is shorter than what it says to hold',
    ],
    ['a wrong section', (ng) => ng.put.u32(0x0a0d0d0a, 28, 5), 'a section without byte-order magic'],
    ['a piece of a block', (ng) => ng.put.u32(6, 64, 0, 0), 'file ends within a block (16 bytes of it are there)'],
    ['a piece of a skipped block', (ng) => ng.put.u32(5, 64, 0, 0), 'file ends within a block (48 bytes are missing)'],
  ])('with %s is read up to there', async (_name, make, reason) => {
    const ng = pcapng();
    const good = concat(ng.section(), ng.interface(1), ng.enhanced(0, 1000, one));
    const { seen, error } = await read(concat(good, make(ng)));
    expect(seen).toHaveLength(1);
    expect([error?.reason, error?.partly]).toEqual([reason, true]);
  });
});

describe('a file that is no good capture', () => {
  const good = pcap(records);
  it.each<[string, Uint8Array, number, string]>([
    ['nothing', new Uint8Array(0), 0, 'the file is empty'],
    ['one byte', octets('d4'), 0, 'not a capture file'],
    ['something else', new TextEncoder().encode('{"a": 1}'), 0, 'not a capture file (neither pcap nor pcapng)'],
    ['half a header', good.subarray(0, 20), 0, 'file ends within its header (20 of 24 bytes)'],
    ['another version', pcap(records, { version: [1, 9] }), 4, 'pcap version 1.9 is not known'],
    ['half a packet', good.subarray(0, good.length - 3), 45, 'file ends within a packet (20 bytes of it are there)'],
    [
      'absurd lengths',
      concat(good, writer(true).u32(1, 1, 0x7fffffff, 60)),
      68,
      'a packet of 2147483647 captured bytes is not believable',
    ],
    ['half of a gzip', gzipSync(good).subarray(0, 30), 24, 'the compressed data is cut off'],
    [
      'a damaged gzip',
      concat(gzipSync(good).subarray(0, 10), octets('ffffffffffffffff')),
      0,
      'the compressed data is damaged',
    ],
  ])('%s: says where and why', async (_name, bytes, offset, reason) => {
    const { error } = await read(bytes);
    expect([error?.reason, error?.offset]).toEqual([reason, offset]);
    expect(error?.message).toBe(`${error?.file}: byte ${offset}: ${reason}`);
  });

  it('that does not exist says so', async () => {
    await expect(readCapture('/nonexistent/file', collector())).rejects.toMatchObject({
      reason: 'no such file',
      frames: 0,
    });
    await expect(readCapture(folder, collector())).rejects.toMatchObject({ reason: 'is a directory' });
  });

  it('never breaks the reader, whatever is changed in it', async () => {
    const ng = pcapng();
    const block = concat(ng.section(), ng.interface(1), ng.enhanced(0, 1000, one), ng.simple(two));
    const change = fc.record({ at: fc.nat(120), value: fc.nat(255) });
    await fc.assert(
      fc.property(
        fc.constantFrom(good, block),
        fc.array(change, { maxLength: 6 }),
        fc.nat(150),
        (bytes, changes, length) => {
          const broken = bytes.slice(0, length);
          for (const { at, value } of changes) if (at < broken.length) broken[at] = value;
          const stream = new CaptureStream('broken', collector());
          try {
            stream.bytes.set(broken, stream.makeRoom());
            stream.filled(broken.length);
            stream.parse();
            stream.end();
          } catch (error) {
            expect(error).toBeInstanceOf(CaptureError);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('a long capture', () => {
  const many = Array.from({ length: 3000 }, (_, i) => ({
    at: 1000 + i,
    frame: ethernet(0x0800, ipv4('192.0.2.1', '192.0.2.2', 17, udp(i, 53, new Uint8Array((i * 37) % 1400)))),
  }));
  const bytes = pcap(many);

  it('is read over many chunks without loss', async () => {
    expect(bytes.length).toBeGreaterThan(4 * CHUNK);
    const { seen } = await read(bytes);
    expect(seen.map(({ at, frame }) => ({ at, frame: Buffer.from(frame, 'hex') }))).toEqual(
      many.map(({ at, frame }) => ({ at, frame: Buffer.from(frame) })),
    );
  });

  it('may be compressed, in several members', async () => {
    const half = bytes.length >> 1;
    const { seen, error } = await read(concat(gzipSync(bytes.subarray(0, half)), gzipSync(bytes.subarray(half))));
    expect([seen.length, error]).toEqual([3000, undefined]);
  });

  it.each(['plain', 'gzip'])('may come over standard input, %s', async (form) => {
    const program = `
      import { readCapture } from '${new URL('./read.ts', import.meta.url).pathname}';
      const end = await readCapture('stdin', { frame() {} });
      console.log(end.frames);`;
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', program]);
    child.stdin.end(form === 'gzip' ? gzipSync(bytes) : bytes);
    let out = '';
    for await (const chunk of child.stdout) out += String(chunk);
    expect(out.trim()).toBe('3000');
  });

  it('tells its progress, and stops when told', async () => {
    const path = file(bytes);
    const progress: [number, number][] = [];
    await readCapture(path, collector(), { onProgress: (taken, size) => progress.push([taken, size]) });
    expect(progress.at(-1)).toEqual([bytes.length, bytes.length]);
    const end = await readCapture(path, collector(), { signal: AbortSignal.abort() });
    expect(end).toMatchObject({ frames: 0, complete: false });
  });

  it('is parsed the same whatever the pieces it comes in', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 50 }), (pieces) => {
        const some = pcap(many.slice(0, 40));
        const sink = collector();
        const stream = new CaptureStream('pieces', sink);
        let i = 0;
        for (let at = 0; at < some.length; ) {
          const piece = some.subarray(at, at + pieces[i++ % pieces.length]!);
          stream.bytes.set(piece, stream.makeRoom());
          stream.filled(piece.length);
          stream.parse();
          at += piece.length;
        }
        stream.end();
        expect(sink.seen).toHaveLength(40);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a capture that is played', () => {
  it('takes its recorded time divided by the speed, and tells the time in between', async () => {
    const path = file(pcap([0, 1000, 4000].map((at) => ({ at: 1_700_000_000_000 + at, frame: one }))));
    const sink = collector();
    const started = performance.now();
    const end = await playCapture(path, sink, { speed: 10 });
    const took = performance.now() - started;
    expect(end).toMatchObject({ frames: 3, complete: true });
    expect(took).toBeGreaterThan(395);
    expect(sink.advanced.length).toBeGreaterThan(3);
    expect(sink.advanced).toEqual([...sink.advanced].sort((a, b) => a - b));
  });

  it('leaps over hours of silence', async () => {
    const path = file(pcap([0, 86_400_000].map((at) => ({ at, frame: one }))));
    await expect(playCapture(path, collector(), { speed: 100 })).resolves.toMatchObject({ frames: 2 });
  });

  it('stops when told', async () => {
    const path = file(pcap([0, 3_600_000].map((at) => ({ at, frame: one }))));
    const stop = new AbortController();
    const sink = collector();
    const playing = playCapture(path, { ...sink, advance: () => stop.abort() }, { speed: 100, signal: stop.signal });
    await expect(playing).resolves.toMatchObject({ frames: 1, complete: false });
  });
});
