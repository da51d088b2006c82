import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Packet } from '../decode/packet.ts';
import { RECORD_WORDS, W } from '../model/flow.ts';
import { FlowHash } from './flow-hash.ts';
import { FlowTable } from './flow-table.ts';

function packetOf(source: number, destination: number): Packet {
  const p = new Packet();
  p.family = 4;
  p.source3 = source;
  p.destination3 = destination;
  p.protocol = 17;
  return p;
}

function insert(table: FlowTable, p: Packet, hash: number): number {
  const slot = table.insert(hash);
  const base = slot * RECORD_WORDS;
  table.words[base + W.source + 3] = p.source3;
  table.words[base + W.destination + 3] = p.destination3;
  table.words[base + W.protocol] = p.protocol;
  return slot;
}

it('finds what is in it and nothing else, through any insertions and removals and with colliding hashes', () => {
  const key = fc.integer({ min: -40, max: 40 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(key, fc.boolean()), { maxLength: 300 }),
      fc.constantFrom(1, 3, 7919),
      (steps, spread) => {
        const table = new FlowTable(64);
        const model = new Map<number, number>();
        for (const [id, wanted] of steps) {
          const p = packetOf(id, 1000);
          const hash = (id % 5) * spread;
          const slot = model.get(id);
          expect(table.find(p, hash, 0, 0)).toBe(slot === undefined ? -1 : slot * 2);
          if (wanted && slot === undefined && !table.full) model.set(id, insert(table, p, hash));
          if (!wanted && slot !== undefined) {
            table.remove(slot);
            model.delete(id);
          }
          expect(table.size).toBe(model.size);
        }
        expect(new Set(model.values()).size).toBe(model.size);
      },
    ),
  );
});

it('keeps every flow while its index grows', () => {
  const table = new FlowTable(20_000);
  const hash = new FlowHash(7);
  const packets = Array.from({ length: 20_000 }, (_, i) => packetOf(i * 65_537, -i));
  const slots = packets.map((p) => insert(table, p, hash.of(p, 0, 0)));
  expect(table.full).toBe(true);
  expect(packets.map((p) => table.find(p, hash.of(p, 0, 0), 0, 0))).toEqual(slots.map((slot) => slot * 2));
});

it('knows the other direction by the same hash', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer(), fc.integer(), fc.nat(65535), fc.nat(65535), (seed, a, b, port, other) => {
      const hash = new FlowHash(seed);
      expect(hash.of(packetOf(a, b), port, other)).toBe(hash.of(packetOf(b, a), other, port));
    }),
  );
});

it('spreads consecutive addresses and ports evenly', () => {
  const hash = new FlowHash(1);
  const buckets = new Int32Array(4096);
  for (let i = 0; i < 40_960; i++)
    buckets[hash.of(packetOf(0x0a000001, 0x08000000 + i), 1024 + (i & 1023), 23) & 4095]!++;
  expect(Math.max(...buckets)).toBeLessThan(35);
});
