/** English texts, and with that the shape of every language. Names and numbers come in as finished text. */
import type { Kind } from '../lib/kinds.ts';
import { householdEn } from './household-en.ts';

export type Plural = (count: number) => string;
const rules = new Intl.PluralRules('en');
const number = new Intl.NumberFormat('en');
const counted =
  (one: string, other: string): Plural =>
  (count) =>
    `${number.format(count)} ${rules.select(count) === 'one' ? one : other}`;

const kinds: Record<Kind, string> = {
  camera: 'Camera',
  doorbell: 'Doorbell',
  bulb: 'Lamp',
  plug: 'Smart plug',
  switch: 'Switch',
  sensor: 'Sensor',
  'smoke-alarm': 'Smoke alarm',
  lock: 'Lock',
  thermostat: 'Thermostat',
  siren: 'Siren',
  blind: 'Blind or door',
  kitchen: 'Kitchen appliance',
  health: 'Health device',
  medical: 'Medical device',
  energy: 'Energy device',
  speaker: 'Speaker',
  tv: 'Television',
  printer: 'Printer',
  hub: 'Hub',
  vacuum: 'Vacuum cleaner',
  storage: 'Network storage',
  phone: 'Phone',
  tablet: 'Tablet',
  computer: 'Computer',
  console: 'Game console',
  router: 'Router',
  device: 'Device',
};

/** All of a kind. */
const kindsMany: Record<Kind, string> = {
  camera: 'Cameras',
  doorbell: 'Doorbells',
  bulb: 'Lamps',
  plug: 'Smart plugs',
  switch: 'Switches',
  sensor: 'Sensors',
  'smoke-alarm': 'Smoke alarms',
  lock: 'Locks',
  thermostat: 'Thermostats',
  siren: 'Sirens',
  blind: 'Blinds and doors',
  kitchen: 'Kitchen appliances',
  health: 'Health devices',
  medical: 'Medical devices',
  energy: 'Energy devices',
  speaker: 'Speakers',
  tv: 'Televisions',
  printer: 'Printers',
  hub: 'Hubs',
  vacuum: 'Vacuum cleaners',
  storage: 'Network storage',
  phone: 'Phones',
  tablet: 'Tablets',
  computer: 'Computers',
  console: 'Game consoles',
  router: 'Routers',
  device: 'Devices of unknown kind',
};

const far = {
  router: 'Router',
  broadcast: 'everybody (broadcast)',
  group: 'group',
  /** Drawn as one in the picture: what a device says to all that listen at home. */
  everybody: 'everybody at home',
  groups: {} as Record<string, string>,
};

