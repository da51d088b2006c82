import type { RuleView, SetRuleBody } from '../../contract/api.ts';
import { Client, findRun, parseCommand } from '../client.ts';
import { EXIT, Failure, say } from '../terminal.ts';
import { readWhen } from './times.ts';
import { findDevice, findGroup, readNode, readService } from './whom.ts';
import { deedOf, enforcementText, noteText, previewLines, targetText, whenText } from './words.ts';

type Action = SetRuleBody['action'];

const WHAT: Record<string, { action: Action; does: string; who: string }> = {
  block: {
    action: 'block',
    does: 'Blocks a device, a far end, a service, or a device’s traffic with one.',
    who: 'both',
  },
  allow: { action: 'allow', does: 'Never lets a block or a step cut a device or a far end.', who: 'either' },
  ignore: { action: 'ignore', does: 'Hides a device or a far end; changes nothing else.', who: 'either' },
  pause: {
    action: 'pause',
    does: 'Pauses the internet for a device, a group, or without either for the home.',
    who: 'device',
  },
  slow: { action: 'slow', does: 'Slows a device down.', who: 'device' },
  essential: {
    action: 'essential',
    does: 'Leaves a device only what it needs: time, updates, its maker.',
    who: 'device',
  },
  local: { action: 'local', does: 'Leaves a device the home network only.', who: 'device' },
  isolate: { action: 'isolated', does: 'Cuts a device off from everything.', who: 'device' },
};

const OPTIONS = {
  device: { type: 'string' },
  group: { type: 'string' },
  node: { type: 'string' },
  with: { type: 'string' },
  port: { type: 'string' },
  protocol: { type: 'string' },
  incoming: { type: 'boolean' },
  for: { type: 'string' },
  until: { type: 'string' },
  'until-tomorrow': { type: 'boolean' },
  schedule: { type: 'string', multiple: true },
  always: { type: 'boolean' },
  preview: { type: 'boolean' },
} as const;

function helpOf(name: string): string {
  const { does, who } = WHAT[name]!;
  const nodes = `
  --node NODE        a far end: its name, address or prefix`;
  const others = `
  --with DEVICE      beside --device: another device of the home, as far as this box is between the two`;
  const services = `
  --port N           a service by its port, --protocol tcp (or udp …) unless said otherwise
  --protocol NAME    a protocol by name or number
  --incoming         where the far end begins`;
  return `Usage: spin ${name} WHOM HOW-LONG [--preview] [--json] [--run DIR]

${does}

Whom:
  --device DEVICE    by name, id or address
  --group GROUP      by name or id; kind:camera (or another kind) and all exist by themselves${who === 'device' ? '' : nodes}${who === 'both' ? others + services : ''}

How long, exactly one of:
  --for 2h           (m, h, d, w; also 1h30m)
  --until TIME       20:00, or 2026-07-31T20:00
  --until-tomorrow   until midnight
  --schedule SLOT    "mon-fri 21:00-07:00" or "daily 22:00-06:00"; may be repeated
  --always           until undone

  --preview          only says what it would have cut in the last 24 hours

"spin undo" takes the last change back. Times are this machine's.
Exit codes: 0 done · 1 refused, or no answer · 4 SPIN does not run · 64 wrong usage`;
}

/** `spin block`, `spin pause` and the others. */
export async function act(name: string, args: readonly string[]): Promise<number> {
  const options = parseCommand(name, args, helpOf(name), OPTIONS, 0);
  if (!options) return EXIT.ok;
  const { values, json } = options;
  if (values.with !== undefined && values.node !== undefined) throw new Failure('either --with or --node', EXIT.usage);
  const { for: during, until, schedule, always } = values;
  const when = readWhen(
    { for: during, until, schedule, always, 'until-tomorrow': values['until-tomorrow'] },
    Date.now(),
  );
  const service = readService(values.protocol, values.port, values.incoming ?? false);
  const client = new Client(findRun(options.run).record);
  const body: SetRuleBody = {
    action: WHAT[name]!.action,
    target: {
      ...(values.device !== undefined && { device: findDevice(values.device, await client.devices()).id }),
      ...(values.group !== undefined && { group: findGroup(values.group, await client.groups()).id }),
      ...(values.node !== undefined && { node: readNode(values.node) }),
      ...(values.with !== undefined && { node: { device: findDevice(values.with, await client.devices()).id } }),
      ...(service && { service }),
    },
    when,
  };
  return values.preview ? preview(client, body, json) : set(client, body, json);
}

async function preview(client: Client, body: SetRuleBody, json: boolean): Promise<number> {
  const view = await client.preview(body);
  console.log(json ? JSON.stringify(view) : [...previewLines(view), ...view.notes.map(noteText)].join('\n'));
  return EXIT.ok;
}

async function set(client: Client, body: SetRuleBody, json: boolean): Promise<number> {
  const { rule, change } = await client.setRule(body);
  if (!rule) throw new Failure('it is over already');
  const settled = await settledRule(client, rule);
  if (json) {
    console.log(JSON.stringify({ rule: settled, change }));
    return EXIT.ok;
  }
  console.log(`${deedOf(rule.action)} ${targetText(rule)} ${whenText(rule.when)}`);
  for (const note of settled.notes) say(noteText(note));
  if (settled.inForce === 'waiting' || settled.inForce === 'not-enforced')
    say(`not in force: ${enforcementText((await client.status()).enforcement)}`);
  if (change === undefined) say('it was so already');
  else say(`to take it back: spin undo ${change}`);
  return EXIT.ok;
}

/** How long the kernel's answer is waited for, and how often it is asked for, ms. */
const PATIENCE = 1_500;
const ASK_EVERY = 50;

/** The kernel's answer takes some milliseconds, and it is the answer that counts. */
async function settledRule(client: Client, rule: RuleView): Promise<RuleView> {
  const deadline = Date.now() + PATIENCE;
  for (let now = rule; ; ) {
    if (now.inForce !== 'waiting' || Date.now() > deadline) return now;
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY));
    now = (await client.rules()).find(({ id }) => id === rule.id) ?? now;
  }
}
