import type { RehearsalView } from '../../../src/contract/api.ts';
import type { Preferences } from '../../../src/model/preferences.ts';
import { plainName } from '../lib/format.ts';
import { home } from '../lib/home.svelte.ts';
import { text } from '../text/text.svelte.ts';
import type { Choice, QuestionName } from './choice.ts';

type Outcome = RehearsalView['changed'][number]['now'];
type Answers = Record<string, { title: string; means: string }>;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A span in the largest units that say it, as “4 hours” or “1 day 2 hours”. */
export function durationWords(ms: number, locale: string): string {
  const minutes = Math.round(ms / MINUTE);
  const parts = [
    ['day', Math.floor((minutes * MINUTE) / DAY)],
    ['hour', Math.floor(((minutes * MINUTE) % DAY) / HOUR)],
    ['minute', minutes % 60],
  ] as const;
  const said = parts.filter(([, count]) => count > 0).slice(0, 2);
  if (said.length === 0) return unit(locale, 'minute', 0);
  return said.map(([name, count]) => unit(locale, name, count)).join(' ');
}

function unit(locale: string, name: string, count: number): string {
  return new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'long' }).format(count);
}

/** An answer as its question calls it; names as a list. */
export function answerWords<Name extends QuestionName>(name: Name, value: Preferences[Name]): string {
  const { questions, isAfter } = text.t.preferences;
  if (name === 'critical') return (value as string[]).map((one) => plainName(one)).join(', ');
  if (name === 'unanswered') {
    const { otherwise, after } = value as Preferences['unanswered'];
    return isAfter(questions.unanswered.answers[otherwise].title, durationWords(after, text.t.locale));
  }
  const answers: Answers = questions[name as Exclude<QuestionName, 'critical'>].answers;
  return answers[value as string]?.title ?? String(value);
}

/** What a choice says, question by question. */
export function choiceWords(choice: Choice): { ask: string; answer: string }[] {
  const names = (Object.keys(choice) as QuestionName[]).filter((name) => choice[name] !== undefined);
  const { questions, critical } = text.t.preferences;
  return names.map((name) => ({
    ask: name === 'critical' ? critical.ask : questions[name].ask,
    answer: answerWords(name, choice[name]!),
  }));
}

/** What became of an incident, or would have. */
export function outcomeWords({ asked, acted, step, blocks, cut }: Outcome): string {
  const { t, f } = text;
  const words = t.preferences.outcome;
  const question = asked === undefined ? [] : [words.asked(f.moment(asked, home.data.at))];
  if (acted === undefined) return question.length > 0 ? [...question, words.unanswered].join(', ') : words.told;
  const deeds = [
    ...(step === 'none' ? [] : [words.device(t.rules.actions[step].state)]),
    ...(blocks > 0 ? [words.blocks(blocks)] : []),
  ];
  const lasts = cut < MINUTE ? words.moment : words.lasts(durationWords(cut, t.locale));
  return [...question, ...(deeds.length > 0 ? deeds : [words.limits]), lasts].join(', ');
}
