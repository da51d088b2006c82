import { findingTitle } from '../../model/finding-words.ts';
import { visible } from '../../model/visible.ts';
import { Client, findRun, parseCommand } from '../client.ts';
import { findDevice } from '../rules/whom.ts';
import { timeText } from '../rules/words.ts';
import { EXIT, table } from '../terminal.ts';

const CORRECTIONS = `Usage: spin corrections [--remove ID] [--json] [--run DIR]

What you said is fine when you undid what SPIN did; --remove lets one count as harm again.
Exit codes: 0 done · 1 refused, or no answer · 4 SPIN does not run`;

const NEWCOMERS = `Usage: spin newcomers [--admit DEVICE] [--json] [--run DIR]

Devices that came lately and are under tight limits, or held, until they are known; --admit says that one is known.
Exit codes: 0 done · 1 refused, or no answer · 4 SPIN does not run`;

export async function corrections(args: readonly string[]): Promise<number> {
  const options = parseCommand('corrections', args, CORRECTIONS, { remove: { type: 'string' } }, 0);
  if (!options) return EXIT.ok;
  const client = new Client(findRun(options.run).record);
  const { remove } = options.values;
  const views = remove === undefined ? await client.corrections() : await client.removeCorrection(remove);
  const rows = views.map(({ label, detector, subject, at, by, id }) => [
    ...[visible(label), findingTitle(detector, 'en'), visible(subject), timeText(at), by, visible(id)],
  ]);
  const text = rows.length === 0 ? 'None.' : table(['Device', 'What is fine', 'With', 'Since', 'By', 'Id'], rows);
  console.log(options.json ? JSON.stringify(views) : text);
  return EXIT.ok;
}

export async function newcomers(args: readonly string[]): Promise<number> {
  const options = parseCommand('newcomers', args, NEWCOMERS, { admit: { type: 'string' } }, 0);
  if (!options) return EXIT.ok;
  const client = new Client(findRun(options.run).record);
  const { admit } = options.values;
  const views =
    admit === undefined ? await client.newcomers() : await client.admit(findDevice(admit, await client.devices()).id);
  const rows = views.map(({ label, since, stance, until, device }) => [
    ...[visible(label), timeText(since), stance === 'hold' ? 'held' : 'tight limits'],
    ...[until === undefined ? 'until you admit it' : timeText(until), device],
  ]);
  const text = rows.length === 0 ? 'None.' : table(['Device', 'Since', 'Now', 'Until', 'Id'], rows);
  console.log(options.json ? JSON.stringify(views) : text);
  return EXIT.ok;
}
