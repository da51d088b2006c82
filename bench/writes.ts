/**
 * `bin/bench writes`: what a whole day of the published home costs the disk, with roll-ups, retention and everything that
 * is written twice: a made-up day of 370,000 flows (Preseem 2025) goes through the store in some seconds.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { MinuteRow } from '../src/model/event.ts';
import { Store } from '../src/store/store.ts';
import { Random } from './offline/random.ts';
import { Bars, printTable } from './report.ts';

const MINUTE = 60_000;
const FLOWS_A_DAY = 370_000;
/** Most MB that a day may write: an SD card must last. */
const BAR = 60;
const RESOLVER = '192.0.2.1';
/** Half of the flows are look-ups; each name is talked to over TLS. */
const LOOKUPS = 0.5;

/** Far ends that a device knows, and how many it meets anew in a day: people's own devices, appliances. */
const SORTS = [
  { devices: 5, far: 300, newADay: 400 },
  { devices: 20, far: 15, newADay: 1 },
] as const;

type Thing = { id: string; far: string[]; newAMinute: number };
type Day = { minutes: number; rows: number; written: number; cpu: number };

const { values } = parseArgs({ options: { days: { type: 'string', default: '1' }, help: { type: 'boolean' } } });
const days = Number(values.days);
if (values.help || !(days > 0)) {
  console.log('Usage: bin/bench writes [--days N]   (default 1)');
  process.exitCode = values.help ? 0 : 64;
} else {
  process.exitCode = report(live(Math.round(days * 1_440)));
}

function live(minutes: number): Day {
  const folder = mkdtempSync(join(tmpdir(), 'spin-writes-'));
  let now = Date.UTC(2026, 0, 10);
  const store = new Store({ directory: folder, now: () => now, log: (line) => console.error(line) }).open();
  try {
    const random = new Random(1);
    const things = SORTS.flatMap((sort, index) =>
      Array.from({ length: sort.devices }, (_, number): Thing => thing(`d-${index}-${number}`, sort)),
    );
    const [began, clock] = [writtenBytes(), process.cpuUsage()];
    let rows = 0;
    for (let minute = 0; minute < minutes; minute++) {
      const did = minuteOf(things, random);
      rows += did.length;
      store.addMinute(now, did);
      now += MINUTE;
      store.flush();
      while (store.maintain(now));
    }
    store.close();
    const { user, system } = process.cpuUsage(clock);
    return { minutes, rows, written: writtenBytes() - began, cpu: (user + system) / 1e6 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function thing(id: string, { far, newADay }: (typeof SORTS)[number]): Thing {
  return { id, far: Array.from({ length: far }, (_, i) => `host-${i}.${id}.example.com`), newAMinute: newADay / 1_440 };
}

/** A minute's flows as the conversations that they belong to: few far ends are met often, most are met rarely. */
function minuteOf(things: readonly Thing[], random: Random): MinuteRow[] {
  const rows = new Map<string, MinuteRow>();
  for (let flow = 0; flow < FLOWS_A_DAY / 1_440; flow++) {
    const { id, far } = things[Math.floor(random.unit() ** 2 * things.length)]!;
    const isLookup = random.unit() < LOOKUPS;
    const node = isLookup ? RESOLVER : far[Math.floor(random.unit() ** 3 * far.length)]!;
    const key = `${id} ${node}`;
    const row = rows.get(key) ?? rowOf(id, node, isLookup);
    row.packetsUp += 1 + random.below(20);
    row.packetsDown += 1 + random.below(40);
    row.bytesUp += 100 + random.below(5_000);
    row.bytesDown += 100 + Math.floor(100_000 * random.unit() ** 3);
    rows.set(key, row);
  }
  for (const { id, far, newAMinute } of things)
    if (random.unit() < newAMinute) far.splice(random.below(far.length), 0, `host-${far.length}.${id}.example.net`);
  return [...rows.values()];
}

function rowOf(device: string, node: string, isLookup: boolean): MinuteRow {
  const service = isLookup ? { protocol: 'udp', port: 53 } : { protocol: 'tcp', port: 443 };
  return { device, node, ...service, initiator: 'device', packetsUp: 0, packetsDown: 0, bytesUp: 0, bytesDown: 0 };
}

/** Bytes that this process caused to be written (proc(5), `write_bytes`). */
function writtenBytes(): number {
  return Number(/^write_bytes: (\d+)$/m.exec(readFileSync('/proc/self/io', 'latin1'))![1]);
}

function report({ minutes, rows, written, cpu }: Day): number {
  const bars = new Bars();
  const aDay = ((written / minutes) * 1_440) / 1e6;
  printTable([
    ['', 'flows', 'rows', 'written MB', 'CPU s'],
    [
      `${(minutes / 1_440).toFixed(1)} days`,
      String(Math.round((FLOWS_A_DAY / 1_440) * minutes)),
      String(rows),
      (written / 1e6).toFixed(1),
      cpu.toFixed(1),
    ],
  ]);
  if (written === 0) bars.note('nothing was written: the folder for temporary files is in memory (set TMPDIR)');
  bars.check(
    `≤ ${BAR} MB written in a day of ${FLOWS_A_DAY} flows`,
    `${aDay.toFixed(1)} MB`,
    written > 0 && aDay <= BAR,
  );
  return bars.exitCode;
}
