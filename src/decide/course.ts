/** From an incident to what is asked and done about it, and told of that. */
import type { Incident } from '../model/incident.ts';
import type { Preferences } from '../model/preferences.ts';
import type { Verdict } from '../model/verdict.ts';
import { tell } from './incidents.ts';
import { type Profile, rankOf } from './steps.ts';
import { autonomyFor, isSure, verdictAt } from './verdicts.ts';

/** Brings question and verdict up to date. @returns whether anything is another */
export function act(incident: Incident, preferences: Preferences, profile: Profile, at: number): boolean {
  const asked = ask(incident, preferences, at);
  const { verdict: before } = incident;
  const now = verdictAt(incident, preferences, profile, at);
  if (now === before) return asked;
  if (now) incident.verdict = now;
  else delete incident.verdict;
  tellOf(incident, before, now, at);
  return true;
}

/** @returns whether a question is there, or is not, that was otherwise before */
function ask(incident: Incident, preferences: Preferences, at: number): boolean {
  const { question } = incident;
  const wanted = autonomyFor(incident, preferences, at);
  if (!question) {
    if (wanted !== 'ask' || incident.state !== 'open' || !isSure(incident, preferences, at)) return false;
    const { after, otherwise } = preferences.unanswered;
    incident.question = { asked: at, until: at + after, otherwise };
    tell(incident, { at, kind: 'asked', with: { until: at + after, otherwise } });
    return true;
  }
  if (preferences.autonomy !== 'ask') {
    delete incident.question;
    tell(incident, { at, kind: 'withdrawn' });
    return true;
  }
  if (at < question.until || question.lapsed) return false;
  incident.question = { ...question, lapsed: true };
  tell(incident, { at, kind: 'unanswered', with: { otherwise: question.otherwise } });
  return true;
}

function tellOf(incident: Incident, before: Verdict | undefined, now: Verdict | undefined, at: number): void {
  if (!now) {
    tell(incident, { at, kind: 'withdrawn' });
    return;
  }
  if (now.released !== undefined) {
    if (before?.released === undefined) tell(incident, { at, kind: 'released' });
    return;
  }
  const held = before !== undefined && before.released === undefined;
  const further = held && (rankOf(now.step) > rankOf(before.step) || now.blocks.length > before.blocks.length);
  if (held && !further) return;
  const what = { step: now.step, blocks: now.blocks.length };
  tell(incident, { at, kind: held ? 'escalated' : 'acted', by: 'spin', with: what });
}
