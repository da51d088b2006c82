/** When time alone can next change anything about an incident, so that nothing needs to be looked at until then. */
import type { Incident } from '../model/incident.ts';
import { lastHarm } from './incidents.ts';
import { CLEAN_AFTER, QUIET_AFTER } from './times.ts';

/**
 * Beside what is claimed, said and seen, which brings it up to date by itself.
 *
 * @returns the earliest moment later than `after`, ms; infinite where time changes nothing any more
 */
export function dueAfter({ last, question, verdict, findings }: Incident, after: number): number {
  let due = Number.POSITIVE_INFINITY;
  const consider = (moment: number) => {
    if (moment > after && moment < due) due = moment;
  };
  // Harm has stopped, and stayed away (src/decide/incidents.ts).
  consider(last + QUIET_AFTER);
  consider(last + CLEAN_AFTER);
  // Nobody answered; what was cut is opened (src/decide/course.ts, src/decide/verdicts.ts).
  if (question) consider(question.until);
  if (verdict) consider(verdict.until);
  // A claim is not acted upon any more; that claims fade makes nobody act who did not.
  for (const finding of findings) {
    consider(finding.until);
    consider(lastHarm(finding) + QUIET_AFTER);
  }
  return due;
}
