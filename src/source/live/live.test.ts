import { existsSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BpfProgram } from './bpf.ts';
import { controlFilter } from './control-filter.ts';
import { DumpPace } from './dump-pace.ts';
import { KernelSettings } from './kernel-settings.ts';
import { offloadOf } from './nftables.ts';

/** Runs a classic filter as the kernel does: a load beyond the packet drops it. */
function run(program: Uint8Array, packet: Uint8Array): number {
  const code = new DataView(program.buffer);
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  let a = 0;
  let x = 0;
  try {
    for (let pc = 0; ; pc++) {
      const op = code.getUint16(pc * 8, true);
      const k = code.getUint32(pc * 8 + 4, true);
      const branch = (holds: boolean) => {
        pc += code.getUint8(pc * 8 + (holds ? 2 : 3));
      };
      if (op === 0x06) return k;
      else if (op === 0x30) a = view.getUint8(k);
      else if (op === 0x28) a = view.getUint16(k);
      else if (op === 0x20) a = view.getUint32(k);
      else if (op === 0x50) a = view.getUint8(x + k);
      else if (op === 0x48) a = view.getUint16(x + k);
      else if (op === 0xb1) x = (view.getUint8(k) & 15) * 4;
      else if (op === 0x01) x = k;
      else if (op === 0x07) x = a;
      else if (op === 0x0c) a = (a + x) >>> 0;
      else if (op === 0x1c) a = (a - x) >>> 0;
      else if (op === 0x80) a = packet.length;
      else if (op === 0x54) a = (a & k) >>> 0;
      else if (op === 0x74) a >>>= k;
      else if (op === 0x05) pc += k;
      else if (op === 0x15) branch(a === k);
      else if (op === 0x25) branch(a > k);
      else if (op === 0x45) branch((a & k) !== 0);
      else throw new TypeError(`instruction ${op.toString(16)}`);
    }
  } catch (error) {
    if (error instanceof RangeError) return 0;
    throw error;
  }
}

function ethernet(etherType: number, payload: readonly number[]): Uint8Array {
  return Uint8Array.from([...new Array<number>(12).fill(2), etherType >> 8, etherType & 255, ...payload]);
}

function ip(family: 4 | 6, protocol: number, transport: readonly number[], options = 0): Uint8Array {
  if (family === 6) {
    return ethernet(0x86dd, [0x60, 0, 0, 0, 0, 0, protocol, 64, ...new Array<number>(32).fill(1), ...transport]);
  }
  const header = [0x45 + options, 0, 0, 0, 0, 0, 0, 0, 64, protocol, ...new Array<number>(10 + options * 4).fill(1)];
  return ethernet(0x0800, [...header, ...transport]);
}

const udp = (source: number, destination: number, ...payload: number[]) => [
  ...[source >> 8, source & 255, destination >> 8, destination & 255, 0, 0, 0, 0],
  ...payload,
];
const tcp = (source: number, destination: number, flags: number, ...payload: number[]) => [
  ...[source >> 8, source & 255, destination >> 8, destination & 255, 0, 0, 0, 0, 0, 0, 0, 0],
  ...[0x80, flags, 0, 0, 0, 0, 0, 0, ...new Array<number>(12).fill(1)],
  ...payload,
];
const HELLO = [0x16, 3, 1, 2, 0, 1, 0, 1, 252];
const ACK = 0x10;
const PUSH = 0x18;

