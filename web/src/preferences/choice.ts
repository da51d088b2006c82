import type { GroupView, PreferenceBody, PreferencesView } from '../../../src/contract/api.ts';
import { type Preferences, preferencesFor } from '../../../src/model/preferences.ts';

export type Scope = PreferenceBody['scope'];
export type Choice = PreferenceBody['choice'];
/** Answers that differ from what is saved; `undefined` leaves one to the less specific. */
export type Edits = { [Name in keyof Preferences]?: Preferences[Name] | undefined };
/** Questions with one answer out of a list. */
export const PLAIN = ['autonomy', 'certainty', 'newDevices', 'kindred', 'weak'] as const;
export type Plain = (typeof PLAIN)[number];
export type QuestionName = keyof Preferences;
type Groups = readonly Pick<GroupView, 'id' | 'members'>[];

const HOME = 'home';

/** As the value of an `<option>`. */
export function scopeKey(scope: Scope): string {
  if ('home' in scope) return HOME;
  return 'group' in scope ? `group ${scope.group}` : `device ${scope.device}`;
}

export function scopeOfKey(key: string): Scope {
  const space = key.indexOf(' ');
  if (space < 0) return { home: true };
  const id = key.slice(space + 1);
  return key.startsWith('group') ? { group: id } : { device: id };
}

/** What is saved for a scope itself. */
export function savedFor(view: PreferencesView, scope: Scope): Choice {
  if ('home' in scope) return view.home;
  const [choices, id] = 'group' in scope ? [view.groups, scope.group] : [view.devices, scope.device];
  return Object.hasOwn(choices, id) ? choices[id]! : {};
}

/** What is saved, with what was changed since; an empty list of names is no choice of a group or a device. */
export function edited(saved: Choice, edits: Edits, scope: Scope): Choice {
  const all = Object.entries({ ...saved, ...edits });
  const isSaid = ([name, value]: [string, unknown]) =>
    value !== undefined && ('home' in scope || name !== 'critical' || (value as string[]).length > 0);
  return Object.fromEntries(all.filter(isSaid)) as Choice;
}

export function isSame(one: Choice, other: Choice): boolean {
  return normal(one) === normal(other);
}

function normal({ unanswered, critical, ...plain }: Choice): string {
  const sorted = Object.entries(plain).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([sorted, unanswered?.after, unanswered?.otherwise, critical?.toSorted()]);
}

/**
 * What counts where a scope says nothing itself, and who says so: the home, or a device's groups. `critical` is what
 * others have chosen, which counts beside its own.
 */
export function inherited(view: PreferencesView, scope: Scope, name: QuestionName, groups: Groups) {
  const others = 'device' in scope ? { ...view, devices: {} } : view;
  const ids =
    'device' in scope ? groups.filter(({ members }) => members.includes(scope.device)).map(({ id }) => id) : [];
  const value = preferencesFor(others, 'device' in scope ? scope.device : '', ids);
  const byGroup = ids.some((id) => Object.hasOwn(view.groups, id) && view.groups[id]![name] !== undefined);
  return { value, from: byGroup ? ('groups' as const) : ('home' as const) };
}

/** The question that a refusal's field is about (`choice.critical[2]`), and which of its names. */
export function problemAt(field: string | undefined): { question: QuestionName; index?: number } | undefined {
  const match = /^choice\.(\w+)(?:[.[](\d+))?/.exec(field ?? '');
  if (!match) return undefined;
  const question = match[1] as QuestionName;
  return match[2] === undefined ? { question } : { question, index: Number(match[2]) };
}
