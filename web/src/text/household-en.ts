/** English texts of what the household wants: rules, groups, the log, and what the kernel makes of them. */
const rules = {
  /** `does` says what a rule stops, `works` what goes on; `state` is how a thing is called while it is in force. */
  actions: {
    pause: {
      choose: 'Pause the internet',
      does: 'Nothing to and from the internet.',
      works: 'Still works: everything at home, such as casting, printing and the router.',
      state: 'internet paused',
    },
    block: {
      choose: 'Block',
      does: 'Nothing gets to it or from it, neither the internet nor, as far as it passes this router, the home.',
      works: 'Still works: it keeps its address and can look up names, so it is back at once when you undo this.',
      state: 'blocked',
    },
    slow: {
      choose: 'Slow down',
      does: 'It may send and receive only little at a time.',
      works: 'Still works: everything, but slowly. Enough for messages and switching, not for video.',
      state: 'slowed down',
    },
    essential: {
      choose: 'Essential only',
      does: 'It reaches only what it needs to function.',
      works: 'Still works: names, time, updates, its maker’s own servers, and everything at home.',
      state: 'essential only',
    },
    local: {
      choose: 'Only at home',
      does: 'Nothing to and from the internet, except what you marked as critical for it.',
      works: 'Still works: everything at home, such as casting, printing and the app on your phone while you are in.',
      state: 'only at home',
    },
    isolated: {
      choose: 'Cut off completely',
      does: 'Nothing at all, not even at home, and nothing that you marked as critical. For a device you do not trust.',
      works: 'Still works: it keeps its address, so it can come back.',
      state: 'cut off',
    },
    allow: {
      choose: 'Always allow',
      does: 'Beats every block, by you or by SPIN.',
      works: 'Only the brakes against attacks stay on.',
      state: 'always allowed',
    },
    ignore: {
      choose: 'Hide',
      does: 'It is left out of pictures and lists.',
      works: 'Nothing is blocked: everything works on, and is counted.',
      state: 'hidden',
    },
  },
  /** For a far end. */
  far: {
    block: {
      does: 'No device of this home reaches it, and it reaches none, at any of its addresses.',
      works: 'Still works: everything that does not need it.',
    },
    allow: {
      does: 'Every device reaches it, whatever else is blocked.',
      works: 'Only the brakes against attacks stay on.',
    },
  },
  /** For a device and a far end together. */
  pair: { does: 'These two do not reach each other.', works: 'Still works: everything else that both do.' },
  service: {
    does: 'These two do not reach each other in this way.',
    works: 'Still works: everything else between them.',
  },

  open: 'Act',
  openFor: (name: string) => `Act on ${name}`,
  home: 'The whole home',
  and: (one: string, other: string) => `${one} and ${other}`,
  about: 'What is meant?',
  scopes: {
    service: (service: string) => `Only ${service} between these two`,
    pair: 'Everything between these two',
    node: (name: string) => `${name}, for everybody at home`,
    device: (name: string) => `${name}, all that it does`,
  },
  how: {
    title: 'For how long?',
    for: '1 hour',
    tomorrow: 'Until tomorrow',
    until: 'Until a time …',
    always: 'Until I undo it',
    weekly: 'At fixed times …',
    untilWhen: 'Until when?',
    past: 'This is over already. Choose a time to come.',
  },
  slots: {
    days: 'Days',
    from: 'From',
    to: 'To',
    everyDay: 'every day',
    nextDay: 'until the next morning',
    add: 'Another time',
    remove: 'Remove this time',
    noDay: 'Choose at least one day.',
    noTime: 'Give a time, such as 21:30.',
    number: (number: string) => `Time ${number}`,
  },
  preview: {
    title: 'The last 24 hours',
    asking: 'Looking back …',
    nothing: 'It would have stopped nothing.',
    stopped: (traffic: string, farEnds: string) => `It would have stopped ${traffic}, with ${farEnds}.`,
    ofDevices: (traffic: string, farEnds: string, devices: string) =>
      `It would have stopped ${traffic} of ${devices}, with ${farEnds}.`,
    since: (when: string) => `SPIN has looked on since ${when} only.`,
    last: (when: string) => `The last of it: ${when}.`,
    shared: 'shares an address',
    failed: 'What it would have stopped could not be found out.',
  },
  confirm: {
    for: (verb: string) => `${verb} for 1 hour`,
    tomorrow: (verb: string) => `${verb} until tomorrow`,
    until: (verb: string) => `${verb} until then`,
    always: (verb: string) => `${verb} until I undo it`,
    weekly: (verb: string) => `${verb} at these times`,
  },
  done: (name: string, state: string, when: string) => `${name}: ${state} ${when}.`,
  undo: 'Undo',
  undone: (name: string, state: string) => `Undone: ${name} is no longer ${state}.`,
  undoFailed: 'It could not be undone.',
  failed: 'Nothing was changed.',

  when: {
    until: (when: string) => `until ${when}`,
    always: 'until you undo it',
    weekly: (slots: string) => `at fixed times: ${slots}`,
  },
  inForce: 'In force',
  states: {
    yes: 'in force',
    waiting: 'on its way to the kernel',
    scheduled: 'not now',
    'not-enforced': 'not enforced',
    begins: (when: string) => `begins ${when}`,
    notYet: 'not enforced yet',
  },
  notes: {
    'same-network': 'Traffic between devices that does not pass this router cannot be stopped.',
    'name-not-met': 'No address of this name is known yet. It is covered as soon as a device looks it up.',
    'device-away': 'The device is not here now.',
    allowed: 'Something that you always allow beats this.',
    stricter: 'Another rule is stricter.',
    console: 'You use SPIN from this device, so it is not cut off completely.',
  },
  by: {
    owner: 'by you',
    'command-line': 'from the command line',
    spin: 'by SPIN',
  } as Record<string, string>,
  becauseOfIncident: 'by SPIN, because of what it saw this device do',
  since: (when: string, by: string) => `since ${when}, ${by}`,
  stopped: (bytes: string, packets: string) => `stopped so far: ${bytes} in ${packets} packets`,
  stoppedNothing: 'has stopped nothing yet',
  why: 'Why?',
  whyFor: (name: string) => `Why? ${name}`,
  undoRule: (name: string, state: string) => `Undo: ${name}, ${state}`,
  takenBack: 'Undone. Everything is as it was before.',
  cancel: 'Cancel',
  forWhom: 'For whom?',
};

