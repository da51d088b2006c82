import type { RuleView, SetRuleBody } from '../../../src/contract/api.ts';
import { api } from '../lib/api.ts';
import { home } from '../lib/home.svelte.ts';
import { news } from '../lib/news.svelte.ts';
import { refusalWords } from '../lib/refusal.ts';
import { text } from '../text/text.svelte.ts';
import { ruleName } from './names.svelte.ts';
import { whenWords } from './words.ts';

/** Makes a rule and tells of it, with its undo beside. @throws ApiError when refused; then nothing has changed */
export async function makeRule(body: SetRuleBody): Promise<void> {
  const { change, rule } = await api.setRule(body);
  if (!rule) return;
  home.data.changeRules([rule], []);
  home.refreshed();
  const { t, f } = text;
  const when = whenWords(rule.when, t.rules, f, t.locale, Date.now());
  const done = t.rules.done(ruleName(rule), t.rules.actions[rule.action].state, when);
  const passive = home.data.state?.enforcement.state === 'passive' && rule.action !== 'ignore';
  tell(passive ? `${done} ${t.guard.onlyWatches}` : done, change);
}

/** Ends a rule and tells of it; never throws. */
export async function endRule(rule: RuleView): Promise<void> {
  const { t } = text;
  const words = t.rules.undone(ruleName(rule), t.rules.actions[rule.action].state);
  await attempt(async () => {
    const { change } = await api.removeRule(rule.id);
    home.data.changeRules([], [rule.id]);
    home.refreshed();
    tell(words, change);
  });
}

/** Takes a change back, by its number in the log; never throws. */
export async function undoChange(change: number): Promise<void> {
  await attempt(async () => {
    await api.undo(change);
    news.show(text.t.rules.takenBack);
  });
}

function tell(words: string, change: number | undefined): void {
  const act = change === undefined ? undefined : { label: text.t.rules.undo, run: () => void undoChange(change) };
  news.show(words, act);
}

async function attempt(deed: () => Promise<void>): Promise<void> {
  try {
    await deed();
  } catch (error) {
    news.show(refusalWords(error, text.t, text.t.rules.undoFailed));
  }
}
