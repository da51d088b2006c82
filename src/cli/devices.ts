import type { DeviceView } from '../contract/api.ts';
import { visible } from '../model/visible.ts';
import { Client, findRun, parseCommand } from './client.ts';
import { bytes, EXIT, say, table } from './terminal.ts';

const HELP = `Usage: spin devices [--all] [--json] [--run DIR]

Lists the devices of the home, the busiest first; with --all also those that you hide.
Exit codes: 0 listed · 1 no answer · 4 SPIN does not run`;

/** From this confidence on a kind is shown as a fact. */
const SURE = 0.9;

export async function devices(args: readonly string[]): Promise<number> {
  const options = parseCommand('devices', args, HELP, { all: { type: 'boolean' } }, 0);
  if (!options) return EXIT.ok;
  const { record } = findRun(options.run);
  const views = await new Client(record).devices();
  if (options.json) {
    console.log(JSON.stringify(views));
    return EXIT.ok;
  }
  const shown = options.values.all ? views : views.filter(({ hidden }) => !hidden);
  const busiest = shown.toSorted((a, b) => b.bytesUp + b.bytesDown - a.bytesUp - a.bytesDown);
  if (shown.length < views.length) say(`${views.length - shown.length} hidden; spin devices --all shows them`);
  console.log(table(['Device', 'Kind', 'Vendor', 'Hardware', 'Address', 'Sent', 'Received'], busiest.map(row)));
  return EXIT.ok;
}

function row(view: DeviceView): string[] {
  const ipv4 = view.addresses.findLast((address) => !address.includes(':'));
  return [
    visible(view.label),
    kindText(view),
    visible(view.vendor ?? ''),
    view.macs[0] ?? '',
    ipv4 ?? view.addresses.at(-1) ?? '',
    bytes(view.bytesUp),
    bytes(view.bytesDown),
  ];
}

/** A kind of which SPIN is not sure has a question mark; the owner's own answer never has. */
export function kindText({ kind, givenKind, identity }: DeviceView): string {
  if (kind === undefined) return identity?.several ? '(several)' : '';
  const isSure = givenKind !== undefined || (identity?.kind?.confidence ?? 0) >= SURE;
  return isSure ? kind : `${kind}?`;
}
