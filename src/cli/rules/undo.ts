import { Client, findRun, parseCommand } from '../client.ts';
import { EXIT, Failure } from '../terminal.ts';
import { auditText } from './words.ts';

const HELP = `Usage: spin undo [CHANGE] [--json] [--run DIR]

Takes a change back, the last one unless another is named by its number ("spin audit" lists them): everything is then as
it was before it.
Exit codes: 0 done · 1 refused, or no answer · 4 SPIN does not run · 64 wrong usage`;

export async function undo(args: readonly string[]): Promise<number> {
  const options = parseCommand('undo', args, HELP, {}, 1);
  if (!options) return EXIT.ok;
  const [change] = options.rest;
  if (change !== undefined && !/^[1-9]\d{0,8}$/.test(change))
    throw new Failure('a change is a number, as "spin audit" lists them', EXIT.usage);
  const view = await new Client(findRun(options.run).record).undo(change === undefined ? undefined : Number(change));
  console.log(options.json ? JSON.stringify(view) : auditText(view));
  return EXIT.ok;
}
