import type { ChildProcess } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TotalsObservation } from '../../model/observation.ts';
import { enterNamespace } from '../netlink/libc.ts';
import { DeviceTotals } from './device-totals.ts';
import { cannotRun, FAR, HOME, Testbed, until } from './testbed.ts';

const reason = cannotRun();
/** Sends datagrams and counts what comes back from an echo. */
const ECHO = `
const [address] = process.argv.slice(1);
const socket = require('node:dgram').createSocket(address.includes(':') ? 'udp6' : 'udp4');
socket.bind(4000, address, () => console.log('ready'));
socket.on('message', (message, from) => socket.send(message, from.port, from.address));
`;
const ASK = `
const [address, count] = process.argv.slice(1);
const socket = require('node:dgram').createSocket(address.includes(':') ? 'udp6' : 'udp4');
let back = 0;
const ask = () => socket.send(Buffer.alloc(100), 4000, address);
socket.on('message', () => (++back < Number(count) ? ask() : socket.close()));
ask();
`;

let bed: Testbed;
let told: TotalsObservation[];
let totals: DeviceTotals;
const children: ChildProcess[] = [];

type Counted = { packets: number; bytes: number };

const make = (lan = ['lan']) =>
  new DeviceTotals({ lan, now: () => 5, log: () => {}, onTotals: (observation) => told.push(observation) });
const tables = () => bed.run(bed.router, ['nft', 'list', 'tables']);

/** Programs started meanwhile run in the router, too. */
async function onRouter(act: () => Promise<void>): Promise<void> {
  enterNamespace(`/run/netns/${bed.router}`);
  try {
    await act();
  } finally {
    enterNamespace(`/proc/${process.pid}/ns/net`);
  }
}

function beat(connections: number, reached: () => boolean): Promise<void> {
  return onRouter(() =>
    until('the effect', () => {
      totals.beat(connections);
      return reached();
    }),
  );
}

function talk(address: string, count: number): void {
  bed.run(bed.home, [process.execPath, '-e', ASK, address, String(count)]);
}

async function echo(address: string): Promise<void> {
  const child = bed.start(bed.internet, [process.execPath, '-e', ECHO, address]);
  children.push(child);
  await new Promise((resolve) => child.stdout.once('data', resolve));
}

describe.skipIf(reason)(`devices as a whole${reason ? ` (skipped: ${reason})` : ''}`, () => {
  beforeEach(() => {
    told = [];
    bed = new Testbed({ nat: true });
    totals = make();
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await onRouter(() => totals.close());
    bed.remove();
  });

  it('are counted exactly while there are many connections, and not at all while there are few', async () => {
    await Promise.all([echo(FAR.v4), echo(FAR.v6)]);
    await beat(9_000, () => !tables().includes('spin-totals'));
    await beat(10_001, () => tables().includes('spin-totals'));
    talk(FAR.v4, 20);
    talk(FAR.v6, 10);
    const sum = (list: Counted[], field: keyof Counted) => list.reduce((total, counted) => total + counted[field], 0);
    const to = (address: string) => told.flatMap((one) => one.received).filter((entry) => entry.address === address);
    const hasCome = () => sum(to(HOME.v4), 'packets') >= 20 && sum(to(HOME.v6), 'packets') >= 10;
    await beat(9_000, hasCome);
    expect(sum(to(HOME.v4), 'bytes')).toBe(20 * 128);
    // Besides the echoes: neighbour discovery.
    expect(sum(to(HOME.v6), 'bytes')).toBeGreaterThanOrEqual(10 * 148);
    const sent = told.flatMap((one) => one.sent);
    expect(new Set(sent.map(({ mac }) => mac))).toEqual(new Set([HOME.mac]));
    expect(sum(sent, 'packets')).toBeGreaterThanOrEqual(30);
    await beat(7_999, () => !tables().includes('spin-totals'));
  });

  it('are counted anew when somebody took the table away, and what a killed agent left goes', async () => {
    await beat(20_000, () => tables().includes('spin-totals'));
    bed.run(bed.router, ['nft', 'flush', 'ruleset']);
    await beat(20_000, () => tables().includes('spin-totals'));
    totals = make();
    await beat(10, () => !tables().includes('spin-totals'));
  });

  it('are not counted on an interface whose name nft would misread', async () => {
    totals = make(['lan"; flush ruleset']);
    let beats = 0;
    await beat(20_000, () => ++beats > 20);
    expect(tables()).not.toContain('spin-totals');
    expect(tables()).toContain('nat');
  });
});
