/** English texts of what the household wants SPIN to do by itself. */
const questions = {
  autonomy: {
    ask: 'How far may SPIN go by itself?',
    hint: 'When a device does harm.',
    answers: {
      watch: {
        title: 'Watch',
        means:
          'SPIN tells what it finds and cuts nothing, its brakes against floods neither. You stop what you want stopped.',
      },
      ask: {
        title: 'Ask first',
        means: 'SPIN asks you. Nothing is cut until you answer, or until the time that you choose below is over.',
      },
      stop: {
        title: 'Stop the harm',
        means: 'SPIN cuts what does harm, with the mildest step that stops it. All else works on.',
      },
      quarantine: {
        title: 'Quarantine',
        means:
          'A device that does harm keeps only what is essential: names, time, its maker, updates and the home. One that attacks the home itself is cut off.',
      },
    },
  },
  certainty: {
    ask: 'How sure must SPIN be?',
    hint: 'Before it acts, or asks.',
    answers: {
      certain: {
        title: 'Only when certain',
        means: 'It acts on what has no innocent explanation. Of everything else it only tells.',
      },
      likely: { title: 'When it is likely', means: 'It acts when harm is much more likely than anything ordinary.' },
      suspected: {
        title: 'Already on suspicion',
        means: 'It acts on first signs. That stops more, and now and then something that was fine.',
      },
    },
  },
  unanswered: {
    ask: 'What if nobody answers?',
    hint: 'Matters where SPIN asks first.',
    answers: {
      nothing: { title: 'Do nothing', means: 'Nothing is cut. You can still answer later.' },
      stop: { title: 'Stop the harm', means: 'SPIN cuts what does harm, so that others are safe from this home.' },
    },
  },
  newDevices: {
    ask: 'What happens to a device that was never here?',
    hint: 'It stands on the first page, where you can decide for it alone.',
    answers: {
      admit: { title: 'Let it in', means: 'It may do everything from the first moment on.' },
      limit: {
        title: 'Let it in with limits',
        means: 'It works, but cannot flood anybody. After three days it counts as known.',
      },
      hold: { title: 'Hold it', means: 'It reaches nothing until you let it in, also a guest’s phone.' },
    },
  },
  kindred: {
    ask: 'When another of the same kind or group does harm?',
    hint: 'What infects one often infects its like.',
    answers: {
      nothing: { title: 'Do nothing', means: 'Only what does harm itself is acted on.' },
      limit: { title: 'Tight limits', means: 'Its like work on, but cannot flood anybody until it is over.' },
    },
  },
  weak: {
    ask: 'When a device is poorly secured?',
    hint: 'Before it has done any harm.',
    answers: {
      nothing: { title: 'Do nothing', means: 'Its page tells what is poor about it; nothing is limited.' },
      limit: { title: 'Tight limits', means: 'It works on, but cannot flood anybody for as long as it is so.' },
    },
  },
};

const preferences = {
  title: 'Preferences',
  lead: 'Nothing changes before you have seen what it would have done in your home, and saved it.',
  loading: 'Asking SPIN …',
  failed: 'The preferences could not be loaded.',
  forWhom: 'For whom?',
  follows: (name: string) => `${name}: what you leave “as the home” follows the home when that changes.`,
  questions,
  as: { home: 'As the home', groups: 'As its groups' },
  now: (answer: string) => `Now: ${answer}.`,
  after: 'After how long?',
  isAfter: (answer: string, time: string) => `${answer}, after ${time}`,
  critical: {
    ask: 'What must never be cut?',
    hint: 'Names and addresses that must be reached even while a device does harm, such as alarm.example.org or 192.0.2.7.',
    none: 'Nothing yet.',
    also: (names: string) => `Elsewhere chosen, and kept here, too: ${names}.`,
    field: 'Name or address',
    bad: (name: string) => `“${name}” is no name and no address.`,
    add: 'Add',
    remove: (name: string) => `Remove ${name}`,
  },
  change: {
    title: 'Not saved yet',
    looks: 'Looking back …',
    nothing: 'Nothing was found in this home so far, so nothing would have gone otherwise.',
    same: (since: string, incidents: number) =>
      incidents === 1
        ? `Since ${since} there was one incident. It would have gone the same way.`
        : `Since ${since} there were ${incidents} incidents. They would have gone the same way.`,
    otherwise: (since: string, incidents: number) =>
      incidents === 1
        ? `Since ${since} one incident would have gone otherwise:`
        : `Since ${since} ${incidents} incidents would have gone otherwise:`,
    rest: (incidents: number) =>
      incidents === 1 ? 'One more would have gone the same way.' : `${incidents} more would have gone the same way.`,
    more: (count: string) => `and ${count} more`,
    was: 'As it is',
    would: 'As you want',
    failed: 'What it would have done could not be found out.',
    again: 'Look back again',
    save: 'Save',
    discard: 'Discard',
    saved: (name: string) => `Saved for ${name}.`,
    notSaved: 'Nothing was saved.',
    undo: 'Undo',
    undone: (name: string) => `Undone for ${name}. The preferences are as before.`,
  },
  outcome: {
    told: 'told of, nothing cut',
    asked: (when: string) => `asked at ${when}`,
    unanswered: 'nothing cut',
    device: (state: string) => `device ${state}`,
    blocks: (count: number) => (count === 1 ? 'one conversation cut' : `${count} conversations cut`),
    limits: 'its questions for names limited',
    lasts: (time: string) => `for ${time}`,
    moment: 'for a moment',
  },
  differences: {
    title: 'Different for a group or a device',
    none: 'Nothing differs. To change that, choose a group or a device at the top.',
    change: (name: string) => `Change for ${name}`,
    show: 'Change',
    back: 'As the home',
    backFor: (name: string) => `As the home: ${name}`,
  },
  corrections: {
    title: 'SPIN was wrong about',
    none: 'Nothing so far. When SPIN finds something and you say that it is fine, it stands here.',
    said: (when: string, by: string) => `said ${when}, ${by}`,
    remove: 'Watch for it again',
    removeFor: (claim: string, name: string) => `Watch for it again: ${claim}, ${name}`,
    removed: (name: string) => `SPIN watches for it again on ${name}.`,
  },
};

const newcomers = {
  title: 'New in your home',
  limit: 'It works, under limits: it cannot flood anybody.',
  hold: 'It is held: it reaches nothing until you let it in.',
  since: (when: string) => `First seen ${when}.`,
  until: (when: string) => `Counts as known by itself ${when}.`,
  admit: 'I know it, let it in',
  admitFor: (name: string) => `I know it, let it in: ${name}`,
  holdIt: 'Hold it',
  holdFor: (name: string) => `Hold it: ${name}`,
  limitIt: 'Let it in with limits',
  limitFor: (name: string) => `Let it in with limits: ${name}`,
  admitted: (name: string) => `${name} is let in.`,
  held: (name: string) => `${name} is held: it reaches nothing.`,
  limited: (name: string) => `${name} is let in, with limits.`,
  others: (count: string) => `${count} more new devices`,
  all: 'What happens to new devices',
};

export const preferencesEn = { preferences, newcomers };
export type PreferencesTexts = typeof preferencesEn;
