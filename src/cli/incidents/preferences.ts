import type { PreferenceBody, PreferencesView } from '../../contract/api.ts';
import { DEFAULT_PREFERENCES } from '../../model/preferences.ts';
import { visible } from '../../model/visible.ts';
import { Client, findRun, parseCommand } from '../client.ts';
import { readDuration } from '../rules/times.ts';
import { findDevice, findGroup } from '../rules/whom.ts';
import { EXIT, Failure, table } from '../terminal.ts';
import { durationText, rehearsalLines } from './text.ts';

const HELP = `Usage: spin preferences [--json] [--run DIR]
       spin preferences [--device DEVICE | --group GROUP] WISH… [--yes]
       spin preferences [--device DEVICE | --group GROUP] --reset [--yes]

Shows how far SPIN may go by itself, or changes it for the home, a group or a device. A change first tells what it would
have done in this home so far; it is made with --yes.
  --autonomy watch|ask|stop|quarantine     only tell; ask first; stop the harm; quarantine the device
  --certainty certain|likely|suspected     how sure SPIN must be
  --unanswered nothing|stop, --after 4h    when nobody answers a question
  --new admit|limit|hold                   new devices: let in, with tight limits until known, held until you admit them
  --kindred nothing|limit                  when another of the same kind or group does harm
  --weak nothing|limit                     when the device is poorly secured
  --critical NAME,ADDRESS,…                what must never be cut; '' for nothing
Exit codes: 0 done · 1 refused, or no answer · 4 SPIN does not run · 64 wrong usage`;

const OPTIONS = {
  device: { type: 'string' },
  group: { type: 'string' },
  autonomy: { type: 'string' },
  certainty: { type: 'string' },
  unanswered: { type: 'string' },
  after: { type: 'string' },
  new: { type: 'string' },
  kindred: { type: 'string' },
  weak: { type: 'string' },
  critical: { type: 'string' },
  reset: { type: 'boolean' },
  yes: { type: 'boolean' },
} as const;

type Asked = { [Name in keyof typeof OPTIONS]?: string | boolean | undefined };
type Scope = PreferenceBody['scope'];
type Choice = PreferenceBody['choice'];

export async function preferences(args: readonly string[]): Promise<number> {
  const options = parseCommand('preferences', args, HELP, OPTIONS, 0);
  if (!options) return EXIT.ok;
  const { values, json } = options;
  const client = new Client(findRun(options.run).record);
  const now = await client.preferences();
  const { device, group, reset, yes, run: _, json: __, help: ___, ...wishes } = values;
  if (!reset && Object.keys(wishes).length === 0) {
    console.log(json ? JSON.stringify(now) : await listText(client, now));
    return EXIT.ok;
  }
  const scope = await scopeOf(client, { device, group });
  const body = { scope, choice: reset ? {} : { ...chosenIn(now, scope), ...readWishes(wishes, now, scope) } };
  const rehearsal = await client.rehearse(body);
  if (!json) console.log(rehearsalLines(rehearsal).join('\n'));
  if (!yes) {
    console.log(
      json ? JSON.stringify({ changed: false, rehearsal }) : 'Nothing is changed yet; to change it, add --yes',
    );
    return EXIT.ok;
  }
  const after = await client.prefer(body);
  console.log(json ? JSON.stringify({ changed: true, rehearsal, preferences: after }) : await listText(client, after));
  return EXIT.ok;
}

async function scopeOf(
  client: Client,
  { device, group }: { device?: string | undefined; group?: string | undefined },
): Promise<Scope> {
  if (device !== undefined && group !== undefined) throw new Failure('either a device or a group', EXIT.usage);
  if (device !== undefined) return { device: findDevice(device, await client.devices()).id };
  if (group !== undefined) return { group: findGroup(group, await client.groups()).id };
  return { home: true };
}

function chosenIn(now: PreferencesView, scope: Scope): Choice {
  if ('home' in scope) return now.home;
  return ('group' in scope ? now.groups[scope.group] : now.devices[scope.device]) ?? {};
}

/** What SPIN itself checks is left to it. */
function readWishes(asked: Asked, now: PreferencesView, scope: Scope): Choice {
  const { after, unanswered, critical, new: newDevices, ...plain } = asked;
  const words = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
  const before = chosenIn(now, scope).unanswered ?? now.home.unanswered;
  return {
    ...(words as Choice),
    ...(newDevices !== undefined && { newDevices: newDevices as NonNullable<Choice['newDevices']> }),
    ...(typeof critical === 'string' && {
      critical: critical
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    }),
    ...((after !== undefined || unanswered !== undefined) && {
      unanswered: {
        after: typeof after === 'string' ? readAfter(after) : before.after,
        otherwise: (unanswered ?? before.otherwise) as 'nothing' | 'stop',
      },
    }),
  };
}

function readAfter(text: string): number {
  try {
    return readDuration(text);
  } catch {
    throw new Failure('--after takes a number and m, h or d, such as 90m or 4h', EXIT.usage);
  }
}

async function listText(client: Client, { home, groups, devices }: PreferencesView): Promise<string> {
  const known = new Map((await client.devices()).map(({ id, label }) => [id, label]));
  const names = new Map((await client.groups()).map(({ id, name }) => [id, name]));
  const rows = [
    ['the home', ...cells({ ...DEFAULT_PREFERENCES, ...home })],
    ...Object.entries(groups).map(([id, choice]) => [`group ${visible(names.get(id) ?? id)}`, ...cells(choice)]),
    ...Object.entries(devices).map(([id, choice]) => [visible(known.get(id) ?? id), ...cells(choice)]),
  ];
  return table(['For', 'How far', 'How sure', 'Unanswered', 'New', 'Kindred', 'Weak', 'Never cut'], rows);
}

function cells({ autonomy, certainty, unanswered, newDevices, kindred, weak, critical }: Choice): string[] {
  const silence = unanswered && `${unanswered.otherwise} after ${durationText(unanswered.after)}`;
  return [autonomy, certainty, silence, newDevices, kindred, weak, critical?.join(', ')].map((text) =>
    visible(text ?? ''),
  );
}
