import type { Finding } from './home.ts';

/** The languages that findings are told in. */
export type Language = 'en' | 'nl';

/** A short name, and a sentence whose `{words}` are `device`, `subject`, or the finding's evidence by name. */
type Words = { title: string; sentence: string };

/**
 * What each detector's finding says to people: the device's name goes where `{device}` stands. A sentence says what was
 * seen, in numbers; what it means and what to do belong to the incident.
 */
export const FINDING_WORDS = {
  'mirai-mark': {
    en: {
      title: 'Searches for victims as Mirai does',
      sentence:
        '{device} sent {packets} connection attempts that carry the mark of the Mirai malware (last to port {port}).',
    },
    nl: {
      title: 'Zoekt slachtoffers zoals Mirai',
      sentence:
        '{device} stuurde {packets} verbindingspogingen met het kenmerk van de Mirai-malware (laatst naar poort {port}).',
    },
  },
} as const satisfies Record<string, Record<Language, Words>>;

export type DetectorName = keyof typeof FINDING_WORDS;

export function isDetectorName(text: string): text is DetectorName {
  return Object.hasOwn(FINDING_WORDS, text);
}

export function findingTitle(detector: string, language: Language): string {
  return isDetectorName(detector) ? FINDING_WORDS[detector][language].title : detector;
}

/**
 * The finding as a sentence. Evidence may hold names from the network: the reader makes it safe for its medium.
 * @param device what people call the device
 */
export function findingSentence(finding: Finding, device: string, language: Language): string {
  const { detector, subject, evidence } = finding;
  if (!isDetectorName(detector)) return `${device}: ${detector} ${subject}`;
  return FINDING_WORDS[detector][language].sentence.replaceAll(/\{(\w+)\}/g, (_, word: string) => {
    if (word === 'device') return device;
    if (word === 'subject') return subject;
    return Object.hasOwn(evidence, word) ? valueText(evidence[word]!, language) : '?';
  });
}

function valueText(value: string | number | boolean, language: Language): string {
  if (typeof value !== 'number') return String(value);
  return value.toLocaleString(language === 'nl' ? 'nl-NL' : 'en-GB', { maximumFractionDigits: 2 });
}
