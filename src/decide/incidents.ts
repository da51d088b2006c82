/**
 * The course of an incident, the same whatever the household wishes: harm begins, goes on, stops, comes back, stays away.
 * What SPIN does about it is src/decide/verdicts.ts. Functions change the incident that they are given.
 */
import type { Finding } from '../model/home.ts';
import type { Incident, IncidentFinding, StoryEntry } from '../model/incident.ts';
import { doubted, stepsFor, withSteps } from './cleanup.ts';
import { meaningOf } from './meanings.ts';
import { AGAIN_WITHIN, CLEAN_AFTER, QUIET_AFTER } from './times.ts';

/** Findings told apart within one incident: as many as a device can have open at once. Those over longest make room. */
export const MAX_FINDINGS = 32;
/** Lines of one story. The first and the newest are kept; a device that comes and goes for months is told as that. */
export const MAX_STORY = 100;
const KEPT_OF_BEGINNING = 20;

export function begin(id: string, device: string, findings: readonly IncidentFinding[], at: number): Incident {
  const first = findings.toSorted((a, b) => a.first - b.first);
  const incident: Incident = {
    ...{ id, device, state: 'open', opened: at, last: at, relapses: 0, strength: 0 },
    ...{ findings: [], kindred: [], story: [], cleanUp: [] },
  };
  tell(incident, { at: Math.min(at, first[0]?.first ?? at), kind: 'first-sign' });
  for (const finding of first) addFinding(incident, finding);
  return incident;
}

/** It had been clean since an earlier incident. */
export function link(incident: Incident, earlier: Incident, at: number): void {
  if (earlier.state !== 'clean' || at - earlier.last > AGAIN_WITHIN) return;
  incident.again = earlier.id;
  incident.relapses = 1;
  tell(incident, { at, kind: 'again', with: { since: earlier.last } });
}

export function tell(incident: Incident, entry: StoryEntry): void {
  incident.story.push(entry);
  if (incident.story.length > MAX_STORY) incident.story.splice(KEPT_OF_BEGINNING, 1);
}

/** The claim as an incident keeps it. */
export function recordOf({ device: _, ...finding }: Finding): IncidentFinding {
  return finding;
}

function addFinding(incident: Incident, finding: IncidentFinding): void {
  if (incident.findings.length >= MAX_FINDINGS) makeRoom(incident.findings);
  incident.findings.push(finding);
  incident.last = Math.max(incident.last, lastHarm(finding));
  const { id, detector, subject, first } = finding;
  tell(incident, { at: first, kind: 'finding', with: { finding: id, detector, subject } });
}

function makeRoom(findings: IncidentFinding[]): void {
  const ages = findings.map(({ over, last }) => (over === undefined ? Number.POSITIVE_INFINITY : last));
  const oldest = Math.min(...ages);
  findings.splice(oldest === Number.POSITIVE_INFINITY ? 0 : ages.indexOf(oldest), 1);
}

/** A claim about the device is new, goes on, or is over. */
export function take(
  incident: Incident,
  change: 'new' | 'changed' | 'over',
  finding: IncidentFinding,
  at: number,
): void {
  const index = incident.findings.findIndex(({ id }) => id === finding.id);
  const known = incident.findings[index];
  if (change === 'over') {
    if (known && known.over === undefined) known.over = at;
    return;
  }
  if (prolongs(finding)) harmAgain(incident, finding, at);
  if (!known) {
    addFinding(incident, finding);
    return;
  }
  if (known.over !== undefined && change === 'new')
    tell(incident, {
      at,
      kind: 'finding',
      with: { finding: known.id, detector: known.detector, subject: known.subject },
    });
  incident.findings[index] = { ...finding, first: known.first, ...(known.corrected && { corrected: true }) };
  incident.last = Math.max(incident.last, lastHarm(incident.findings[index]!));
}

function harmAgain(incident: Incident, finding: IncidentFinding, at: number): void {
  if (incident.state === 'quiet' && meaningOf(finding.detector).sort !== 'suspicion') {
    incident.state = 'open';
    incident.relapses++;
    tell(incident, { at, kind: 'relapse', with: { since: incident.last } });
  }
  const steps = doubted(incident.cleanUp, finding.last);
  if (steps === incident.cleanUp) return;
  for (const [i, { name, state }] of steps.entries())
    if (state === 'doubted' && incident.cleanUp[i]!.state !== 'doubted')
      tell(incident, { at, kind: 'doubted', with: { step: name } });
  incident.cleanUp = steps;
}

/** What time alone brings: harm has stopped, or stayed away. @returns whether anything is another */
export function age(incident: Incident, kind: string | undefined, at: number): boolean {
  const { state } = incident;
  if (state === 'clean' || state === 'dismissed') return false;
  const names = stepsFor(incident, kind);
  const steps = withSteps(incident.cleanUp, names);
  const more = steps.length > incident.cleanUp.length;
  if (more) incident.cleanUp = steps;
  const goesOn = incident.findings.some((finding) => prolongs(finding) && finding.over === undefined);
  if (!goesOn && state === 'open' && at - incident.last >= QUIET_AFTER) {
    incident.state = 'quiet';
    tell(incident, { at, kind: 'stopped-by-itself', with: { since: incident.last } });
  } else if (!goesOn && at - incident.last >= CLEAN_AFTER) close(incident, 'clean', at);
  return more || incident.state !== state;
}

export function close(incident: Incident, state: 'clean' | 'dismissed', at: number, by = 'spin'): void {
  incident.state = state;
  incident.closed = at;
  delete incident.verdict;
  delete incident.question;
  tell(incident, { at, kind: state, by, with: { since: incident.last } });
}

/** Whether it says that harm goes on for as long as it is seen. */
export function prolongs(finding: Pick<IncidentFinding, 'detector' | 'corrected'>): boolean {
  return isHarm(finding) && !meaningOf(finding.detector).expected;
}

/** When it last did harm; 0 where it did none. */
export function lastHarm(finding: IncidentFinding): number {
  if (!isHarm(finding)) return 0;
  return prolongs(finding) ? finding.last : finding.first;
}

export function isHarm({ detector, corrected }: Pick<IncidentFinding, 'detector' | 'corrected'>): boolean {
  return !corrected && meaningOf(detector).sort !== 'note';
}
