/**
 * What the household wants SPIN to do by itself. Every list goes from the least strict to the strictest answer: a
 * stricter one never lets more harm through and never cuts less.
 */

/**
 * How far SPIN may go. `watch`: it tells. `ask`: it asks first. `stop`: it stops the harm, with the lowest step that does.
 * `quarantine`: a device that does harm keeps only what is essential.
 */
export const AUTONOMIES = ['watch', 'ask', 'stop', 'quarantine'] as const;
export type Autonomy = (typeof AUTONOMIES)[number];

/** How sure SPIN must be before it acts or asks: only when certain, when likely, already on suspicion. */
export const CERTAINTIES = ['certain', 'likely', 'suspected'] as const;
export type Certainty = (typeof CERTAINTIES)[number];

/** What happens to a device that was never here: it is let in, let in with tight limits until known, or held until approved. */
export const NEW_DEVICES = ['admit', 'limit', 'hold'] as const;
export type NewDevices = (typeof NEW_DEVICES)[number];

/** What becomes of a question that nobody answers. Never more than `stop` does, so that `stop` stays the stricter one. */
export const UNANSWERED = ['nothing', 'stop'] as const;
export type Unanswered = (typeof UNANSWERED)[number];

/** What happens to a device beforehand: nothing, or tight limits. */
export const PRECAUTIONS = ['nothing', 'limit'] as const;
export type Precaution = (typeof PRECAUTIONS)[number];

export type Preferences = {
  autonomy: Autonomy;
  certainty: Certainty;
  /** What becomes of a question after `after` ms without an answer; asked under `ask` only. */
  unanswered: { after: number; otherwise: Unanswered };
  newDevices: NewDevices;
  /** When another device of the same kind or group does harm. */
  kindred: Precaution;
  /** When the device is poorly secured. */
  weak: Precaution;
  /** Names and addresses that are never cut; those of the home, of groups and of the device count together. */
  critical: string[];
};

/** What is absent is as the less specific says. */
export type PreferenceChoice = Partial<Preferences>;

/** The most specific wins: a device, then its groups (the strictest of several), then the home. */
export type PreferenceSet = {
  home: Preferences;
  groups: Readonly<Record<string, PreferenceChoice>>;
  devices: Readonly<Record<string, PreferenceChoice>>;
};

export type PreferenceScope = { home: true } | { group: string } | { device: string };

const HOUR = 3_600_000;

/**
 * For a household that never looks: harm is stopped with the lowest step that does, absolute facts at once; nothing is
 * cut on mere suspicion, and what is new may do everything but flood.
 */
export const DEFAULT_PREFERENCES: Preferences = {
  autonomy: 'stop',
  certainty: 'likely',
  // An evening out is shorter than most attacks; who chose to be asked still wants others to be safe.
  unanswered: { after: 4 * HOUR, otherwise: 'stop' },
  newDevices: 'limit',
  kindred: 'limit',
  weak: 'nothing',
  critical: [],
};

/**
 * What counts for a device.
 * @param groups ids of its groups, automatic ones included
 */
export function preferencesFor(set: PreferenceSet, device: string, groups: readonly string[]): Preferences {
  const ofGroups = groups.flatMap((group) => (Object.hasOwn(set.groups, group) ? [set.groups[group]!] : []));
  const own = Object.hasOwn(set.devices, device) ? set.devices[device]! : {};
  const { home } = set;
  const pick = <Value extends string>(name: keyof Preferences, order: readonly Value[]): Value => {
    const asked = ofGroups.flatMap((choice) => (choice[name] as Value | undefined) ?? []);
    return (own[name] as Value | undefined) ?? strictest(asked, order) ?? (home[name] as Value);
  };
  return {
    autonomy: pick('autonomy', AUTONOMIES),
    certainty: pick('certainty', CERTAINTIES),
    unanswered: own.unanswered ?? soonest(ofGroups.flatMap(({ unanswered }) => unanswered ?? [])) ?? home.unanswered,
    newDevices: pick('newDevices', NEW_DEVICES),
    kindred: pick('kindred', PRECAUTIONS),
    weak: pick('weak', PRECAUTIONS),
    critical: [...new Set([own, ...ofGroups, home].flatMap(({ critical }) => critical ?? []))],
  };
}

function strictest<Value>(values: readonly Value[], order: readonly Value[]): Value | undefined {
  return order.findLast((value) => values.includes(value));
}

/** Of several groups' answers to silence the strictest: one that stops, and the soonest of those. */
function soonest(all: readonly Preferences['unanswered'][]): Preferences['unanswered'] | undefined {
  const strict = all.filter(({ otherwise }) => otherwise === 'stop');
  return (strict.length > 0 ? strict : all).toSorted((a, b) => a.after - b.after)[0];
}