describe('the filter of control packets', () => {
  const filter = controlFilter();
  const passes = (packet: Uint8Array) => run(filter, packet) > 0;

  for (const family of [4, 6] as const) {
    const options = family === 4 ? [0, 3] : [0];
    for (const extra of options) {
      const name = `IPv${family}${extra ? ' with options' : ''}`;
      const segment = (...args: Parameters<typeof tcp>) => ip(family, 6, tcp(...args), extra);
      const datagram = (...args: Parameters<typeof udp>) => ip(family, 17, udp(...args), extra);

      it(`passes questions, announcements and their answers over ${name}`, () => {
        for (const port of [53, 67, 68, 137, 546, 547, 1900, 5351, 5353, 5355]) {
          expect(passes(datagram(40_000, port, 1))).toBe(true);
          expect(passes(datagram(port, 40_000, 1))).toBe(true);
        }
        expect(passes(segment(40_000, 53, PUSH, 0, 30))).toBe(true);
        expect(passes(segment(53, 40_000, PUSH, 0, 30))).toBe(true);
      });

      it(`passes the first words of TLS and QUIC over ${name}, on any TCP port`, () => {
        expect(passes(segment(40_000, 443, PUSH, ...HELLO))).toBe(true);
        expect(passes(segment(40_000, 443, ACK, ...HELLO))).toBe(true);
        expect(passes(segment(40_000, 8883, ACK, ...HELLO))).toBe(true);
        expect(passes(segment(40_000, 443, PUSH, 1, 2, 3, 4))).toBe(true);
        expect(passes(datagram(40_000, 443, 0xc3, 0, 0, 0, 1))).toBe(true);
      });

      it(`passes the first words of miners and chats over ${name}, not those of pages`, () => {
        const says = (text: string) => segment(40_000, 3333, PUSH, ...new TextEncoder().encode(text));
        expect(passes(says('{"id":1,"method":"mining.subscribe"}'))).toBe(true);
        expect(passes(says('NICK someone'))).toBe(true);
        expect(passes(says('USER a 0 * :a'))).toBe(true);
        expect(passes(says('HTTP/1.1 200 OK'))).toBe(false);
      });

      it(`passes SYNs over ${name}, their headers only`, () => {
        const syn = segment(40_000, 23, 0x02);
        expect(run(filter, syn)).toBeGreaterThanOrEqual(syn.length);
        expect(run(filter, syn)).toBeLessThan(200);
        expect(passes(segment(23, 40_000, 0x12))).toBe(false);
      });

      it(`drops what only carries data over ${name}`, () => {
        expect(passes(segment(40_000, 443, PUSH, 0x17, 3, 3, 1, 0))).toBe(false);
        expect(passes(segment(40_000, 443, ACK, 1, 2, 3, 4))).toBe(false);
        expect(passes(segment(40_000, 443, PUSH, ...new Array<number>(1400).fill(9)))).toBe(false);
        expect(passes(segment(40_000, 443, ACK))).toBe(false);
        expect(passes(segment(443, 40_000, PUSH, 1, 2, 3, 4))).toBe(false);
        expect(passes(segment(40_000, 8080, PUSH, 71, 69, 84))).toBe(false);
        expect(passes(datagram(40_000, 443, 0x43, 1))).toBe(false);
        expect(passes(datagram(40_000, 5004, 1))).toBe(false);
      });
    }
  }

  it('passes ARP and neighbour discovery, not pings', () => {
    expect(passes(ethernet(0x0806, new Array<number>(28).fill(0)))).toBe(true);
    for (const type of [133, 134, 135, 136]) expect(passes(ip(6, 58, [type, 0, 0, 0]))).toBe(true);
    for (const type of [128, 129, 132, 137]) expect(passes(ip(6, 58, [type, 0, 0, 0]))).toBe(false);
    expect(passes(ip(4, 1, [8, 0, 0, 0]))).toBe(false);
    expect(passes(ethernet(0x88cc, [1, 2, 3]))).toBe(false);
  });

  it('drops later fragments, which have no ports', () => {
    const fragment = ip(4, 17, udp(53, 53));
    fragment[20] = 1;
    expect(passes(fragment)).toBe(false);
  });

  it('comes to an end on any frame', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (noise) => {
        expect(run(filter, noise)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

it('refuses a filter that jumps nowhere', () => {
  expect(() => new BpfProgram().byte(0).ifEqual(1, 'nowhere').accept(0).assemble()).toThrow(RangeError);
});

describe('how fast the table is read', () => {
  it('reads a small table every second', () => {
    let cpu = 0;
    const pace = new DumpPace(() => cpu);
    pace.start(1000, true);
    pace.startSlice();
    cpu += 2;
    pace.endSlice();
    pace.finish();
    expect(pace.rest(1002)).toBe(998);
  });

  it('reads a large one at a fixed share of a core, and a huge one at least every half minute', () => {
    for (const { perRound, shortest, longest } of [
      { perRound: 700, shortest: 20_000, longest: 25_000 },
      { perRound: 3000, shortest: 26_000, longest: 30_000 },
    ]) {
      let cpu = 0;
      let now = 0;
      const pace = new DumpPace(() => cpu);
      let took = 0;
      for (let round = 0; round < 2; round++) {
        const began = now;
        pace.start(now, false);
        for (let left = perRound; left > 0; left -= 4) {
          pace.startSlice();
          cpu += 4;
          now += 4;
          pace.endSlice();
          if (left > 4) now += pace.pause();
        }
        pace.finish();
        now += pace.rest(now);
        took = now - began;
      }
      expect(took).toBeGreaterThan(shortest);
      expect(took).toBeLessThan(longest);
    }
  });
});

it('knows software from hardware offload', () => {
  const listing = (flowtable: object) => JSON.stringify({ nftables: [{ metainfo: {} }, { flowtable }] });
  expect(offloadOf('{"nftables":[{"metainfo":{}}]}')).toBe('none');
  expect(offloadOf(listing({ name: 'f', dev: ['lan'] }))).toBe('software');
  expect(offloadOf(listing({ name: 'f', flags: ['offload'] }))).toBe('hardware');
  expect(offloadOf(listing({ name: 'f', flags: 'offload' }))).toBe('hardware');
});

describe('kernel parameters', () => {
  const HERE = readlinkSync('/proc/self/ns/net');
  let folder: string;
  let file: string;
  let lines: string[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spin-settings-'));
    file = join(folder, 'former.json');
    lines = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const restore = (kept: unknown, stays?: (parameter: string) => boolean) => {
    writeFileSync(file, JSON.stringify(kept));
    new KernelSettings(file, (line) => lines.push(line)).restore(stays);
  };

  it('are given back only where they are ours, whatever the file says', () => {
    const former = { '../../etc/passwd': '1', 'kernel/core_pattern': '1', 'net/netfilter/nf_conntrack_x': 'a b' };
    restore({ namespace: HERE, former });
    expect(lines).toEqual([]);
    restore(['nothing of the kind']);
    expect(lines).toEqual([]);
  });

  it('of another network namespace are left alone', () => {
    restore({ namespace: 'net:[1]', former: { 'net/netfilter/nf_conntrack_nothing': '1' } });
    expect(lines).toEqual([]);
    expect(existsSync(file)).toBe(false);
  });

  it('may stay, and are given back another time', () => {
    const former = { 'net/netfilter/nf_conntrack_nothing': '1', 'net/bridge/bridge-nf-call-none': '1' };
    const other = { 'net/netfilter/nf_conntrack_none': '0' };
    restore({ namespace: HERE, former: { ...former, ...other } }, (name) => name.endsWith('_none'));
    expect(lines).toEqual([expect.stringContaining('nf_conntrack_nothing could not be set back to 1')]);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ namespace: HERE, former: other });
    new KernelSettings(file, (line) => lines.push(line)).restore();
    expect(lines.at(-1)).toContain('nf_conntrack_none could not be set back to 0');
    expect(existsSync(file)).toBe(false);
  });
});