export const en = {
  languageName: 'English',
  locale: 'en-GB',
  kinds,
  kindsMany,
  far,

  ...householdEn,

  devices: counted('device', 'devices'),
  farEnds: counted('far end', 'far ends'),
  connections: counted('conversation', 'conversations'),

  app: {
    skip: 'Skip to the content',
    home: 'SPIN, to the start page',
    language: 'Language',
    logout: 'Sign out',
    live: 'Live',
    connecting: 'Connecting …',
    reconnecting: 'Connection lost. Trying again …',
    back: 'Connection is back.',
    waiting: 'Waiting for SPIN …',
    retry: 'Try again',
    startFailed: 'SPIN does not answer.',
    startFailedHint: 'Is it running? In a terminal, “spin status” tells.',
    version: (version: string) => `SPIN ${version}`,
    madeAtHome: 'Everything stays in this home. This page asks nobody else.',
  },

  verdict: {
    'all-quiet': (devices: string, guards: boolean) => `SPIN ${guards ? 'guards' : 'is watching'} ${devices}.`,
    'no-devices-yet': () => 'SPIN has seen no device yet.',
    'limited-view': (devices: string, guards: boolean) =>
      `SPIN ${guards ? 'guards' : 'is watching'} ${devices}, but cannot see everything.`,
    'agent-gone': () => 'SPIN sees nothing right now.',
  },
  verdictMore: {
    'no-devices-yet': 'A device appears as soon as it sends something. Switch one on, or open a page on your phone.',
    'agent-gone':
      'The part that watches the network has stopped. What you see is from before. SPIN starts it again by itself.',
  },

  demo: {
    'virtual-home': 'This is a virtual home.',
    'virtual-home-more':
      'Its devices are real programs on this machine, with real traffic between them, and none of it leaves the machine.',
    'recorded-home': 'This is a recorded home.',
    'recorded-home-more': 'SPIN plays back traffic that was recorded in a virtual home. Nothing here is yours.',
    guard: 'To guard your own home, run on its router:',
  },

  coverage: {
    title: (count: number) =>
      rules.select(count) === 'one' ? 'One thing SPIN cannot see' : `${count} things SPIN cannot see`,
    limits: 'What SPIN can see',
    codes: {
      'flow-offload': 'The router moves some traffic past the program (flow offload). That traffic is missing here.',
      'hardware-offload': 'The router’s hardware moves some traffic by itself. That traffic is missing here.',
      'no-accounting': 'The kernel does not count bytes per connection, so volumes are missing.',
      'no-conntrack':
        'The kernel’s list of connections cannot be read, so connections through this router are missing.',
      'no-capture': 'Packets cannot be listened to, so names of far ends and of devices are missing.',
      'no-neighbours': 'The list of neighbours cannot be read, so addresses may not be matched to devices.',
      'no-right': 'SPIN lacks a right on this machine. Started as root, it sees more.',
      'connections-from-before': 'What connections that are older than SPIN’s start carried before is unknown.',
      'headers-not-seen': 'Only connections and control messages are seen, not every packet.',
      'events-lost': 'There was more going on than could be read. Some connections were counted late or not at all.',
      'packets-lost': 'There was more going on than could be read. Some packets are missing.',
      'mirror-one-way': 'Only one direction of the traffic arrives here.',
      recorded: 'This is a recording: what happened outside it is unknown.',
      'agent-gone': 'The part that watches the network has stopped.',
      'store-failing': 'What is seen cannot be saved: the disk is full, read-only or broken. SPIN goes on from memory.',
      'detector-failing': 'A part of the watching failed and was left out.',
      'detector-blind': 'Some threats cannot be recognised from what is seen here.',
    } as Record<string, string>,
    unknown: (code: string) => `Something is hidden (${code}).`,
    lost: (events: string, packets: string) => `Lost so far: ${events} connection reports and ${packets} packets.`,
  },

  sheet: { close: 'Close', back: 'Back' },
  nav: { title: 'Pages', home: 'Home', rules: 'In force', groups: 'Groups', log: 'Log' },

  now: { title: 'Right now', up: 'Up', down: 'Down', upLong: 'leaving the home', downLong: 'coming in' },

  picture: {
    title: 'Live picture',
    asPicture: 'Picture',
    asTable: 'Table',
    view: 'Show as',
    alt: (devices: string, farEnds: string) =>
      `Picture of ${devices} and the ${farEnds} they talk to. The table shows the same.`,
    keys: 'Arrow keys walk from one to the next, Enter chooses, plus and minus zoom, 0 fits everything.',
    search: 'Search a name or address',
    allDevices: 'All devices',
    allServices: 'All services',
    filterDevice: 'Device',
    filterService: 'Service',
    clear: 'Clear filter',
    pause: 'Hold still',
    resume: 'Go on',
    paused: 'The picture stands still',
    zoomIn: 'Zoom in',
    zoomOut: 'Zoom out',
    fit: 'Fit everything',
    legendUp: 'sent by a device',
    legendDown: 'received by a device',
    inside: 'your home',
    others: (count: string) => `${count} more`,
    nothing: 'Nothing matches the filter.',
    empty: 'No traffic seen yet.',
    noCanvas: 'This browser cannot draw the picture. The table shows the same.',
  },

  table: {
    caption: 'Who talks to whom',
    device: 'Device',
    farEnd: 'Far end',
    service: 'Service',
    rate: 'Now',
    up: 'Up',
    down: 'Down',
    last: 'Last active',
    sortBy: (column: string) => `Sort by ${column}`,
    page: (from: string, to: string, all: string) => `${from}–${to} of ${all}`,
    previous: 'Previous page',
    next: 'Next page',
    startedByFarEnd: 'started by the far end',
    shown: (shown: string, all: string) => `The ${shown} most recent of ${all} are shown.`,
  },

  details: {
    title: 'Details',
    close: 'Close details',
    open: 'All about this device',
    talksTo: 'Talks to',
    talkedToBy: 'Devices that talk to it',
    addresses: 'Addresses',
    nameFrom: {
      dns: 'name that the device looked up',
      hello: 'name that the device asked for',
      device: 'a device of this home',
      address: 'no name known',
    },
    roles: {
      router: 'the way out of this home',
      multicast: 'all devices that listen to this group',
      broadcast: 'all devices of this home',
    },
    members: (count: string) => `${count} names and addresses drawn as one`,
    drawnAsOne: 'Drawn as one',
    silent: 'silent',
    onlyThis: 'Show only this device',
  },

  deviceList: { title: 'Devices', name: 'Name', kind: 'Kind', total: 'Since start', now: 'Now', last: 'Last active' },

  device: {
    back: 'All devices',
    identity: 'What it is',
    kind: 'Kind',
    vendor: 'Maker of its network part',
    names: 'Names it gave itself',
    macs: 'Hardware addresses',
    addresses: 'Addresses',
    services: 'Services it offers',
    first: 'First seen',
    last: 'Last active',
    unknown: 'unknown',
    farEnds: 'Who it talks to',
    byVolume: 'Most traffic',
    byNew: 'Newest',
    since: (when: string) => `since ${when}`,
    conversations: 'Conversations',
    noFarEnds: 'It has talked to nobody yet.',
    privateAddress: 'private address',
    privateAddressMore: 'private (chosen by the device, so it hides the maker)',
    nameIt: 'It has not said its name. Give it one with the pencil, so that you know it again.',
    newHint: 'first seen today',
    gone: 'SPIN does not know this device.',
    goneHint: 'It may have been joined with another one.',
    traffic: 'Traffic',
  },

  rename: {
    button: (name: string) => `Rename ${name}`,
    label: 'Name of this device',
    save: 'Save',
    cancel: 'Cancel',
    hint: 'Leave it empty to use the device’s own name.',
    done: (name: string) => `Now called ${name}.`,
    undo: 'Undo',
    dismiss: 'Close this message',
    failed: 'The name was not changed.',
  },

  chart: {
    title: 'Traffic over time',
    span: 'Span',
    spans: { '10m': '10 minutes', '1h': 'Hour', '1d': 'Day', '1w': 'Week', '1M': 'Month', '1y': 'Year' },
    up: 'Up',
    down: 'Down',
    empty: 'Nothing recorded for this time yet.',
    loading: 'Loading …',
    failed: 'The history could not be loaded.',
    summary: (span: string, up: string, down: string, peak: string, when: string) =>
      `${span}: ${up} up, ${down} down. Busiest: ${peak} at ${when}.`,
  },

  settings: {
    title: 'Settings',
    theme: 'Light or dark',
    themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
    erase: 'Erase everything SPIN knows …',
    eraseMore:
      'All devices, their names, their traffic and the whole history are erased for good. The password stays. SPIN then begins anew.',
    eraseNow: 'Erase everything',
    erased: 'Everything was erased. SPIN begins anew.',
    eraseFailed: 'Nothing was erased.',
  },

  events: {
    title: 'What happened',
    codes: {
      'device-found': 'New device:',
      renamed: 'Got its own name back:',
      'agent-connected': 'SPIN began to watch.',
      'agent-gone': 'SPIN stopped seeing the network.',
      'set-up': 'A password was set.',
      'signed-in': 'Somebody signed in.',
      'password-changed': 'The password was changed in a terminal.',
      erased: 'Everything was erased.',
    } as Record<string, string>,
    renamed: (name: string) => `Renamed to “${name}”:`,
    unknown: (code: string) => `${code}:`,
  },

  setup: {
    title: 'Welcome to SPIN',
    lead: 'Choose a password, so that only you can see what your home does.',
    code: 'One-time code',
    codeHint: 'It is printed in the terminal where SPIN was started.',
    password: 'New password',
    again: 'The same password again',
    show: 'Show what I type',
    submit: 'Set the password',
    strength: ['Too short', 'Weak', 'Fair', 'Good', 'Strong'],
    strengthLabel: 'Strength',
    strengthHint: 'Four unrelated words make a good password.',
    differ: 'The two passwords differ.',
    short: 'At least 10 characters, please.',
    noCode: 'Please type the code from the terminal.',
  },
  login: {
    title: 'Sign in',
    password: 'Password',
    submit: 'Sign in',
    forgot: 'Forgotten? On the machine that runs SPIN, “spin passwd” sets a new one.',
    noPassword: 'Please type your password.',
  },
  errors: {
    unreachable: 'SPIN does not answer. Try again in a moment.',
    unauthorized: 'That is not right. Try again.',
    'wrong-code': 'That code is not right. Look at the terminal where SPIN was started.',
    'wrong-password': 'That password is not right.',
    'too-many-tries': 'Too many attempts. Wait a little, then try again.',
    'setup-closed': 'A password has been set already. Reload this page to sign in.',
    'weak-password': 'That password is too easy to guess. Take a longer one.',
    'unknown-device': 'SPIN does not know this device (any more).',
    'unknown-group': 'This group is gone.',
    'unknown-rule': 'This is not in force any more.',
    'unknown-change': 'This cannot be undone any more.',
    'bad-target': 'This cannot be done with that.',
    'bad-address': 'This is no address.',
    'bad-prefix': 'This is no range of addresses.',
    'bad-name': 'This is no name that can be looked up.',
    'bad-service': 'This is no service.',
    'unusable-schedule': 'These times cannot be used.',
    'cuts-owner-off': 'You use SPIN from here, or need this to reach it. It stays open.',
    'too-many': 'There are too many already.',
  } as Record<string, string>,
  /** Fields that a refusal can name. */
  fields: {
    'target.device': 'Device',
    'target.group': 'Group',
    'target.node': 'Far end',
    'target.service': 'Service',
    target: 'What is meant',
    action: 'Action',
    when: 'Time',
    name: 'Name',
    members: 'Members',
  } as Record<string, string>,

  news: {
    found: (names: string) => `New in your home: ${names}.`,
    show: 'Show',
    gone: (name: string) => `${name} is no longer listed.`,
    agentGone: 'SPIN sees nothing right now.',
    agentBack: 'SPIN is watching again.',
  },
  time: { now: 'now', seconds: 's', minutes: 'min', hours: 'h', days: 'd' },
};

export type Texts = typeof en;
