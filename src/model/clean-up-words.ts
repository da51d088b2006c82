/**
 * What to do about an infected device, in the words of who owns one: a line to read and a line that says how, by kind of
 * device where that differs. What traffic shows of it, and no more than that.
 */
import type { Language } from './finding-words.ts';
import type { CleanUpName, CleanUpStep } from './incident.ts';
import type { Kind } from './kinds.ts';

type Advice = { title: string; how: string };
type ByKind = { any: Advice } & Partial<Record<Kind, Pick<Advice, 'how'>>>;

const en: Record<CleanUpName, ByKind> = {
  restart: {
    any: {
      title: 'Restart it',
      how: 'Take its plug out, wait ten seconds and put it back. Most malware of such devices lives in memory and is gone then – until the next time, so go on with the next step at once.',
    },
    computer: { how: 'Shut it down and start it again; “restart” is right, “sleep” is not.' },
    phone: { how: 'Switch it off and on again.' },
    tablet: { how: 'Switch it off and on again.' },
    doorbell: { how: 'Take out its battery, or switch off the fuse of the bell, for ten seconds.' },
    lock: { how: 'Take out its batteries for ten seconds, with the door open and the key at hand.' },
    'smoke-alarm': { how: 'Take it from its holder and put it back. Press its test button afterwards.' },
    bulb: { how: 'Switch it off at the wall for ten seconds.' },
    blind: { how: 'Switch off its fuse for ten seconds.' },
    energy: { how: 'Switch it off as its manual says, wait a minute, and switch it on again.' },
  },
  password: {
    any: {
      title: 'Change its password',
      how: 'Open its app or its settings page and choose a password that is used nowhere else. The one it came with is known to every attacker.',
    },
    camera: {
      how: 'Open the camera’s app or settings page, change the password of the camera itself and of the maker’s account, and switch off access from the internet if you do not use it.',
    },
    computer: { how: 'Change the passwords of those who use it, from another device, after it has been scanned.' },
    phone: { how: 'Change the passwords of its accounts from another device.' },
    storage: { how: 'Change the administrator’s password and remove accounts that you do not know.' },
    router: { how: 'Change the administrator’s password and switch off its settings from the internet.' },
  },
  update: {
    any: {
      title: 'Update its software',
      how: 'Look in its app or settings for “update” or “firmware”, install what there is, and let it update by itself from now on.',
    },
    computer: {
      how: 'Install all updates, then scan it with the virus scanner that it came with (on Windows: “offline scan”).',
    },
    phone: { how: 'Install all updates and remove apps that you do not know or that are not from its shop.' },
    tablet: { how: 'Install all updates and remove apps that you do not know or that are not from its shop.' },
    tv: { how: 'Settings, support, software update. Remove apps that are not from its shop.' },
    printer: { how: 'Its settings page or its own display has “firmware update”.' },
  },
  'port-mapping': {
    any: {
      title: 'Close its door to the internet',
      how: 'In your router’s settings, remove the port forwarding to this device and switch off UPnP if nothing needs it. That is how attackers came in.',
    },
  },
  reset: {
    any: {
      title: 'Reset it to how it came',
      how: 'Hold its reset button as its manual says (often ten seconds) and set it up anew, with a new password before anything else.',
    },
    computer: { how: 'Copy your documents, then reinstall its system. Nothing less is certain.' },
    phone: { how: 'Settings, reset, erase everything. Put back your own data, not the apps of before.' },
    tablet: { how: 'Settings, reset, erase everything. Put back your own data, not the apps of before.' },
    storage: { how: 'Copy your files to another disk, reset it and put them back.' },
  },
  retire: {
    any: {
      title: 'Take it out of service',
      how: 'It was infected again after it had been clean. If its maker has no update for it, it will be again. Unplug it.',
    },
  },
};

