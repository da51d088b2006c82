/** Attacks that go on at once in a guarded home: what was found, what was done, what got out, and what the others noticed. */
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
};

export type Round = {
  outcomes: Outcome[];
  /** Acts of other devices, and those that failed. */
  others: { acts: number; failed: number; why: string[] };
  heartbeats: { sent: number; acknowledged: number };
  /** Other devices of which something was cut. */
  wronged: string[];
};

/** How one attack stands: its device, the incident that was opened about it, and when SPIN acted. */
type Case = { trial: Trial; id: string; incident?: IncidentView; at?: number; isOver: boolean };

/** @param trials each from another device */
export async function playRound(home: GuardedHome, trials: readonly Trial[], folder: string): Promise<Round> {
  const cases = await Promise.all(
    trials.map(async (trial): Promise<Case> => ({ trial, id: (await home.device(trial.device)).id, isOver: false })),
  );
  const accounts = await settledAccounts(home);
  const wires = await Promise.all(trials.map((trial) => tapInto(home, trial, folder)));
  const attackers = home.attack(trials.map(nameOf).join('+'));
  await watch(home, cases);
  await home.end(attackers);
  const heard = await Promise.all(wires.map((both) => Promise.all(both.map((wire) => wire.finish()))));
  const attacking = new Set(cases.map(({ id }) => id));
  const wronged = (await home.client.incidents(false)).filter((one) => !attacking.has(one.device) && isActing(one));
  const outcomes = await Promise.all(cases.map((one, i) => outcomeOf(home, one, heard[i]!)));
  return {
    outcomes,
    ...compare(new Set(trials.map(({ device }) => device)), accounts, await settledAccounts(home)),
    wronged: wronged.map(({ label }) => label),
  };
}

function nameOf({ attack, over, device }: Trial): string {
  return `${attack}${over ? `-v${over}` : ''}@${device}`;
}

async function outcomeOf(home: GuardedHome, { trial, incident, at }: Case, heard: Packets[]): Promise<Outcome> {
  const last = incident && (await home.client.incident(incident.id));
  const [sent, arrived] = heard;
  return {
    ...{ trial, detectors: last?.findings.map(({ detector }) => detector) ?? [], did: deedOf(last) },
    ...inTime(sent!, arrived!, incident?.opened, at),
  };
}

/** Until each was acted upon or held or its time is over, and has gone on for a while against that. */
async function watch(home: GuardedHome, cases: readonly Case[]): Promise<void> {
  const began = Date.now();
  let until = 0;
  for (;;) {
    const incidents = await home.client.incidents(false);
    for (const one of cases) {
      if (one.isOver) continue;
      look(one, incidents, began);
      if (one.isOver) until = Math.max(until, Date.now() + (one.trial.outcome === 'rate' ? AGAINST_RATE : AGAINST));
    }
    if (cases.every(({ isOver }) => isOver) && Date.now() >= until) return;
    await sleep(LOOK);
  }
}

function look(one: Case, incidents: readonly IncidentView[], began: number): void {
  const { outcome, within } = one.trial;
  const incident = incidents.find(({ device }) => device === one.id);
  if (incident) one.incident = incident;
  const isActed = incident !== undefined && isActing(incident);
  if (isActed) one.at = Date.now();
  one.isOver = isActed || (incident !== undefined && outcome === 'held') || Date.now() > began + within * 1000;
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
  const isWhole = ({ name, tally }: DeviceStatus) =>
    name === ALARM && tally !== undefined && tally.sent === tally.acknowledged;
  const deadline = Date.now() + SETTLED;
  for (;;) {
    const accounts = await home.accounts();
    if (accounts.some(isWhole) || Date.now() > deadline) return accounts;
    await sleep(LOOK);
  }
}

function compare(
  attacking: ReadonlySet<string>,
  before: readonly DeviceStatus[],
  after: readonly DeviceStatus[],
): Pick<Round, 'others' | 'heartbeats'> {
  const others = { acts: 0, failed: 0, why: [] as string[] };
  const heartbeats = { sent: 0, acknowledged: 0 };
  for (const { name, tally } of after) {
    const earlier = before.find((one) => one.name === name)?.tally;
    if (!tally || !earlier) continue;
    if (name === ALARM) {
      heartbeats.sent = tally.sent - earlier.sent;
      heartbeats.acknowledged = tally.acknowledged - earlier.acknowledged;
    }
    if (attacking.has(name)) continue;
    others.acts += tally.acts - earlier.acts;
    others.failed += tally.failed - earlier.failed;
    if (tally.failed > earlier.failed) others.why.push(`${name}: ${tally.lastFailure}`);
  }
  return { others, heartbeats };
}

/** As the household would: the next round finds the home as it was. */
export async function undoAll(home: GuardedHome): Promise<void> {
  for (const { id } of await home.client.incidents(false)) await home.client.undoIncident(id);
  await eventually('the undo', SETTLED, async () => (await home.client.incidents(false)).length === 0 || undefined);
}
