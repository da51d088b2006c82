import { formatter } from '../lib/format.ts';
import type { NameWords } from '../lib/labels.ts';
import { recall, remember } from '../lib/theme.svelte.ts';
import { en, type Texts } from './en.ts';
import { nl } from './nl.ts';

const LANGUAGES = { en, nl };
export type Language = keyof typeof LANGUAGES;
const KEY = 'spin-language';

/** The chosen language's texts (`text.t`) and its ways to write numbers and times (`text.f`). */
class Text {
  language = $state<Language>(preferred());
  readonly t: Texts = $derived(LANGUAGES[this.language]);
  readonly f = $derived(formatter(this.t.locale, this.t.time));
  /** What names are made of, for `lib/labels.ts`. */
  readonly words: NameWords = $derived({ kinds: this.t.kinds, far: this.t.far });
  readonly all: readonly { id: Language; name: string }[] = [
    { id: 'en', name: en.languageName },
    { id: 'nl', name: nl.languageName },
  ];

  choose(language: Language): void {
    this.language = language;
    remember(KEY, language);
  }

  /** Call within an effect. */
  show(): void {
    document.documentElement.lang = this.language;
  }
}

function preferred(): Language {
  const wanted = [recall(KEY) ?? '', ...navigator.languages].map((tag) => tag.slice(0, 2).toLowerCase());
  return (wanted.find((tag) => tag in LANGUAGES) as Language | undefined) ?? 'en';
}

export const text = new Text();
