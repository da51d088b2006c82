/** What somebody of the household says about an incident, and what the traffic shows of what they did. */
import type { Answer, CleanUpName, Incident, Sign } from '../model/incident.ts';
import { claimed, seen } from './cleanup.ts';
import { type Corrections, correctionFor } from './corrections.ts';
import { close, isHarm, tell } from './incidents.ts';
import { Refusal } from './refusal.ts';

export type HouseholdInput =
  | { kind: 'answer'; at: number; by: string; incident: string; answer: Answer }
  | { kind: 'undo'; at: number; by: string; incident: string }
  | { kind: 'claim'; at: number; by: string; incident: string; step: CleanUpName };

/** Changes the incident, and for an undo the corrections. @throws Refusal; nothing is changed then */
export function obey(incident: Incident, input: HouseholdInput, corrections: Corrections): void {
  if (input.kind === 'undo') undo(incident, input, corrections);
  else if (input.kind === 'claim') claim(incident, input);
  else {
    const { at, by, answer } = input;
    incident.answer = answer;
    delete incident.question;
    tell(incident, { at, kind: 'answered', by, with: { answer } });
  }
}

/** All that was claimed in it is fine from now on; what SPIN did is gone. */
function undo(incident: Incident, { at, by }: { at: number; by: string }, corrections: Corrections): void {
  const wrong = incident.findings.filter(isHarm);
  corrections.add(wrong.map((finding) => correctionFor(incident.device, finding, by, at)));
  for (const finding of wrong) finding.corrected = true;
  tell(incident, { at, kind: 'undone', by });
  close(incident, 'dismissed', at, by);
}

function claim(incident: Incident, { at, by, step }: Extract<HouseholdInput, { kind: 'claim' }>): void {
  if (!incident.cleanUp.some(({ name }) => name === step)) throw new Refusal('name', 'unknown-step', 'no such step');
  incident.cleanUp = claimed(incident.cleanUp, step, at);
  tell(incident, { at, kind: 'claimed', by, with: { step } });
}

/** Ticks what the sign shows. @returns whether that is news */
export function showSign(incident: Incident, sign: Sign): boolean {
  if (sign.at < incident.opened) return false;
  const { cleanUp, steps } = seen(incident.cleanUp, sign);
  if (steps.length === 0) return false;
  incident.cleanUp = cleanUp;
  const { at, detail } = sign;
  for (const step of steps)
    tell(incident, { at, kind: 'seen', with: { step, ...(detail !== undefined && { detail }) } });
  return true;
}