/** What SPIN makes of the rules; `states` stands in the header. */
const guard = {
  states: {
    'in-force': 'Protecting',
    applying: 'Protecting',
    refused: 'Not all in force',
    passive: 'Only watching',
    'agent-away': 'Not following',
    connecting: 'Connecting …',
    reconnecting: 'Connection lost',
  },
  more: {
    'in-force': 'What you want is in force.',
    applying: 'A change is on its way to the kernel.',
    refused: 'The kernel refused the last change and does what it did before. SPIN tries again by itself.',
    passive: 'SPIN runs as an onlooker here and never touches the firewall. What you choose is kept, but not enforced.',
    'agent-away': 'The part that enforces has stopped. What was blocked stays blocked; changes wait until it is back.',
    connecting: 'This page is looking for SPIN.',
    reconnecting: 'This page has lost SPIN, which goes on by itself. What you see is from before.',
  },
  nothing: 'You have blocked nothing. Pause, block or slow down whatever you like; everything can be undone.',
  sum: (rules: number, stopped: string) =>
    `${rules === 1 ? 'One thing that you want is' : `${rules} things that you want are`} in force. Stopped so far: ${stopped}.`,
  /** A brake in the kernel acted by itself, or would have. */
  tripped: (what: string, when: string) => `SPIN braked it at ${when}: it ${what}.`,
  trippedWatch: (what: string, when: string) => `Noticed at ${when}: it ${what}. Brakes only watch here.`,
  trips: {
    spoofing: 'sent under a false address',
    unneeded: 'used a way out that such a device never needs',
    packets: 'sent far more than such a device does',
    stateless: 'sent packets that belong to no connection',
    connections: 'opened too many connections at once',
    unanswered: 'called too many that never answered',
    destination4: 'flooded one address',
    destination6: 'flooded one address',
    dns: 'asked for too many names',
  } as Record<string, string>,
  trippedOther: (code: string) => `did too much at once (${code})`,
  onlyWatches: 'SPIN only watches here, so nothing is stopped.',
  reason: (message: string) => `It said: ${message}`,
};

