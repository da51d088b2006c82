import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { D, FLAG, FlowBatch, RECORD_DOUBLES, RECORD_WORDS, W } from '../model/flow.ts';
import { ConntrackTable, MISSING_MS } from './conntrack.ts';
import { ConntrackEntry } from './conntrack-entry.ts';

const SINCE = 1000;

function entry(id: number, packets = -1, start = SINCE + 1): ConntrackEntry {
  const made = new ConntrackEntry();
  made.id = id;
  made.protocol = 17;
  made.source.set([0, 0, 0xffff, 0xc0000202]);
  made.destination.set([0, 0, 0xffff, 0xcb007100 + (id & 255)]);
  made.ports = (id << 16) | 53;
  made.start = start;
  made.counted = packets >= 0;
  made.packetsUp = Math.max(packets, 0);
  made.packetsDown = Math.max(packets, 0) * 2;
  made.bytesUp = made.packetsUp * 100;
  made.bytesDown = made.packetsDown * 1000;
  return made;
}

type Sums = { flows: number; ends: number; packets: number; bytes: number; records: number };

/** Drains everything and adds up. */
function drained(table: ConntrackTable, sums: Sums = { flows: 0, ends: 0, packets: 0, bytes: 0, records: 0 }): Sums {
  const batch = FlowBatch.ofCapacity(3);
  while (table.drain(batch) > 0) {
    for (let i = 0; i < batch.count; i++) {
      const flags = batch.words[i * RECORD_WORDS + W.flags]!;
      sums.records++;
      sums.flows += flags & FLAG.fresh ? 1 : 0;
      sums.ends += flags & FLAG.ended ? 1 : 0;
      sums.packets += batch.words[i * RECORD_WORDS + W.packetsUp]!;
      sums.bytes += batch.doubles[i * RECORD_DOUBLES + D.bytesDown]!;
    }
  }
  return sums;
}

/** A table past its first dump. */
function running(capacity?: number): ConntrackTable {
  const table = new ConntrackTable({ since: SINCE, ...(capacity === undefined ? {} : { capacity }) });
  table.startDump(false);
  table.finishDump(SINCE);
  return table;
}

