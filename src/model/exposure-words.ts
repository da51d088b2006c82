import type { Exposure, ExposurePoint, ExposureSort, Unseen } from './exposure.ts';
import type { Language } from './language.ts';

type Sentences = Record<Language, string>;

/** `{words}` are `subject`, or the point's evidence by name. */
const POINTS: Readonly<Record<ExposureSort, Sentences>> = {
  'open-login': {
    en: 'People can log in at {service} ({subject}), where passwords can be guessed and overheard.',
    nl: 'Er kan worden ingelogd via {service} ({subject}), waar wachtwoorden te raden en af te luisteren zijn.',
  },
  'open-service': {
    en: 'It answers at {service} ({subject}) without encryption.',
    nl: 'Het antwoordt op {service} ({subject}) zonder versleuteling.',
  },
  'reached-from-outside': {
    en: 'It was reached from the internet at {subject} (last by {by}).',
    nl: 'Het werd vanaf internet bereikt op {subject} (laatst door {by}).',
  },
  'port-mapping': {
    en: 'The router leads connections from the internet at {subject} to its port {internalPort}.',
    nl: 'De router leidt verbindingen van internet op {subject} naar poort {internalPort} van dit apparaat.',
  },
  'plain-text': {
    en: 'It talks to {subject} (port {port}) without encryption.',
    nl: 'Het praat met {subject} (poort {port}) zonder versleuteling.',
  },
  'obsolete-encryption': {
    en: 'It knows nothing newer than {version} to talk to {subject}.',
    nl: 'Het kent niets nieuwers dan {version} om met {subject} te praten.',
  },
  'no-update-contact': {
    en: 'It did not contact anything that looks like an update server for {days} days.',
    nl: 'Het zocht {days} dagen geen contact met iets dat op een updateserver lijkt.',
  },
  'update-contact': {
    en: 'It contacted {subject}, which looks like an update server.',
    nl: 'Het zocht contact met {subject}, dat op een updateserver lijkt.',
  },
  'vulnerable-model': {
    en: 'The model {subject} is known to be vulnerable ({source}).',
    nl: 'Van het model {subject} is bekend dat het kwetsbaar is ({source}).',
  },
  unsupported: {
    en: 'Its maker no longer looks after it ({source}).',
    nl: 'De maker onderhoudt het niet meer ({source}).',
  },
};

const GRADES: Readonly<Record<Exposure['grade'], Sentences>> = {
  weak: { en: 'Poorly secured', nl: 'Slecht beveiligd' },
  fair: { en: 'Could be better secured', nl: 'Kan beter beveiligd' },
  good: { en: 'Nothing wrong was seen', nl: 'Er is niets mis gezien' },
  unknown: { en: 'Too little was seen', nl: 'Er is te weinig gezien' },
};

const UNSEEN: Readonly<Record<Unseen, Sentences>> = {
  passwords: { en: 'whether its password is a good one', nl: 'of het wachtwoord goed is' },
  software: { en: 'whether its software is up to date', nl: 'of de software bij de tijd is' },
  'services-not-tried': {
    en: 'who could get in, since nobody tried',
    nl: 'wie erin kan, want niemand heeft het geprobeerd',
  },
  young: { en: 'what it does in a day: it is new here', nl: 'wat het op een dag doet: het is hier nieuw' },
};

export function gradeWords(grade: Exposure['grade'], language: Language): string {
  return GRADES[grade][language];
}

/** The point as a sentence. Subject and evidence may hold text from the network: the reader makes it safe for its medium. */
export function exposureSentence({ sort, subject, evidence }: ExposurePoint, language: Language): string {
  return POINTS[sort][language].replaceAll(/\{(\w+)\}/g, (_, word: string) => {
    if (word === 'subject') return subject;
    return Object.hasOwn(evidence, word) ? String(evidence[word]) : '?';
  });
}

export function unseenWords(unseen: Unseen, language: Language): string {
  return UNSEEN[unseen][language];
}
