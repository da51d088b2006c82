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
  beacon: {
    en: {
      title: 'Calls a strange place by the clock',
      sentence: '{device} called {node} (port {port}) {calls} times, about every {seconds} seconds.',
    },
    nl: {
      title: 'Belt een vreemde plek op vaste tijden',
      sentence: '{device} nam {calls} keer contact op met {node} (poort {port}), ongeveer elke {seconds} seconden.',
    },
  },
  'dns-tunnel': {
    en: {
      title: 'Hides data in name look-ups',
      sentence: '{device} asked for {names} different names below {subject} that look like data in disguise.',
    },
    nl: {
      title: 'Verstopt gegevens in naamvragen',
      sentence: '{device} vroeg naar {names} verschillende namen onder {subject} die op vermomde gegevens lijken.',
    },
  },
  'generated-names': {
    en: {
      title: 'Looks for names that nobody would choose',
      sentence:
        '{device} looked for {missing} domains that do not exist within an hour, {unreadable} of them unreadable (such as {example}).',
    },
    nl: {
      title: 'Zoekt namen die niemand zou kiezen',
      sentence:
        '{device} zocht binnen een uur {missing} domeinen die niet bestaan, waarvan {unreadable} onleesbaar (zoals {example}).',
    },
  },
  'dns-water-torture': {
    en: {
      title: 'Floods the name servers of a domain',
      sentence: '{device} asked for {names} made-up names below {subject} within {seconds} seconds.',
    },
    nl: {
      title: 'Overspoelt de naamservers van een domein',
      sentence: '{device} vroeg binnen {seconds} seconden naar {names} verzonnen namen onder {subject}.',
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
