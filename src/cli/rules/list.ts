import { visible } from '../../model/visible.ts';
import { Client, findRun, parseCommand } from '../client.ts';
import { EXIT, say, table } from '../terminal.ts';
import { deedOf, enforcementText, noteText, standingOf, stoppedText, targetText, whenText } from './words.ts';

const HELP = `Usage: spin rules [--json] [--run DIR]
       spin rules --remove ID [--json] [--run DIR]

Lists what the household wants, since when and by whom, whether it is in force, and what it stopped; or takes one back.
New ones: spin block, allow, ignore, pause, slow, essential, local, isolate.
Exit codes: 0 done · 1 refused, or no answer · 4 SPIN does not run`;

export async function rules(args: readonly string[]): Promise<number> {
  const options = parseCommand('rules', args, HELP, { remove: { type: 'string' } }, 0);
  if (!options) return EXIT.ok;
  const client = new Client(findRun(options.run).record);
  if (options.values.remove !== undefined) {
    const { change } = await client.removeRule(options.values.remove);
    console.log(options.json ? JSON.stringify({ change }) : `taken back; to undo that: spin undo ${change}`);
    return EXIT.ok;
  }
  const views = await client.rules();
  if (options.json) {
    console.log(JSON.stringify(views));
    return EXIT.ok;
  }
  if (views.length === 0) {
    console.log('No rules. To make one: spin block --help');
    return EXIT.ok;
  }
  const rows = views.map((view) => [
    `${deedOf(view.action)} ${targetText(view)}`,
    whenText(view.when),
    view.by,
    standingOf(view),
    stoppedText(view),
    visible(view.id),
  ]);
  console.log(table(['Rule', 'How long', 'By', 'In force', 'Stopped', 'Id'], rows));
  for (const view of views) for (const note of view.notes) say(`${targetText(view)}: ${noteText(note)}`);
  const { enforcement } = await client.status();
  if (enforcement.state !== 'in-force') say(enforcementText(enforcement));
  return EXIT.ok;
}
