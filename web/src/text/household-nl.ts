import type { HouseholdTexts } from './household-en.ts';

const rules: HouseholdTexts['rules'] = {
  actions: {
    pause: {
      choose: 'Internet pauzeren',
      does: 'Niets van en naar het internet.',
      works: 'Werkt nog: alles in huis, zoals beeld naar de tv sturen, printen en de router.',
      state: 'internet gepauzeerd',
    },
    block: {
      choose: 'Blokkeren',
      does: 'Niets komt er binnen of buiten, van internet noch van huis, voor zover het langs deze router gaat.',
      works:
        'Werkt nog: het houdt zijn adres en kan namen opzoeken, zodat het meteen terug is als u dit ongedaan maakt.',
      state: 'geblokkeerd',
    },
    slow: {
      choose: 'Vertragen',
      does: 'Het mag maar weinig tegelijk versturen en ontvangen.',
      works: 'Werkt nog: alles, maar traag. Genoeg voor berichten en schakelen, niet voor video.',
      state: 'vertraagd',
    },
    essential: {
      choose: 'Alleen het nodige',
      does: 'Het bereikt alleen wat het nodig heeft om te werken.',
      works: 'Werkt nog: namen, tijd, updates, de servers van de maker, en alles in huis.',
      state: 'alleen het nodige',
    },
    local: {
      choose: 'Alleen thuis',
      does: 'Niets van en naar het internet, behalve wat u er onmisbaar voor noemde.',
      works: 'Werkt nog: alles in huis, zoals beeld naar de tv sturen, printen en de app zolang u thuis bent.',
      state: 'alleen thuis',
    },
    isolated: {
      choose: 'Helemaal afsluiten',
      does: 'Helemaal niets, ook niet in huis, en ook niet wat u onmisbaar noemde. Voor een apparaat dat u niet vertrouwt.',
      works: 'Werkt nog: het houdt zijn adres, zodat het terug kan komen.',
      state: 'afgesloten',
    },
    allow: {
      choose: 'Altijd toestaan',
      does: 'Gaat voor elke blokkade, van u of van SPIN.',
      works: 'Alleen de remmen tegen aanvallen blijven aan.',
      state: 'altijd toegestaan',
    },
    ignore: {
      choose: 'Verbergen',
      does: 'Het staat niet in beelden en lijsten.',
      works: 'Er wordt niets geblokkeerd: alles werkt en telt gewoon mee.',
      state: 'verborgen',
    },
  },
  far: {
    block: {
      does: 'Geen apparaat in huis bereikt het, en het bereikt er geen, op geen van zijn adressen.',
      works: 'Werkt nog: alles wat het niet nodig heeft.',
    },
    allow: {
      does: 'Elk apparaat bereikt het, wat er verder ook geblokkeerd is.',
      works: 'Alleen de remmen tegen aanvallen blijven aan.',
    },
  },
  pair: { does: 'Deze twee bereiken elkaar niet.', works: 'Werkt nog: al het andere dat beide doen.' },
  service: { does: 'Deze twee bereiken elkaar niet op deze manier.', works: 'Werkt nog: al het andere tussen beide.' },

  open: 'Ingrijpen',
  openFor: (name) => `Ingrijpen bij ${name}`,
  home: 'het hele huis',
  everybody: 'Iedereen in huis',
  and: (one, other) => `${one} en ${other}`,
  choose: (name) => `Wat moet er gebeuren met ${name}?`,
  about: 'Wat is bedoeld?',
  scopes: {
    service: (service) => `Alleen ${service} tussen deze twee`,
    pair: 'Alles tussen deze twee',
    node: (name) => `${name}, voor iedereen in huis`,
    device: (name) => `${name}, alles wat het doet`,
  },
  how: {
    title: 'Voor hoe lang?',
    for: '1 uur',
    tomorrow: 'Tot morgen',
    until: 'Tot een tijdstip …',
    always: 'Tot ik het ongedaan maak',
    weekly: 'Op vaste tijden …',
    untilWhen: 'Tot wanneer?',
    past: 'Dat is al voorbij. Kies een tijdstip dat nog komt.',
  },
  slots: {
    title: 'Wanneer?',
    days: 'Dagen',
    from: 'Van',
    to: 'Tot',
    everyDay: 'elke dag',
    nextDay: 'tot de volgende ochtend',
    add: 'Nog een tijd',
    remove: 'Deze tijd weghalen',
    noDay: 'Kies minstens één dag.',
    noTime: 'Geef een tijd, zoals 21:30.',
    number: (number) => `Tijd ${number}`,
  },
  preview: {
    title: 'De afgelopen 24 uur',
    asking: 'Terugkijken …',
    nothing: 'Dit had niets tegengehouden.',
    stopped: (traffic, farEnds) => `Dit had ${traffic} tegengehouden, met ${farEnds}.`,
    ofDevices: (traffic, farEnds, devices) => `Dit had ${traffic} van ${devices} tegengehouden, met ${farEnds}.`,
    since: (when) => `SPIN kijkt pas mee sinds ${when}.`,
    last: (when) => `Het laatste: ${when}.`,
    shared: 'deelt een adres',
    failed: 'Wat dit had tegengehouden, was niet te achterhalen.',
  },
  confirm: {
    for: (verb) => `${verb}: 1 uur`,
    tomorrow: (verb) => `${verb} tot morgen`,
    until: (verb) => `${verb} tot dan`,
    always: (verb) => `${verb} tot ik het ongedaan maak`,
    weekly: (verb) => `${verb} op deze tijden`,
  },
  done: (name, state, when) => `${name}: ${state} ${when}.`,
  undo: 'Ongedaan maken',
  undone: (name, state) => `Ongedaan gemaakt: ${name} is niet meer ${state}.`,
  undoFailed: 'Het kon niet ongedaan worden gemaakt.',
  failed: 'Er is niets veranderd.',

  when: {
    until: (when) => `tot ${when}`,
    always: 'tot u het ongedaan maakt',
    weekly: (slots) => `op vaste tijden: ${slots}`,
  },
  inForce: 'Van kracht',
  states: {
    yes: 'van kracht',
    waiting: 'onderweg naar de kernel',
    scheduled: 'nu niet',
    'not-enforced': 'niet afgedwongen',
    begins: (when) => `begint ${when}`,
    notYet: 'nog niet afgedwongen',
  },
  notes: {
    'same-network': 'Verkeer tussen apparaten dat niet langs deze router gaat, is niet tegen te houden.',
    'name-not-met': 'Van deze naam is nog geen adres bekend. Zodra een apparaat hem opzoekt, geldt dit ook daarvoor.',
    'device-away': 'Het apparaat is er nu niet.',
    allowed: 'Iets wat u altijd toestaat, gaat hiervoor.',
    stricter: 'Een andere regel is strenger.',
    console: 'U gebruikt SPIN op dit apparaat; daarom wordt het niet helemaal afgesloten.',
  },
  by: { owner: 'door u', 'command-line': 'vanaf de opdrachtregel', spin: 'door SPIN' },
  since: (when, by) => `sinds ${when}, ${by}`,
  stopped: (bytes, packets) => `tot nu toe tegengehouden: ${bytes} in ${packets} pakketten`,
  stoppedNothing: 'hield nog niets tegen',
  undoRule: (name, state) => `Ongedaan maken: ${name}, ${state}`,
  takenBack: 'Ongedaan gemaakt. Alles is weer zoals het was.',
  cancel: 'Annuleren',
  forWhom: 'Voor wie?',
};

