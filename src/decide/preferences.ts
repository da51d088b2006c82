/** The household's preferences, changed by one choice at a time. Pure: each gives new preferences or a refusal. */
import { parseAddress } from '../model/address.ts';
import {
  AUTONOMIES,
  CERTAINTIES,
  DEFAULT_PREFERENCES,
  NEW_DEVICES,
  PRECAUTIONS,
  type PreferenceChoice,
  type PreferenceScope,
  type PreferenceSet,
  UNANSWERED,
} from '../model/preferences.ts';
import { Refusal } from './refusal.ts';

const MINUTE = 60_000;
/** A question that lapses sooner cannot be answered, ms. */
const SOONEST_LAPSE = 5 * MINUTE;
/** Nobody is away for longer than an attack may wait, ms. */
const LATEST_LAPSE = 7 * 24 * 60 * MINUTE;
/** Names and addresses that are never cut, of one scope: each is some entries of the kernel's sets. */
export const MAX_CRITICAL = 64;
/** Devices, and groups, with choices of their own: as many as there may be. */
export const MAX_CHOICES = 1024;
/** RFC 1035 §2.3.4; underscores as in service names. */
const NAME = /^(?=.{1,253}$)(?=.*[a-z])[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/;

/**
 * @param known whether there is such a device or group
 * @throws Refusal, with the field of the choice
 */
export function choose(
  set: PreferenceSet,
  scope: PreferenceScope,
  choice: PreferenceChoice,
  known: { device(id: string): boolean; group(id: string): boolean },
): PreferenceSet {
  const read = readChoice(choice);
  if ('home' in scope) return { ...set, home: { ...DEFAULT_PREFERENCES, ...read } };
  if ('group' in scope) {
    if (!known.group(scope.group) && !isTakenBack(set.groups, scope.group, read))
      throw new Refusal('scope.group', 'unknown-group', 'no such group');
    return { ...set, groups: withChoice(set.groups, scope.group, read) };
  }
  if (!known.device(scope.device) && !isTakenBack(set.devices, scope.device, read))
    throw new Refusal('scope.device', 'unknown-device', 'no such device');
  return { ...set, devices: withChoice(set.devices, scope.device, read) };
}

type Choices = Readonly<Record<string, PreferenceChoice>>;

/** A choice for what is gone by now can still be taken back. */
function isTakenBack(choices: Choices, id: string, choice: PreferenceChoice): boolean {
  return Object.keys(choice).length === 0 && Object.hasOwn(choices, id);
}

function withChoice(choices: Choices, id: string, choice: PreferenceChoice): Choices {
  const others = Object.entries(choices).filter(([other]) => other !== id);
  if (Object.keys(choice).length === 0) return Object.fromEntries(others);
  if (others.length >= MAX_CHOICES) throw new Refusal('scope', 'too-many', `more than ${MAX_CHOICES} choices`);
  return Object.fromEntries([...others, [id, choice]]);
}

function readChoice(asked: PreferenceChoice): PreferenceChoice {
  const choice: PreferenceChoice = {};
  const pick = <Name extends 'autonomy' | 'certainty' | 'newDevices' | 'kindred' | 'weak'>(
    name: Name,
    values: readonly PreferenceChoice[Name][],
  ): void => {
    const value = asked[name];
    if (value === undefined) return;
    if (!values.includes(value)) throw bad(name, `is one of ${values.join(', ')}`);
    choice[name] = value;
  };
  pick('autonomy', AUTONOMIES);
  pick('certainty', CERTAINTIES);
  pick('newDevices', NEW_DEVICES);
  pick('kindred', PRECAUTIONS);
  pick('weak', PRECAUTIONS);
  if (asked.unanswered !== undefined) choice.unanswered = readUnanswered(asked.unanswered);
  if (asked.critical !== undefined) choice.critical = readCritical(asked.critical);
  return choice;
}

function readUnanswered({ after, otherwise }: NonNullable<PreferenceChoice['unanswered']>) {
  if (!UNANSWERED.includes(otherwise)) throw bad('unanswered.otherwise', `is one of ${UNANSWERED.join(', ')}`);
  if (!(after >= SOONEST_LAPSE && after <= LATEST_LAPSE))
    throw bad('unanswered.after', 'is between five minutes and seven days, in ms');
  return { after: Math.round(after), otherwise };
}

function readCritical(asked: readonly string[]): string[] {
  if (asked.length > MAX_CRITICAL) throw new Refusal('choice.critical', 'too-many', `more than ${MAX_CRITICAL} names`);
  const read = asked.map((text, i) => {
    const name = text.toLowerCase().replace(/\.$/, '');
    if (!parseAddress(name) && !NAME.test(name)) throw bad(`critical[${i}]`, 'is no host name and no address');
    return name;
  });
  return [...new Set(read)];
}

function bad(field: string, problem: string): Refusal {
  return new Refusal(`choice.${field}`, 'bad-preference', problem);
}
