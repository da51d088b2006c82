/** What attacks in the guarded home came to, as tables and bars. */
import { type Bars, printTable } from '../report.ts';
import type { Outcome, Round } from './round.ts';
import type { Trial } from './trials.ts';

/** Look-ups a second of who misuses them, in the end. */
const QUESTIONS = 2;

export function reportTrials(rounds: readonly Round[], bars: Bars): void {
  console.log(
    'One device attacks, all others work; seconds from its first packet, packets that reached whom they were for',
  );
  printOutcomes(rounds);
  for (const { outcomes } of rounds) for (const outcome of outcomes) check(outcome, bars);
  checkOthers(rounds, bars);
}

export function reportMatrix(rounds: readonly Round[], bars: Bars): void {
  console.log(
    'Up to five devices attack at once, each in its own way; seconds from its first packet, packets that reached whom they were for',
  );
  printOutcomes(rounds);
  const outcomes = rounds.flatMap((round) => round.outcomes);
  for (const attack of new Set(outcomes.map(({ trial }) => trial.attack)))
    checkAttack(
      attack,
      outcomes.filter(({ trial }) => trial.attack === attack),
      bars,
    );
  checkOthers(rounds, bars);
}

function printOutcomes(rounds: readonly Round[]): void {
  const header = ['', 'found', 'acted', 'sent', 'arrived before', 'after', 'others failed', 'heartbeats', 'done'];
  printTable([header, ...rounds.flatMap((round) => round.outcomes.map((outcome) => cells(outcome, round)))]);
}

function cells(outcome: Outcome, { others, heartbeats }: Round): string[] {
  const { trial, found, acted, sent, before, after, did, detectors } = outcome;
  return [
    ...[titleOf(trial), timeOf(found), timeOf(acted), String(sent), String(before), String(after)],
    ...[`${others.failed} of ${others.acts}`, `${heartbeats.acknowledged} of ${heartbeats.sent}`],
    `${did} (${detectors.join(', ') || 'nothing found'})`,
  ];
}

function titleOf({ attack, device, over }: Trial): string {
  return `${attack} from the ${device}${over ? ' over IPv6' : ''}`;
}

function timeOf(value: number | undefined): string {
  return value?.toFixed(1) ?? '–';
}

/** Whether what was promised of it came true. */
function isKept({ trial, found, acted, sent, before, after, lately }: Outcome): boolean {
  if (sent === 0 || found === undefined) return false;
  // Held before anything gets out, or from the first step on that SPIN takes.
  if (trial.outcome === 'held') return before + after === 0 || (acted !== undefined && after === 0);
  // What a device may ask of the home’s resolver is never cut, only slowed; a question may be repeated by the resolver.
  if (trial.outcome === 'rate') return acted !== undefined && lately <= QUESTIONS;
  return acted !== undefined && after === 0;
}

function checkAttack(attack: string, outcomes: readonly Outcome[], bars: Bars): void {
  const found = outcomes.flatMap((one) => one.found ?? []).sort((a, b) => a - b);
  const acted = outcomes.flatMap((one) => one.acted ?? []).sort((a, b) => a - b);
  const range = (times: readonly number[]) =>
    times.length === 0 ? '–' : `${timeOf(times[times.length >> 1])} s, at worst ${timeOf(times.at(-1))} s`;
  const kept = outcomes.filter(isKept);
  const missed = outcomes.filter((one) => !isKept(one)).map(({ trial }) => titleOf(trial));
  bars.check(
    `${attack}: stopped from every device`,
    [`${kept.length} of ${outcomes.length}`, ...missed].join(', '),
    missed.length === 0,
  );
  bars.note(`found after ${range(found)}; acted upon after ${range(acted)}`);
}

function check(outcome: Outcome, bars: Bars): void {
  const { trial, found, acted, sent, before, after, lately, did } = outcome;
  const name = titleOf(trial);
  if (sent === 0) bars.check(name, 'nothing was sent', false);
  const time = found === undefined ? 'no' : `${found.toFixed(1)} s`;
  bars.check(`${name}: found within ${trial.within} s`, time, found !== undefined);
  if (trial.outcome === 'held') {
    bars.check(`${name}: nothing gets out`, `${before + after} of ${sent} packets`, before + after === 0);
  } else if (trial.outcome === 'rate') {
    bars.check(`${name}: at most ${QUESTIONS} questions a second in the end`, lately.toFixed(1), isKept(outcome));
  } else {
    bars.check(`${name}: acted upon`, acted === undefined ? did : `${acted.toFixed(1)} s`, acted !== undefined);
    bars.check(`${name}: nothing after that`, `${after} packets`, acted !== undefined && after === 0);
  }
}

function checkOthers(rounds: readonly Round[], bars: Bars): void {
  const sum = (pick: (one: Round) => number) => rounds.reduce((total, one) => total + pick(one), 0);
  const [sent, heard] = [sum((one) => one.heartbeats.sent), sum((one) => one.heartbeats.acknowledged)];
  bars.check('every heartbeat of the smoke alarm delivered', `${heard} of ${sent}`, sent > 0 && heard === sent);
  const failed = sum(({ others }) => others.failed);
  const why = [...new Set(rounds.flatMap(({ others }) => others.why))].join('; ');
  const acts = sum(({ others }) => others.acts);
  bars.check('nothing that other devices did failed', `${failed} of ${acts} ${why}`.trim(), failed === 0);
  const wronged = rounds.flatMap((one) => one.wronged);
  bars.check('no other device was cut', wronged.join(', ') || 'none', wronged.length === 0);
}