const guard: HouseholdTexts['guard'] = {
  states: {
    'in-force': 'Beschermt',
    applying: 'Beschermt',
    refused: 'Niet alles van kracht',
    passive: 'Kijkt alleen mee',
    'agent-away': 'Volgt niet',
    connecting: 'Verbinden …',
    reconnecting: 'Verbinding weg',
  },
  more: {
    'in-force': 'Wat u wilt, is van kracht.',
    applying: 'Een wijziging is onderweg naar de kernel.',
    refused: 'De kernel weigerde de laatste wijziging en doet wat hij eerder deed. SPIN probeert het vanzelf opnieuw.',
    passive:
      'SPIN kijkt hier alleen mee en komt nooit aan de firewall. Wat u kiest, wordt bewaard maar niet afgedwongen.',
    'agent-away':
      'Het deel dat afdwingt, is gestopt. Wat geblokkeerd was, blijft dat; wijzigingen wachten tot het terug is.',
    connecting: 'Deze pagina zoekt SPIN.',
    reconnecting: 'Deze pagina is SPIN kwijt; dat werkt vanzelf door. Wat u ziet, is van eerder.',
  },
  nothing: 'Er is niets geblokkeerd. Pauzeer, blokkeer of vertraag wat u wilt; alles is ongedaan te maken.',
  sum: (rules, stopped) =>
    `${rules === 1 ? 'Eén ding dat u wilt, is' : `${rules} dingen die u wilt, zijn`} van kracht. Tot nu toe tegengehouden: ${stopped}.`,
  onlyWatches: 'SPIN kijkt hier alleen mee; er wordt niets tegengehouden.',
  reason: (message) => `De melding: ${message}`,
};

