/** One attack in a guarded home: what was found, what was done, what got out, and what the others noticed. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeviceStatus } from '../../lab/status.ts';
import type { IncidentView } from '../../src/contract/api.ts';
import type { GuardedHome } from '../../test/guarded-home.ts';
import { eventually } from '../../test/start-run.ts';
import type { Trial } from './trials.ts';
import { type Packets, Wire } from './wire.ts';

/** Between two looks at what SPIN says, ms. */
const LOOK = 100;
/** How long an attack goes on against what was done, so that what gets through shows; against a rate until its burst is spent, ms. */
const AGAINST = 6000;
const AGAINST_RATE = 50_000;
/** The last part of that, s. */
const LATELY = 15;
/** What was sent before rules changed has arrived, or never will, after that; ms. */
const TRANSIT = 100;
/** Longest time until the account of the smoke alarm is complete and an undo is in force, ms. */
const SETTLED = 30_000;
/** A cut verdict of a device other than the attacker would be a wrong one. */
const ALARM = 'smoke-alarm';

export type Outcome = {
  trial: Trial;
  /** What was said of the device, in the order of time. */
  detectors: string[];
  /** Seconds from the first packet; absent where it did not happen. */
  found?: number;
  acted?: number;
  did: string;
  sent: number;
  /** Packets that arrived until SPIN acted, and after that. */
  before: number;
  after: number;
  /** A second in the end. */
  lately: number;
  /** Acts of other devices, and those that failed. */
  others: { acts: number; failed: number; why: string[] };
  heartbeats: { sent: number; acknowledged: number };
  /** Other devices of which something was cut. */
  wronged: string[];
};

export async function tryOut(home: GuardedHome, trial: Trial, folder: string): Promise<Outcome> {
  const { id } = await home.device(trial.device);
  const accounts = await settledAccounts(home);
  const wires = await tapInto(home, trial, folder);
  const attacker = home.attack(`${trial.attack}@${trial.device}`);
  const { incident, at } = await watch(home, id, trial);
  await sleep(trial.outcome === 'rate' ? AGAINST_RATE : AGAINST);
  await home.end(attacker);
  const [sent, arrived] = await Promise.all(wires.map((wire) => wire.finish()));
  const wronged = (await home.client.incidents(false)).filter((one) => one.device !== id && isActing(one));
  const last = incident && (await home.client.incident(incident.id));
  const others = compare(trial, accounts, await settledAccounts(home));
  if (last) await undo(home, last.id);
  return {
    ...{ trial, detectors: last?.findings.map(({ detector }) => detector) ?? [], did: deedOf(last) },
    ...inTime(sent!, arrived!, incident?.opened, at),
    ...others,
    wronged: wronged.map(({ label }) => label),
  };
}

/** Until SPIN acted, or told where it does no more, or the time is over. */
async function watch(home: GuardedHome, id: string, trial: Trial): Promise<{ incident?: IncidentView; at?: number }> {
  const deadline = Date.now() + trial.within * 1000;
  for (;;) {
    const incident = (await home.client.incidents(false)).find(({ device }) => device === id);
    if (incident && isActing(incident)) return { incident, at: Date.now() };
    if (incident && (trial.outcome === 'told' || trial.outcome === 'held')) return { incident };
    if (Date.now() > deadline) return incident ? { incident } : {};
    await sleep(LOOK);
  }
}

function isActing({ verdict }: IncidentView): boolean {
  if (!verdict || verdict.released !== undefined || verdict.inForce !== 'yes') return false;
  return verdict.blocks.length > 0 || verdict.step !== 'none';
}

function deedOf(incident: IncidentView | undefined): string {
  if (!incident) return 'nothing';
  const { verdict } = incident;
  if (!verdict || verdict.released !== undefined) return incident.question ? 'asked' : 'told';
  const blocks = verdict.blocks.map(({ node, service }) => {
    const what = service ? `${service.protocol}/${service.port ?? 'any'}` : '';
    return [node?.name ?? node?.address ?? '', what].filter(Boolean).join(' ');
  });
  return [...(verdict.step === 'none' ? [] : [verdict.step]), ...blocks].join(', ');
}

function inTime(
  sent: Packets,
  arrived: Packets,
  found: number | undefined,
  acted: number | undefined,
): Pick<Outcome, 'found' | 'acted' | 'sent' | 'before' | 'after' | 'lately'> {
  const first = sent[0] ?? Number.NaN;
  const after = acted === undefined ? 0 : arrived.filter((at) => at > acted + TRANSIT).length;
  const since = (sent.at(-1) ?? 0) - LATELY * 1000;
  const lately = arrived.filter((at) => at > since).length;
  return {
    ...{ sent: sent.length, before: arrived.length - after, after, lately: lately / LATELY },
    ...(found !== undefined && { found: Math.max(0, found - first) / 1000 }),
    ...(acted !== undefined && { acted: Math.max(0, acted - first) / 1000 }),
  };
}

async function tapInto(home: GuardedHome, { device, seen, attack }: Trial, folder: string): Promise<Wire[]> {
  const own = home.place(device);
  const victim = seen.at === undefined ? undefined : home.place(seen.at);
  const { internet } = home.lab;
  const address = victim && (await home.accounts()).find(({ name }) => name === victim.name)?.tally?.address;
  const filter = address === undefined ? seen.filter : `${seen.filter} and dst host ${address}`;
  const end = victim ?? internet;
  const word = seen.word === undefined ? {} : { word: seen.word };
  const wires = [
    new Wire({ ...word, filter, ...own, direction: 'out' }, join(folder, `${attack}-sent.pcap`)),
    new Wire({ ...word, filter, ...end, direction: 'in' }, join(folder, `${attack}-arrived.pcap`)),
  ];
  await Promise.all(wires.map(({ ready }) => ready));
  return wires;
}

/** At a moment when no heartbeat of the smoke alarm is on its way, or the last one is lost. */
async function settledAccounts(home: GuardedHome): Promise<DeviceStatus[]> {
  const isWhole = ({ name, tally }: DeviceStatus) => name === ALARM && tally?.sent === tally?.acknowledged;
  const deadline = Date.now() + SETTLED;
  for (;;) {
    const accounts = await home.accounts();
    if (accounts.some(isWhole) || Date.now() > deadline) return accounts;
    await sleep(LOOK);
  }
}

function compare(
  { device }: Trial,
  before: readonly DeviceStatus[],
  after: readonly DeviceStatus[],
): Pick<Outcome, 'others' | 'heartbeats'> {
  const others = { acts: 0, failed: 0, why: [] as string[] };
  const heartbeats = { sent: 0, acknowledged: 0 };
  for (const { name, tally } of after) {
    const earlier = before.find((one) => one.name === name)?.tally;
    if (!tally || !earlier) continue;
    if (name === ALARM) {
      heartbeats.sent = tally.sent - earlier.sent;
      heartbeats.acknowledged = tally.acknowledged - earlier.acknowledged;
    }
    if (name === device) continue;
    others.acts += tally.acts - earlier.acts;
    others.failed += tally.failed - earlier.failed;
    if (tally.failed > earlier.failed) others.why.push(`${name}: ${tally.lastFailure}`);
  }
  return { others, heartbeats };
}

/** As the household would; the next attack finds the home as it was. */
async function undo(home: GuardedHome, incident: string): Promise<void> {
  await home.client.undoIncident(incident);
  await eventually('the undo', SETTLED, async () => {
    const left = await home.client.incidents(false);
    return left.every(({ id }) => id !== incident) || undefined;
  });
}