const nl: Record<CleanUpName, ByKind> = {
  restart: {
    any: {
      title: 'Start het opnieuw',
      how: 'Trek de stekker eruit, wacht tien seconden en steek hem er weer in. De meeste malware op zulke apparaten zit in het geheugen en is dan weg – tot de volgende keer, dus ga meteen door met de volgende stap.',
    },
    computer: { how: 'Sluit hem af en start hem weer; “opnieuw opstarten” is goed, “slaapstand” niet.' },
    phone: { how: 'Zet hem uit en weer aan.' },
    tablet: { how: 'Zet hem uit en weer aan.' },
    doorbell: { how: 'Haal de batterij eruit, of zet de groep van de bel tien seconden uit.' },
    lock: { how: 'Haal de batterijen er tien seconden uit, met de deur open en de sleutel bij de hand.' },
    'smoke-alarm': { how: 'Haal hem uit de houder en zet hem terug. Druk daarna op de testknop.' },
    bulb: { how: 'Zet hem met de schakelaar tien seconden uit.' },
    blind: { how: 'Zet de groep tien seconden uit.' },
    energy: { how: 'Zet het uit zoals de handleiding zegt, wacht een minuut en zet het weer aan.' },
  },
  password: {
    any: {
      title: 'Verander het wachtwoord',
      how: 'Open de app of de instellingenpagina en kies een wachtwoord dat u nergens anders gebruikt. Het wachtwoord van de fabriek kent elke aanvaller.',
    },
    camera: {
      how: 'Open de app of instellingenpagina van de camera, verander het wachtwoord van de camera zelf en van het account bij de maker, en zet toegang vanaf internet uit als u die niet gebruikt.',
    },
    computer: { how: 'Verander vanaf een ander apparaat de wachtwoorden van wie hem gebruikt, nadat hij is gescand.' },
    phone: { how: 'Verander de wachtwoorden van de accounts vanaf een ander apparaat.' },
    storage: { how: 'Verander het wachtwoord van de beheerder en verwijder accounts die u niet kent.' },
    router: { how: 'Verander het wachtwoord van de beheerder en zet de instellingen vanaf internet uit.' },
  },
  update: {
    any: {
      title: 'Werk de software bij',
      how: 'Zoek in de app of instellingen naar “update” of “firmware”, installeer wat er is en laat het voortaan vanzelf bijwerken.',
    },
    computer: {
      how: 'Installeer alle updates en scan hem daarna met de virusscanner die erop zit (in Windows: “offline scan”).',
    },
    phone: { how: 'Installeer alle updates en verwijder apps die u niet kent of die niet uit de winkel komen.' },
    tablet: { how: 'Installeer alle updates en verwijder apps die u niet kent of die niet uit de winkel komen.' },
    tv: { how: 'Instellingen, ondersteuning, software-update. Verwijder apps die niet uit de winkel komen.' },
    printer: { how: 'De instellingenpagina of het eigen scherm heeft “firmware-update”.' },
  },
  'port-mapping': {
    any: {
      title: 'Sluit de deur naar internet',
      how: 'Verwijder in de instellingen van uw router de poortdoorverwijzing naar dit apparaat en zet UPnP uit als niets het nodig heeft. Zo kwamen aanvallers binnen.',
    },
  },
  reset: {
    any: {
      title: 'Zet het terug naar de fabrieksinstellingen',
      how: 'Houd de resetknop ingedrukt zoals de handleiding zegt (vaak tien seconden) en stel het opnieuw in, met als eerste een nieuw wachtwoord.',
    },
    computer: { how: 'Kopieer uw documenten en installeer het systeem opnieuw. Niets minder is zeker.' },
    phone: { how: 'Instellingen, resetten, alles wissen. Zet uw eigen gegevens terug, niet de apps van eerst.' },
    tablet: { how: 'Instellingen, resetten, alles wissen. Zet uw eigen gegevens terug, niet de apps van eerst.' },
    storage: { how: 'Kopieer uw bestanden naar een andere schijf, reset het en zet ze terug.' },
  },
  retire: {
    any: {
      title: 'Stel het buiten gebruik',
      how: 'Het was weer besmet nadat het schoon was geweest. Als de maker er geen update voor heeft, gebeurt dat opnieuw. Trek de stekker eruit.',
    },
  },
};

const ADVICE = { en, nl };

/** What to do, and how, for a kind of device. */
export function adviceFor(step: CleanUpName, kind: string | undefined, language: Language): Advice {
  const all = ADVICE[language][step];
  const special = kind !== undefined && Object.hasOwn(all, kind) ? all[kind as Kind] : undefined;
  return { ...all.any, ...special };
}

type Shown = Record<CleanUpName, string>;
const SEEN: Record<Language, Shown> = {
  en: {
    restart: 'It left the network and came back at {at}.',
    password: 'Somebody opened its settings at {at} ({detail}). Whether the password is another cannot be seen.',
    update: 'It contacted an update server at {at} ({detail}). Whether it is up to date cannot be seen.',
    'port-mapping': 'The port to the internet was closed at {at}.',
    reset: 'It was away for some minutes and came back at {at}, as after a reset.',
    retire: 'It has not been seen on the network for a week.',
  },
  nl: {
    restart: 'Het verdween van het netwerk en kwam terug om {at}.',
    password: 'Iemand opende de instellingen om {at} ({detail}). Of het wachtwoord anders is, is niet te zien.',
    update: 'Het nam om {at} contact op met een updateserver ({detail}). Of het bijgewerkt is, is niet te zien.',
    'port-mapping': 'De poort naar internet is om {at} gesloten.',
    reset: 'Het was enkele minuten weg en kwam om {at} terug, zoals na een reset.',
    retire: 'Het is al een week niet op het netwerk gezien.',
  },
};

const NOT_YET: Record<Language, Record<Exclude<CleanUpStep['state'], 'seen'>, string>> = {
  en: {
    open: 'Not seen yet.',
    claimed: 'You said so at {at}; the traffic does not show it yet.',
    doubted: 'It did not help: harm was seen again at {at}.',
  },
  nl: {
    open: 'Nog niet gezien.',
    claimed: 'U zei dit om {at}; het verkeer laat het nog niet zien.',
    doubted: 'Het hielp niet: om {at} is weer kwaad gezien.',
  },
};

type Step = { name: CleanUpName; state: CleanUpStep['state']; at?: number | undefined; detail?: string | undefined };

/**
 * What became of a step, as a sentence. The detail may be a name from the network: the reader makes it safe.
 * @param time how a moment is written
 */
export function stepSentence(
  { name, state, at, detail }: Step,
  language: Language,
  time: (at: number) => string,
): string {
  const text = state === 'seen' ? SEEN[language][name] : NOT_YET[language][state];
  const filled = text.replace('{at}', at === undefined ? '?' : time(at));
  return detail === undefined ? filled.replace(' ({detail})', '') : filled.replace('{detail}', detail);
}
