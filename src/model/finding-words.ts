import type { Finding } from './home.ts';
import type { Language, Words } from './language.ts';
import { QUIET_FINDING_WORDS } from './quiet-finding-words.ts';

export type { Language } from './language.ts';

/**
 * What each detector's finding says to people: `{words}` of a sentence are `device` (its name), `subject`, or the
 * finding's evidence by name. A sentence says what was seen, in numbers; what it means and what to do belong to the incident.
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
  'horizontal-scan': {
    en: {
      title: 'Searches other machines',
      sentence:
        '{device} tried {hosts} different addresses ({service}) within {seconds} seconds; of {attempts} attempts {answered} were answered.',
    },
    nl: {
      title: 'Doorzoekt andere machines',
      sentence:
        '{device} probeerde {hosts} verschillende adressen ({service}) binnen {seconds} seconden; van {attempts} pogingen werden er {answered} beantwoord.',
    },
  },
  'vertical-scan': {
    en: {
      title: 'Tries the doors of one machine',
      sentence:
        '{device} tried {ports} different {protocol} ports of {address} within {seconds} seconds; {answered} were open.',
    },
    nl: {
      title: 'Voelt aan de deuren van één machine',
      sentence:
        '{device} probeerde {ports} verschillende {protocol}-poorten van {address} binnen {seconds} seconden; {answered} waren open.',
    },
  },
  'arp-sweep': {
    en: {
      title: 'Searches the home network',
      sentence: '{device} asked for {addresses} addresses of the home that nobody has, within {seconds} seconds.',
    },
    nl: {
      title: 'Doorzoekt het thuisnetwerk',
      sentence: '{device} vroeg binnen {seconds} seconden naar {addresses} adressen in huis die niemand heeft.',
    },
  },
  'login-guessing': {
    en: {
      title: 'Guesses passwords',
      sentence: '{device} logged in to {address} ({service}) {sessions} times within {seconds} seconds.',
    },
    nl: {
      title: 'Raadt wachtwoorden',
      sentence: '{device} probeerde {sessions} keer binnen {seconds} seconden in te loggen bij {address} ({service}).',
    },
  },
  flood: {
    en: {
      title: 'Floods somebody',
      sentence: '{device} sent {packets} {protocol} packets to {address}, {perSecond} a second; {answered} came back.',
    },
    nl: {
      title: 'Overspoelt iemand',
      sentence:
        '{device} stuurde {packets} {protocol}-pakketten naar {address}, {perSecond} per seconde; er kwamen er {answered} terug.',
    },
  },
  reflection: {
    en: {
      title: 'Is used to flood somebody',
      sentence:
        '{device} answered {address} from outside ({service}) with {packets} packets, {gain} times as much as was asked.',
    },
    nl: {
      title: 'Wordt gebruikt om iemand te overspoelen',
      sentence:
        '{device} beantwoordde {address} van buiten ({service}) met {packets} pakketten, {gain} keer zoveel als gevraagd.',
    },
  },
  'spoofed-source': {
    en: {
      title: 'Sends under false addresses',
      sentence: '{device} sent from {sources} addresses that are not of this home (such as {source}).',
    },
    nl: {
      title: 'Verstuurt onder valse adressen',
      sentence: '{device} verstuurde vanaf {sources} adressen die niet van dit huis zijn (zoals {source}).',
    },
  },
  'unneeded-protocol': {
    en: {
      title: 'Uses a protocol that it has no need for',
      sentence: '{device} sent {protocol} packets to {address} on the internet.',
    },
    nl: {
      title: 'Gebruikt een protocol dat het niet nodig heeft',
      sentence: '{device} stuurde {protocol}-pakketten naar {address} op internet.',
    },
  },
  'outbound-mail': {
    en: {
      title: 'Sends mail by itself',
      sentence: '{device} connected to {servers} mail servers on the internet ({service}), {attempts} times.',
    },
    nl: {
      title: 'Verstuurt zelf mail',
      sentence: '{device} maakte {attempts} keer verbinding met {servers} mailservers op internet ({service}).',
    },
  },
  'peer-fan-out': {
    en: {
      title: 'Belongs to a network of strangers',
      sentence: '{device} spoke to {peers} addresses on the internet that it never looked up by name.',
    },
    nl: {
      title: 'Hoort bij een netwerk van vreemden',
      sentence: '{device} sprak met {peers} adressen op internet waarvan het nooit de naam opzocht.',
    },
  },
  'known-bad': {
    en: {
      title: 'Speaks to a place that is known to be bad',
      sentence: '{device} contacted {subject}, which is on the list {list}.',
    },
    nl: {
      title: 'Spreekt met een plek die als slecht bekend is',
      sentence: '{device} had contact met {subject}, dat op de lijst {list} staat.',
    },
  },
  'tripwire-rate': {
    en: {
      title: 'Sends far more than such a device needs',
      sentence:
        '{device} set off SPIN’s tripwire {times} times within {minutes} minutes by sending too much ({reason}).',
    },
    nl: {
      title: 'Stuurt veel meer dan zo’n apparaat nodig heeft',
      sentence:
        '{device} liep {times} keer binnen {minutes} minuten in de struikeldraad van SPIN door te veel te sturen ({reason}).',
    },
  },
  'tripwire-service': {
    en: {
      title: 'Tries what such a device never needs',
      sentence: '{device} tried {times} times to use {service} on the internet, which such a device never needs.',
    },
    nl: {
      title: 'Probeert wat zo’n apparaat nooit nodig heeft',
      sentence:
        '{device} probeerde {times} keer {service} op internet te gebruiken, wat zo’n apparaat nooit nodig heeft.',
    },
  },
  'tripwire-spoofing': {
    en: {
      title: 'Sends under false addresses',
      sentence: '{device} sent packets under addresses that are not of this home, in {seconds} seconds of a minute.',
    },
    nl: {
      title: 'Verstuurt onder valse adressen',
      sentence:
        '{device} verstuurde in {seconds} seconden van een minuut pakketten onder adressen die niet van dit huis zijn.',
    },
  },
  ...QUIET_FINDING_WORDS,
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
export function findingSentence(
  finding: Pick<Finding, 'detector' | 'subject' | 'evidence'>,
  device: string,
  language: Language,
): string {
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