const inForce: HouseholdTexts['inForce'] = {
  title: 'Nu van kracht',
  empty: 'Er is niets geblokkeerd, gepauzeerd of verborgen.',
  emptyHint:
    'Kies een apparaat, of iets waarmee het praat, en zeg wat er moet gebeuren. Alles is hier ongedaan te maken.',
  filter: 'Toon',
  shown: { all: 'Alles', cuts: 'Tegengehouden', allows: 'Toegestaan', hides: 'Verborgen', idle: 'Nu niet' },
  search: 'Zoek een naam',
  nothing: 'Niets past hierbij.',
  pause: 'Internet pauzeren',
  all: 'Alles wat van kracht is',
  stopped: (bytes) => `${bytes} tegengehouden`,
  hidden: (count) => `Toon verborgen (${count})`,
  tripped: 'rem aangetrokken',
  trippedWatch: 'rem zou zijn aangetrokken',
};

const groups: HouseholdTexts['groups'] = {
  title: 'Groepen',
  add: 'Nieuwe groep',
  own: 'Uw groepen',
  none: 'Nog geen. Voeg apparaten samen, bijvoorbeeld “kinderen”, om bij alle tegelijk in te grijpen.',
  automatic: 'Bijgehouden door SPIN',
  automaticHint: 'Ze vullen zichzelf met wat elk apparaat is.',
  nobody: 'Er zit niemand in.',
  name: 'Naam van de groep',
  members: 'Wie zitten erin?',
  noName: 'Geef de groep een naam.',
  edit: (name) => `${name} wijzigen`,
  remove: (name) => `${name} verwijderen`,
  saved: (name) => `Bewaard: ${name}.`,
  removed: (name) => `Verwijderd, met alles wat ervoor gold: ${name}.`,
};

const log: HouseholdTexts['log'] = {
  title: 'Logboek',
  lead: 'Alles wat is besloten, door wie en wanneer. Er wordt nooit iets uitgehaald.',
  export: 'Alles downloaden',
  empty: 'Er is nog niets besloten.',
  failed: 'Het logboek kon niet worden geladen.',
  older: 'Oudere regels',
  undone: 'ongedaan gemaakt',
  undo: (words) => `Ongedaan maken: ${words}`,
  undid: (words) => `Ongedaan gemaakt: ${words}`,
  noLonger: (name, state) => `${name}: niet meer ${state}.`,
  ended: (name, state) => `${name}: ${state}; vanzelf afgelopen.`,
  renamed: (name, before, after) => (after ? `${name}: heet nu “${after}”.` : `${name}: heet niet meer “${before}”.`),
  groupMade: (name, members) => `Groep “${name}” gemaakt, met ${members}.`,
  groupGone: (name) => `Groep “${name}” verwijderd.`,
  groupRenamed: (before, after) => `Groep “${before}” heet nu “${after}”.`,
  groupFilled: (name, before, after) => `Groep “${name}”: ${after} in plaats van ${before}.`,
  unknown: (code) => `${code}.`,
};

/** Dutch texts of what the household wants. */
export const householdNl: HouseholdTexts = { rules, guard, inForce, groups, log };