describe('the table of connections', () => {
  it('tells a connection once, then what it added, then its end with the rest', () => {
    const table = running();
    table.begin(entry(1), 2000);
    expect(drained(table)).toMatchObject({ flows: 1, ends: 0, packets: 0 });
    table.update(entry(1, 10), 3000);
    expect(drained(table)).toMatchObject({ flows: 0, ends: 0, packets: 10, bytes: 20_000 });
    table.update(entry(1, 10), 4000);
    expect(drained(table).records).toBe(0);
    table.end(entry(1, 13), 5000);
    expect(drained(table)).toMatchObject({ flows: 0, ends: 1, packets: 3, bytes: 6000 });
    expect(table.size).toBe(0);
  });

  it('tells a connection that came and went between two drains in one record', () => {
    const table = running();
    table.begin(entry(1), 2000);
    table.end(entry(1, 2), 2001);
    expect(drained(table)).toEqual({ records: 1, flows: 1, ends: 1, packets: 2, bytes: 4000 });
  });

  it('counts a connection whose begin was lost', () => {
    const table = running();
    table.end(entry(1, 5), 2000);
    expect(drained(table)).toMatchObject({ flows: 1, ends: 1, packets: 5 });
  });

  it('takes what it finds at the start as a baseline', () => {
    const table = new ConntrackTable({ since: SINCE });
    table.startDump(true);
    table.update(entry(1, 100, 500), 2000);
    table.finishDump(2000);
    expect(drained(table).records).toBe(0);
    table.update(entry(1, 104, 500), 3000);
    expect(drained(table)).toMatchObject({ flows: 1, packets: 4 });
    table.end(entry(2, 50, 500), 3000);
    expect(drained(table).records).toBe(0);
  });

  it('counts from zero what began after the start, also when a dump shows it before its event', () => {
    const table = new ConntrackTable({ since: SINCE });
    table.startDump(true);
    table.update(entry(1, 7), 2000);
    table.update(entry(2, 7, 0), 2000);
    table.begin(entry(2), 2000);
    table.finishDump(2000);
    expect(drained(table)).toMatchObject({ flows: 2, packets: 14 });
  });

  it('is not fooled by a dump that is older than the end of a connection', () => {
    const table = running();
    table.begin(entry(1), 2000);
    table.startDump(true);
    table.end(entry(1, 5), 2001);
    expect(drained(table)).toMatchObject({ flows: 1, ends: 1, packets: 5 });
    table.update(entry(1, 5), 2002);
    table.finishDump(2003);
    table.startDump(false);
    table.update(entry(1, 5), 2004);
    table.finishDump(2005);
    expect(drained(table).records).toBe(0);
    expect(table.size).toBe(0);
  });

  it('finds by a reconciling dump what lost events did not tell', () => {
    const table = running();
    table.startDump(true);
    table.update(entry(1, 5), 2000);
    table.finishDump(2000);
    expect(drained(table)).toMatchObject({ flows: 1, packets: 5 });
  });

  it('ends a connection that dumps have not shown for long, and counts the loss', () => {
    const table = running();
    table.begin(entry(1), 2000);
    for (const at of [3000, 4000, 3000 + MISSING_MS]) {
      table.startDump(false);
      table.finishDump(at);
    }
    expect(drained(table)).toMatchObject({ flows: 1, ends: 1 });
    expect(table.lostEnds).toBe(1);
  });

  it('takes counters that somebody set to zero as new', () => {
    const table = running();
    table.begin(entry(1), 2000);
    table.update(entry(1, 10), 3000);
    table.update(entry(1, 2), 4000);
    expect(drained(table).packets).toBe(12);
  });

  it('stays within its capacity, and the ends still hold every byte', () => {
    const table = running(8);
    for (let id = 1; id <= 20; id++) table.begin(entry(id), 2000);
    const sums = drained(table);
    expect(table.size).toBe(8);
    for (let id = 1; id <= 20; id++) {
      table.end(entry(id, 3), 3000);
      drained(table, sums);
    }
    expect(sums).toMatchObject({ flows: 20, ends: 20, packets: 60 });
    expect(table.lostEnds).toBe(0);
  });

  it('gives up the oldest ends when nobody drains, and says how many', () => {
    const table = running(8);
    for (let id = 1; id <= 20; id++) table.end(entry(id, 3), 2000);
    expect(table.lostEnds).toBe(12);
    expect(drained(table)).toMatchObject({ flows: 8, ends: 8, packets: 24 });
  });

  it('has exact sums for any order of begins, dumps, drains and ends, also when it grows', () => {
    const step = fc.record({ act: fc.constantFrom('begin', 'update', 'end', 'dump', 'drain'), id: fc.nat(40) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), fc.constantFrom(4, 8192), (steps, capacity) => {
        const table = running(capacity);
        const sums = { flows: 0, ends: 0, packets: 0, bytes: 0, records: 0 };
        const live = new Map<number, number>();
        let generation = 0;
        let all = 0;
        for (const { act, id } of steps) {
          const packets = live.get(id);
          if (act === 'begin' && packets === undefined) {
            live.set(id, 0);
            table.begin(entry(id + 1), 2000);
          } else if (act === 'update' && packets !== undefined) {
            live.set(id, packets + 3);
            table.update(entry(id + 1, packets + 3), 2000);
          } else if (act === 'end' && packets !== undefined) {
            live.delete(id);
            all += packets + 1;
            table.end(entry(id + 1, packets + 1), 2000);
            drained(table, sums);
          } else if (act === 'dump') {
            table.startDump(generation++ % 2 === 0);
            for (const [of, count] of live) table.update(entry(of + 1, count), 2000);
            table.finishDump(2000);
          } else if (act === 'drain') drained(table, sums);
        }
        for (const [id, packets] of live) {
          all += packets + 1;
          table.end(entry(id + 1, packets + 1), 2000);
          drained(table, sums);
        }
        expect(sums.packets).toBe(all);
        expect(sums.bytes).toBe(all * 2000);
        expect(sums.flows).toBe(sums.ends);
        expect(table.size).toBe(0);
        expect(table.lostEnds).toBe(0);
      }),
    );
  });
});
