import type { Language, Words } from './language.ts';

/** Words of the detectors of quiet harm: masters and tunnels, what is new, the household's own network. */
export const QUIET_FINDING_WORDS = {
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
  'command-and-control': {
    en: {
      title: 'Calls a master as bots do',
      sentence:
        '{device} tried to reach {node} (port {port}), a place without a name, {calls} times, every {seconds} seconds.',
    },
    nl: {
      title: 'Zoekt een meester zoals bots doen',
      sentence:
        '{device} probeerde {calls} keer, elke {seconds} seconden, {node} (poort {port}) te bereiken, een plek zonder naam.',
    },
  },
  'thin-session': {
    en: {
      title: 'Holds a line open to a strange place',
      sentence: '{device} has held a connection to {node} (port {port}) for {hours} hours and said next to nothing.',
    },
    nl: {
      title: 'Houdt een lijn open naar een vreemde plek',
      sentence: '{device} houdt al {hours} uur een verbinding met {node} (poort {port}) open en zegt bijna niets.',
    },
  },
  'chat-control': {
    en: {
      title: 'Waits in a chat room as bots do',
      sentence: '{device} joined an IRC chat server at {node} (port {port}).',
    },
    nl: {
      title: 'Wacht in een chatkamer zoals bots doen',
      sentence: '{device} meldde zich bij een IRC-chatserver op {node} (poort {port}).',
    },
  },
  mining: {
    en: { title: 'Mines for coins', sentence: '{device} works for a mining pool at {node}.' },
    nl: { title: 'Delft cryptomunten', sentence: '{device} werkt voor een mining pool op {node}.' },
  },
  tor: {
    en: {
      title: 'Uses the Tor network',
      sentence: '{device} greeted {servers} servers by made-up names, as Tor does (such as {example}).',
    },
    nl: {
      title: 'Gebruikt het Tor-netwerk',
      sentence: '{device} groette {servers} servers met verzonnen namen, zoals Tor doet (bijvoorbeeld {example}).',
    },
  },
  'encrypted-dns': {
    en: {
      title: 'Looks names up past the home',
      sentence: '{device} began to look names up at {node}, out of this home’s sight.',
    },
    nl: {
      title: 'Zoekt namen op buiten het huis om',
      sentence: '{device} begon namen op te zoeken bij {node}, buiten het zicht van dit huis.',
    },
  },
  'proxy-relay': {
    en: {
      title: 'Passes traffic on for strangers',
      sentence: '{device} passed {megabytes} MB on between {node} and {others} other places within {minutes} minutes.',
    },
    nl: {
      title: 'Geeft verkeer van vreemden door',
      sentence: '{device} gaf binnen {minutes} minuten {megabytes} MB door tussen {node} en {others} andere plekken.',
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
  novelty: {
    en: {
      title: 'Does something it never did before',
      sentence: '{device} contacted {node} ({service}), unlike anything in the {days} days it has been known.',
    },
    nl: {
      title: 'Doet iets wat het nooit eerder deed',
      sentence:
        '{device} nam contact op met {node} ({service}), anders dan alles in de {days} dagen dat het bekend is.',
    },
  },
  'address-spoofing': {
    en: {
      title: 'Takes another’s place in the network',
      sentence: '{device} said {claims} times that the address {address} is its own, while its holder is still there.',
    },
    nl: {
      title: 'Neemt de plaats van een ander in het netwerk in',
      sentence: '{device} zei {claims} keer dat het adres {address} van hem is, terwijl de houder er nog is.',
    },
  },
  'name-spoofing': {
    en: {
      title: 'Answers for names that are not its own',
      sentence:
        '{device} answered other devices for {names} different names as if each were its own, such as {example}.',
    },
    nl: {
      title: 'Antwoordt op namen die niet de zijne zijn',
      sentence:
        '{device} beantwoordde vragen naar {names} verschillende namen alsof die alle de zijne waren, zoals {example}.',
    },
  },
  'rogue-dhcp': {
    en: {
      title: 'Hands out network addresses without being the router',
      sentence:
        '{device} gives other devices their addresses and sends them to router {router} and resolver {resolver}.',
    },
    nl: {
      title: 'Deelt netwerkadressen uit zonder de router te zijn',
      sentence: '{device} geeft andere apparaten hun adres en stuurt ze naar router {router} en naamserver {resolver}.',
    },
  },
  'rogue-router': {
    en: {
      title: 'Offers itself as the way to the internet',
      sentence: '{device} tells the other devices that it is the router ({router}).',
    },
    nl: {
      title: 'Biedt zich aan als de weg naar internet',
      sentence: '{device} vertelt de andere apparaten dat het de router is ({router}).',
    },
  },
  'new-device': {
    en: { title: 'New in the home', sentence: '{device} was not seen in this home before.' },
    nl: { title: 'Nieuw in huis', sentence: '{device} is niet eerder in dit huis gezien.' },
  },
  'vanished-device': {
    en: {
      title: 'Says nothing any more',
      sentence: '{device} has been silent for {hours} hours, after {days} days in which it was always on.',
    },
    nl: {
      title: 'Laat niets meer van zich horen',
      sentence: '{device} zwijgt al {hours} uur, na {days} dagen waarin het altijd aan stond.',
    },
  },
  'port-mapping': {
    en: {
      title: 'Lets connections in from the internet',
      sentence: 'The router was asked to lead connections from the internet at {protocol} port {port} to {device}.',
    },
    nl: {
      title: 'Laat verbindingen van internet binnen',
      sentence: 'De router is gevraagd verbindingen van internet op {protocol}-poort {port} naar {device} te leiden.',
    },
  },
  'unencrypted-service': {
    en: {
      title: 'Lets people in without encryption',
      sentence: '{device} answers at {service} (port {port}), where passwords can be guessed and overheard.',
    },
    nl: {
      title: 'Laat mensen binnen zonder versleuteling',
      sentence: '{device} antwoordt op {service} (poort {port}), waar wachtwoorden te raden en af te luisteren zijn.',
    },
  },
  'weak-encryption': {
    en: {
      title: 'Uses encryption that is out of date',
      sentence: '{device} knows nothing newer than {version} to talk to {node}; that is no longer safe.',
    },
    nl: {
      title: 'Gebruikt verouderde versleuteling',
      sentence: '{device} kent niets nieuwers dan {version} om met {node} te praten; dat is niet meer veilig.',
    },
  },
  'steady-upload': {
    en: {
      title: 'Sends much at an unusual hour',
      sentence:
        '{device} sent {megabytes} MB within an hour to {node}, at an hour at which it used to send at most {usual} MB.',
    },
    nl: {
      title: 'Verstuurt veel op een ongewoon uur',
      sentence:
        '{device} stuurde binnen een uur {megabytes} MB naar {node}, op een uur waarop het hooguit {usual} MB stuurde.',
    },
  },
  tracker: {
    en: {
      title: 'Reports to a company that follows people',
      sentence: '{device} contacted {owner}, which gathers what people do for advertising and analysis.',
    },
    nl: {
      title: 'Meldt zich bij een bedrijf dat mensen volgt',
      sentence: '{device} nam contact op met {owner}, dat voor reclame en analyse bijhoudt wat mensen doen.',
    },
  },
} as const satisfies Record<string, Record<Language, Words>>;
