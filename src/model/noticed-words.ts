/** Why nothing is done about what was noticed, in the words of the household; the same for every interface. */
import type { Language } from './language.ts';
import type { Noticed, Sureness } from './noticed.ts';
import type { Certainty } from './preferences.ts';

type Sentences = Record<Language, string>;

const SURE: Readonly<Record<Sureness, Sentences>> = {
  hardly: { en: 'Hardly a sign of harm', nl: 'Nauwelijks een teken van kwaad' },
  perhaps: { en: 'Perhaps harm', nl: 'Misschien kwaad' },
};

const TOO_LITTLE: Readonly<Record<Certainty, Sentences>> = {
  certain: {
    en: 'Nothing is done: SPIN waits until harm is certain, as you wish, and this alone is far from it.',
    nl: 'Er gebeurt niets: SPIN wacht tot kwaad zeker is, zoals u wilt, en dit alleen is dat lang niet.',
  },
  likely: {
    en: 'Nothing is done: SPIN waits until harm is likely, and this alone is more often harmless.',
    nl: 'Er gebeurt niets: SPIN wacht tot kwaad waarschijnlijk is, en dit alleen is vaker onschuldig.',
  },
  suspected: {
    en: 'Nothing is done: even for a suspicion, this alone is too little.',
    nl: 'Er gebeurt niets: zelfs voor een vermoeden is dit alleen te weinig.',
  },
};

const NOT_HARM: Sentences = {
  en: 'Nothing is done: it is only for you to know.',
  nl: 'Er gebeurt niets: het is alleen om te weten.',
};

const FINE: Sentences = {
  en: 'Nothing is done: you said that this is fine.',
  nl: 'Er gebeurt niets: u zei dat dit in orde is.',
};

/** How likely it is harm; absent where that is no question. */
export function sureWords({ sure }: Pick<Noticed, 'sure'>, language: Language): string | undefined {
  return sure && SURE[sure][language];
}

/** @param wanted how sure the household wants SPIN to be before it does anything */
export function reasonWords(
  { reason, wanted = 'likely' }: Pick<Noticed, 'reason'> & { wanted?: Certainty },
  language: Language,
): string {
  if (reason === 'fine') return FINE[language];
  return (reason === 'not-harm' ? NOT_HARM : TOO_LITTLE[wanted])[language];
}
