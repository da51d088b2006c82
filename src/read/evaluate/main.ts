/** `spin evaluate DIR`: what the detectors make of captures of which the truth is known. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { visible } from '../../model/visible.ts';
import { type Evaluated, evaluateCapture, VIEWS, type View } from './capture.ts';
import { bars, comparison, flowTable, table } from './report.ts';
import { readTruth, TRUTH } from './truth.ts';

const USAGE =
  'Usage: spin evaluate [--as everything|gateway]… [--truth FILE] [--json] DIR…   (spin evaluate --help explains)';
const HELP = `Usage: spin evaluate [OPTION]… DIR…

Reads the captures that DIR/${TRUTH} names, and says of each what was found, how long after the deed began, who else was
accused, and what would be cut of innocent devices under each preference; beside it what simple rules of others make of
the same traffic.

${TRUTH} is tab-separated with the columns path, kind (attack, benign, victim), offender (hardware or network address, "?"
for the one host that does it, "-"), lan (prefixes and hardware addresses that are home), class, required (yes, no), note. A
path that is a folder stands for its captures.

A path may also be a log of flows, as "spin read" takes it. Labels in it are for judging alone: how many of the flows
labelled malicious had begun before the offender was found, and how much was wrongly found for each device and day.

  --as VIEW   everything: every packet, as from a mirror port; gateway: what the kernel of a router and its control filter
              would have shown, derived from the capture. May be repeated; without it both
  --truth FILE  the truth of DIR's captures, where it is not in DIR/${TRUTH}
  --json      one JSON object a line for each capture, then one with the bars
  --help      this text

Exit status: 0 all bars held · 1 some missed · 2 nothing could be read · 64 wrong usage`;

const EXIT = { held: 0, missed: 1, nothing: 2, usage: 64 } as const;

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
process.exitCode = await evaluate(process.argv.slice(2));

async function evaluate(args: string[]): Promise<number> {
  const options = readOptions(args);
  if ('help' in options) return say(HELP, EXIT.held);
  if ('wrong' in options) return complain(`${options.wrong}\n${USAGE}`, EXIT.usage);
  const rows: Evaluated[] = [];
  for (const folder of options.folders) {
    const { rows: truths, faults } = readTruth(folder, options.truth);
    for (const fault of faults) complain(fault, 0);
    for (const truth of truths) {
      const evaluated = await evaluateCapture(folder, truth, options.views);
      for (const fault of evaluated.faults) complain(`${truth.path}: ${fault}`, 0);
      if (options.json) process.stdout.write(`${JSON.stringify(evaluated)}\n`);
      rows.push(evaluated);
    }
  }
  if (rows.length === 0) return complain('nothing to read', EXIT.nothing);
  const shown = [...options.views, 'flows' as const].filter((view) => rows.some(({ views }) => views[view]));
  const all = shown.map((view) => ({ view, bars: bars(rows, view) }));
  if (options.json) process.stdout.write(`${JSON.stringify({ bars: all })}\n`);
  else for (const { view, bars: own } of all) report(rows, view, own);
  // What a router cannot see is shown and no miss: its blind detectors are named.
  const decisive = all.filter(({ view }) => view !== 'gateway');
  const own = decisive.length > 0 ? decisive : all;
  return own.every((each) => each.bars.every(({ held }) => held)) ? EXIT.held : EXIT.missed;
}

function report(rows: readonly Evaluated[], view: View, own: ReturnType<typeof bars>): void {
  const blind = new Set(rows.flatMap(({ views }) => views[view]?.blind ?? []));
  const lines = [table(rows, view), '', ...(view === 'flows' ? [flowTable(rows), ''] : []), comparison(rows, view)];
  if (blind.size > 0) lines.push(`  do not see all they need: ${[...blind].join(', ')}`);
  lines.push('', ...own.map(({ name, held, detail }) => `${held ? 'PASS' : 'MISS'}  ${name}: ${visible(detail)}`), '');
  say(lines.join('\n'), 0);
}

function readOptions(
  args: string[],
): { folders: string[]; views: View[]; truth: string | undefined; json: boolean } | { help: true } | { wrong: string } {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    return { wrong: error instanceof Error ? error.message.split('\n')[0]! : 'unknown option' };
  }
  const { values, positionals: folders } = parsed;
  if (values.help) return { help: true };
  if (folders.length === 0) return { wrong: 'no folder given' };
  const views: View[] = [];
  for (const name of values.as ?? VIEWS) {
    const view = VIEWS.find((known) => known === name);
    if (!view) return { wrong: `--as ${JSON.stringify(name)} is neither everything nor gateway` };
    views.push(view);
  }
  const { truth } = values;
  if (truth !== undefined && !existsSync(truth)) return { wrong: `there is no ${visible(truth)}` };
  const without = truth === undefined ? folders.find((folder) => !existsSync(join(folder, TRUTH))) : undefined;
  if (without !== undefined) return { wrong: `there is no ${TRUTH} in ${visible(without)}` };
  return { folders, views, truth, json: values.json ?? false };
}

function parse(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      as: { type: 'string', multiple: true },
      truth: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
}

function say(text: string, exit: number): number {
  process.stdout.write(`${text}\n`);
  return exit;
}

function complain(text: string, exit: number): number {
  process.stderr.write(`spin evaluate: ${visible(text).replaceAll('\\n', '\n')}\n`);
  return exit;
}
