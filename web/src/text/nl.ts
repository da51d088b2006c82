import type { Plural, Texts } from './en.ts';

const rules = new Intl.PluralRules('nl');
const number = new Intl.NumberFormat('nl');
const counted =
  (one: string, other: string): Plural =>
  (count) =>
    `${number.format(count)} ${rules.select(count) === 'one' ? one : other}`;

/** Dutch texts. */
export const nl: Texts = {
  languageName: 'Nederlands',
  locale: 'nl-NL',
  kinds: {
    camera: 'Camera',
    bulb: 'Lamp',
    plug: 'Slimme stekker',
    tv: 'Televisie',
    fridge: 'Koelkast',
    'smoke-alarm': 'Rookmelder',
    thermostat: 'Thermostaat',
    phone: 'Telefoon',
    laptop: 'Computer',
    speaker: 'Luidspreker',
    printer: 'Printer',
    console: 'Spelcomputer',
    router: 'Router',
    device: 'Apparaat',
  },

  devices: counted('apparaat', 'apparaten'),
  farEnds: counted('bestemming', 'bestemmingen'),
  connections: counted('gesprek', 'gesprekken'),

  app: {
    skip: 'Naar de inhoud',
    home: 'SPIN, naar de startpagina',
    theme: { system: 'Licht of donker: zoals het systeem', light: 'Licht', dark: 'Donker' },
    language: 'Taal',
    logout: 'Afmelden',
    live: 'Live',
    connecting: 'Verbinden …',
    reconnecting: 'Verbinding verbroken. Nieuwe poging …',
    back: 'De verbinding is hersteld.',
    waiting: 'Wachten op SPIN …',
    retry: 'Opnieuw proberen',
    startFailed: 'SPIN antwoordt niet.',
    startFailedHint: 'Draait het programma? In een terminal vertelt “spin status” het.',
    version: (version) => `SPIN ${version}`,
    madeAtHome: 'Alles blijft in dit huis. Deze pagina vraagt niets aan anderen.',
  },

  verdict: {
    'all-quiet': (devices) => `SPIN kijkt mee met ${devices}.`,
    'no-devices-yet': () => 'SPIN heeft nog geen apparaat gezien.',
    'limited-view': (devices) => `SPIN kijkt mee met ${devices}, maar ziet niet alles.`,
    'agent-gone': () => 'SPIN ziet op dit moment niets.',
  },
  verdictMore: {
    'all-quiet':
      'Het toont wat elk apparaat doet en met wie. Aanvallen herkennen en stoppen zit nog niet in deze versie.',
    'no-devices-yet':
      'Een apparaat verschijnt zodra het iets verstuurt. Zet er een aan, of open een pagina op uw telefoon.',
    'limited-view': 'Wat verborgen blijft, staat hier. Aanvallen herkennen en stoppen zit nog niet in deze versie.',
    'agent-gone':
      'Het deel dat op het netwerk let, is gestopt. Wat u ziet, is van eerder. SPIN start het vanzelf opnieuw.',
  },

  demo: {
    'virtual-home': 'Dit is een virtueel huis.',
    'virtual-home-more':
      'De apparaten zijn echte programma’s op deze machine, met echt verkeer, en niets daarvan verlaat de machine.',
    'recorded-home': 'Dit is een opgenomen huis.',
    'recorded-home-more': 'SPIN speelt verkeer af dat in een virtueel huis is opgenomen. Niets hiervan is van u.',
    guard: 'Om uw eigen huis te bewaken, start u op de router:',
  },

  coverage: {
    title: (count) => (count === 1 ? 'Eén ding dat SPIN niet ziet' : `${count} dingen die SPIN niet ziet`),
    codes: {
      'flow-offload':
        'De router leidt een deel van het verkeer om het programma heen (flow offload). Dat ontbreekt hier.',
      'hardware-offload': 'De hardware van de router verwerkt een deel van het verkeer zelf. Dat ontbreekt hier.',
      'no-accounting': 'De kernel telt geen bytes per verbinding; hoeveelheden ontbreken.',
      'no-conntrack':
        'De lijst met verbindingen van de kernel is niet leesbaar; verbindingen via deze router ontbreken.',
      'no-capture': 'Pakketten zijn niet af te luisteren; namen van bestemmingen en apparaten ontbreken.',
      'no-neighbours': 'De lijst met buren is niet leesbaar; adressen horen misschien niet bij het juiste apparaat.',
      'no-right': 'SPIN mist een recht op deze machine. Gestart als root ziet het meer.',
      'headers-not-seen': 'Alleen verbindingen en stuurberichten zijn zichtbaar, niet elk pakket.',
      'events-lost': 'Er gebeurde meer dan te lezen was. Sommige verbindingen zijn te laat of niet geteld.',
      'packets-lost': 'Er gebeurde meer dan te lezen was. Er ontbreken pakketten.',
      'mirror-one-way': 'Hier komt maar één richting van het verkeer aan.',
      recorded: 'Dit is een opname: wat daarbuiten gebeurde, is onbekend.',
      'agent-gone': 'Het deel dat op het netwerk let, is gestopt.',
      'store-failing': 'Opslaan lukt niet: de schijf is vol, alleen-lezen of stuk. SPIN werkt verder uit het geheugen.',
    },
    unknown: (code) => `Er is iets verborgen (${code}).`,
    lost: (events, packets) => `Tot nu toe gemist: ${events} verbindingsmeldingen en ${packets} pakketten.`,
  },

  now: { title: 'Op dit moment', up: 'Uit', down: 'In', upLong: 'het huis uit', downLong: 'het huis in' },

  picture: {
    title: 'Live beeld',
    asPicture: 'Beeld',
    asTable: 'Tabel',
    view: 'Toon als',
    alt: (devices, farEnds) => `Beeld van ${devices} en de ${farEnds} waarmee ze praten. De tabel toont hetzelfde.`,
    keys: 'Met de pijltjes van de een naar de ander, Enter kiest, plus en min zoomen, 0 toont alles.',
    search: 'Zoek een naam of adres',
    allDevices: 'Alle apparaten',
    allServices: 'Alle diensten',
    filterDevice: 'Apparaat',
    filterService: 'Dienst',
    clear: 'Filter wissen',
    pause: 'Pauze',
    resume: 'Verder',
    paused: 'Gepauzeerd: het beeld staat stil',
    zoomIn: 'Inzoomen',
    zoomOut: 'Uitzoomen',
    fit: 'Alles tonen',
    legendUp: 'verzonden door een apparaat',
    legendDown: 'ontvangen door een apparaat',
    inside: 'uw huis',
    others: (count) => `nog ${count}`,
    nothing: 'Niets past bij het filter.',
    empty: 'Nog geen verkeer gezien.',
    noCanvas: 'Deze browser kan het beeld niet tekenen. De tabel toont hetzelfde.',
  },

  table: {
    caption: 'Wie praat met wie',
    device: 'Apparaat',
    farEnd: 'Bestemming',
    service: 'Dienst',
    rate: 'Nu',
    up: 'Uit',
    down: 'In',
    last: 'Laatst actief',
    sortBy: (column) => `Sorteer op ${column}`,
    page: (from, to, all) => `${from}–${to} van ${all}`,
    previous: 'Vorige bladzijde',
    next: 'Volgende bladzijde',
    startedByFarEnd: 'van buiten begonnen',
    shown: (shown, all) => `De ${shown} recentste van ${all} staan hier.`,
  },

  details: {
    title: 'Details',
    choose: 'Kies een apparaat of een bestemming om meer te zien.',
    close: 'Details sluiten',
    open: 'Alles over dit apparaat',
    talksTo: 'Praat met',
    talkedToBy: 'Apparaten die ermee praten',
    addresses: 'Adressen',
    nameFrom: {
      dns: 'naam die het apparaat opzocht',
      hello: 'naam waar het apparaat om vroeg',
      device: 'een apparaat in dit huis',
      address: 'geen naam bekend',
    },
    members: (count) => `${count} namen en adressen als één getekend`,
    silent: 'stil',
    onlyThis: 'Toon alleen dit apparaat',
  },

  deviceList: {
    title: 'Apparaten',
    name: 'Naam',
    kind: 'Soort',
    total: 'Sinds de start',
    now: 'Nu',
    last: 'Laatst actief',
  },

  device: {
    back: 'Alle apparaten',
    identity: 'Wat het is',
    kind: 'Soort',
    vendor: 'Maker van het netwerkdeel',
    names: 'Namen die het zichzelf gaf',
    macs: 'Hardware-adressen',
    addresses: 'Adressen',
    services: 'Diensten die het aanbiedt',
    first: 'Eerst gezien',
    last: 'Laatst actief',
    unknown: 'onbekend',
    farEnds: 'Met wie het praat',
    byVolume: 'Meeste verkeer',
    byNew: 'Nieuwste',
    since: (when) => `sinds ${when}`,
    conversations: 'Gesprekken',
    noFarEnds: 'Het heeft nog met niemand gepraat.',
    gone: 'SPIN kent dit apparaat niet.',
    goneHint: 'Misschien is het met een ander samengevoegd.',
    traffic: 'Verkeer',
  },

  rename: {
    button: (name) => `Naam van ${name} wijzigen`,
    label: 'Naam van dit apparaat',
    save: 'Bewaren',
    cancel: 'Annuleren',
    hint: 'Laat leeg voor de eigen naam van het apparaat.',
    done: (name) => `Heet nu ${name}.`,
    undo: 'Ongedaan maken',
    dismiss: 'Dit bericht sluiten',
    failed: 'De naam is niet gewijzigd.',
  },

  chart: {
    title: 'Verkeer in de tijd',
    span: 'Periode',
    spans: { '10m': '10 minuten', '1h': 'Uur', '1d': 'Dag', '1w': 'Week', '1M': 'Maand', '1y': 'Jaar' },
    up: 'Uit',
    down: 'In',
    empty: 'Voor deze periode is nog niets vastgelegd.',
    loading: 'Laden …',
    failed: 'De geschiedenis kon niet worden geladen.',
    summary: (span, up, down, peak, when) => `${span}: ${up} uit, ${down} in. Drukst: ${peak} om ${when}.`,
  },

  setup: {
    title: 'Welkom bij SPIN',
    lead: 'Kies een wachtwoord, zodat alleen u ziet wat uw huis doet.',
    code: 'Eenmalige code',
    codeHint: 'Die staat in de terminal waarin SPIN is gestart.',
    password: 'Nieuw wachtwoord',
    again: 'Nogmaals hetzelfde wachtwoord',
    show: 'Toon wat ik typ',
    submit: 'Wachtwoord instellen',
    strength: ['Te kort', 'Zwak', 'Matig', 'Goed', 'Sterk'],
    strengthLabel: 'Sterkte',
    strengthHint: 'Vier losse woorden vormen een goed wachtwoord.',
    differ: 'De twee wachtwoorden verschillen.',
    short: 'Minstens 10 tekens, alstublieft.',
    noCode: 'Typ de code uit de terminal.',
  },
  login: {
    title: 'Aanmelden',
    password: 'Wachtwoord',
    submit: 'Aanmelden',
    forgot: 'Vergeten? Op de machine waarop SPIN draait, stelt “spin passwd” een nieuw in.',
    noPassword: 'Typ uw wachtwoord.',
  },
  errors: {
    unreachable: 'SPIN antwoordt niet. Probeer het zo nog eens.',
    unauthorized: 'Dat klopt niet. Probeer het nog eens.',
    'wrong-code': 'Die code klopt niet. Kijk in de terminal waarin SPIN is gestart.',
    'wrong-password': 'Dat wachtwoord klopt niet.',
    'too-many-tries': 'Te veel pogingen. Wacht even en probeer het dan opnieuw.',
    'setup-closed': 'Er is al een wachtwoord ingesteld. Herlaad deze pagina om aan te melden.',
    'weak-password': 'Dat wachtwoord is te makkelijk te raden. Neem een langer.',
  },

  news: {
    found: (name) => `Nieuw apparaat: ${name}.`,
    gone: (name) => `${name} staat niet meer in de lijst.`,
    agentGone: 'SPIN ziet op dit moment niets.',
    agentBack: 'SPIN kijkt weer mee.',
  },
  time: { now: 'nu', seconds: 's', minutes: 'min', hours: 'u', days: 'd' },
};
