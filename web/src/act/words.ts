import type { RuleView } from '../../../src/contract/api.ts';
import type { RuleAction, RuleTime } from '../../../src/model/household.ts';
import type { Formatter } from '../lib/format.ts';
import type { RulesTexts } from '../text/household-en.ts';
import { slotWords } from './slots.ts';
import type { Scope } from './subject.ts';

/** What an action stops and what goes on, for what it is about. */
export function actionWords(texts: RulesTexts, action: RuleAction, scope: Scope): { does: string; works: string } {
  if (scope === 'pair') return texts.pair;
  if (scope === 'service') return texts.service;
  if (scope === 'node' && (action === 'block' || action === 'allow')) return texts.far[action];
  return texts.actions[action];
}

/** How long a rule holds: `until 15:30`, `until you undo it`, `at fixed times: Mon–Fri 21:00–07:00`. */
export function whenWords(when: RuleTime, texts: RulesTexts, f: Formatter, locale: string, now: number): string {
  if ('always' in when) return texts.when.always;
  if ('weekly' in when) {
    return texts.when.weekly(when.weekly.map((slot) => slotWords(slot, locale, texts.slots.everyDay)).join('; '));
  }
  return texts.when.until(f.moment(when.until, now));
}

/** Why a rule does nothing now, or when it will. */
export function stateWords(
  { inForce, changes }: Pick<RuleView, 'inForce' | 'changes'>,
  texts: RulesTexts,
  f: Formatter,
  now: number,
): string {
  if (inForce === 'scheduled' && changes !== undefined) {
    return texts.states.begins(f.moment(changes, now));
  }
  return texts.states[inForce];
}