const inForce = {
  title: 'In force now',
  empty: 'Nothing is blocked, paused or hidden.',
  emptyHint:
    'Choose a device, or something that it talks to, and say what shall happen. Everything can be undone here.',
  filter: 'Show',
  shown: { all: 'All', cuts: 'Stopped', allows: 'Allowed', hides: 'Hidden', idle: 'Not now' },
  search: 'Search a name',
  nothing: 'Nothing matches.',
  pause: 'Pause the internet',
  all: 'All that is in force',
  hidden: (count: string) => `${count} hidden`,
  showHidden: 'show',
};

const groups = {
  title: 'Groups',
  add: 'New group',
  own: 'Your groups',
  none: 'None yet. Put devices together, for example “children”, to act on all of them at once.',
  automatic: 'Kept by SPIN',
  automaticHint: 'They fill themselves by what each device is.',
  nobody: 'Nobody is in it.',
  name: 'Name of the group',
  members: 'Who is in it?',
  noName: 'Give the group a name.',
  edit: (name: string) => `Change ${name}`,
  remove: (name: string) => `Delete ${name}`,
  saved: (name: string) => `Saved: ${name}.`,
  removed: (name: string) => `Deleted, with its rules: ${name}.`,
};

const log = {
  title: 'Log',
  lead: 'Everything that was decided, by whom and when. Nothing is ever taken out.',
  export: 'Download all',
  empty: 'Nothing was decided yet.',
  failed: 'The log could not be loaded.',
  older: 'Older entries',
  undone: 'undone',
  undo: (words: string) => `Undo: ${words}`,
  undid: (words: string) => `Undone: ${words}`,
  noLonger: (name: string, state: string) => `${name}: no longer ${state}.`,
  ended: (name: string, state: string) => `${name}: ${state}; ended by itself.`,
  renamed: (name: string, before: string, after: string) =>
    after ? `${name}: called “${after}”.` : `${name}: no longer called “${before}”.`,
  kindSet: (name: string, kind: string) =>
    kind ? `${name}, as you say: ${kind.toLowerCase()}.` : `SPIN decides again what ${name} is.`,
  merged: 'Two devices are one.',
  same: (one: string, other: string) => `${one} and ${other}, as you say: one device.`,
  notSame: (one: string, other: string) => `${one} and ${other}, as you say: two devices.`,
  groupMade: (name: string, members: string) => `Group “${name}” made, with ${members}.`,
  groupGone: (name: string) => `Group “${name}” deleted.`,
  groupRenamed: (before: string, after: string) => `Group “${before}” is now called “${after}”.`,
  groupFilled: (name: string, before: string, after: string) => `Group “${name}”: ${after} instead of ${before}.`,
  unknown: (code: string) => `${code}.`,
};

const incidents = {
  title: 'What SPIN found',
  ask: 'What shall SPIN do?',
  story: 'What happened',
  cleanUp: 'What you can do',
  done: 'I did this',
  doneFor: (step: string) => `I did this: ${step}`,
  claimed: (name: string) => `Noted for ${name}. SPIN looks for signs of it in the traffic.`,
  states: { open: 'to do', claimed: 'you did it', doubted: 'did not help', seen: 'seen' },
  fine: 'This is fine, undo it all',
  fineDone: (name: string) => `Undone for ${name}. SPIN remembers that this is fine.`,
  answered: (name: string) => `Answered for ${name}.`,
  closes: (when: string) => `It closes by itself at ${when} if nothing more is seen.`,
};

export const householdEn = { rules, guard, inForce, groups, log, incidents };
export type HouseholdTexts = typeof householdEn;
export type RulesTexts = HouseholdTexts['rules'];
