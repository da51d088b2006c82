import type { GroupView } from '../../contract/api.ts';
import { visible } from '../../model/visible.ts';
import { Client, findRun, parseCommand } from '../client.ts';
import { EXIT, Failure, table } from '../terminal.ts';
import { findDevice, findGroup } from './whom.ts';

const HELP = `Usage: spin groups [--json] [--run DIR]
       spin groups make NAME [DEVICE…]
       spin groups add GROUP DEVICE…
       spin groups take GROUP DEVICE…
       spin groups rename GROUP NAME
       spin groups delete GROUP

Lists the groups of devices, or makes, fills, empties, renames or deletes one. Devices and groups by name or id. Groups
by kind (kind:camera …) and the group "all" exist by themselves. A deleted group takes its rules along; "spin undo"
brings both back.
Exit codes: 0 done · 1 refused, or no answer · 4 SPIN does not run · 64 wrong usage`;

/** More words than this are no sensible command. */
const MOST_WORDS = 66;

export async function groups(args: readonly string[]): Promise<number> {
  const options = parseCommand('groups', args, HELP, {}, MOST_WORDS);
  if (!options) return EXIT.ok;
  const client = new Client(findRun(options.run).record);
  const [deed, name, ...more] = options.rest;
  if (deed === undefined) return list(client, options.json);
  if (name === undefined) throw wrongUse();
  const { group, change } = await does(client, deed, name, more);
  if (options.json) console.log(JSON.stringify({ group, change }));
  else
    console.log(
      group ? `${visible(group.name)}: ${group.members.length} devices` : `deleted; to undo: spin undo ${change}`,
    );
  return EXIT.ok;
}

async function does(client: Client, deed: string, name: string, more: readonly string[]) {
  if (deed === 'make') return client.makeGroup({ name, members: await ids(client, more) });
  const { id } = findGroup(name, await client.groups());
  if (deed === 'delete' && more.length === 0) return { ...(await client.removeGroup(id)), group: undefined };
  if (deed === 'rename' && more.length === 1) return client.changeGroup(id, { name: more[0]! });
  if (more.length === 0) throw wrongUse();
  if (deed === 'add') return client.changeGroup(id, { add: await ids(client, more) });
  if (deed === 'take') return client.changeGroup(id, { remove: await ids(client, more) });
  throw wrongUse();
}

async function ids(client: Client, asked: readonly string[]): Promise<string[]> {
  if (asked.length === 0) return [];
  const devices = await client.devices();
  return asked.map((one) => findDevice(one, devices).id);
}

async function list(client: Client, json: boolean): Promise<number> {
  const views = await client.groups();
  if (json) {
    console.log(JSON.stringify(views));
    return EXIT.ok;
  }
  const labels = new Map((await client.devices()).map(({ id, label }) => [id, label]));
  const row = ({ id, name, members, source }: GroupView) => [
    visible(name),
    source === 'own' ? 'yours' : 'by itself',
    visible(members.map((member) => labels.get(member) ?? member).join(', ')),
    visible(id),
  ];
  console.log(table(['Group', 'Made', 'Devices', 'Id'], views.map(row)));
  return EXIT.ok;
}

function wrongUse(): Failure {
  return new Failure('not a use of groups (see spin groups --help)', EXIT.usage);
}
