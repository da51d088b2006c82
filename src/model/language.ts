/** The languages that the home is told things in. */
export type Language = 'en' | 'nl';

/** A short name, and a sentence with `{words}` to be filled in. */
export type Words = { title: string; sentence: string };
