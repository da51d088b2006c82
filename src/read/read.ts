import { loadVendors } from '../data/vendors.ts';
import { badPlacesOf } from '../detect/absolute/bad-places.ts';
import type { HomeEvent } from '../model/event.ts';
import { type FileProblem, problemText } from '../model/file-problem.ts';
import type { Observation } from '../model/observation.ts';
import { visible } from '../model/visible.ts';
import { createPipeline, type Pipeline } from '../pipeline.ts';
import { readLists } from '../source/lists.ts';
import { type Digested, digestFile } from './digest-file.ts';
import { writeEvents } from './events.ts';
import { FindingLog } from './finding-log.ts';
import type { ReadFilesOptions } from './options.ts';
import { Output } from './output.ts';
import { Progress, type Terminal } from './progress.ts';
import { writeSummary } from './summary.ts';
import { summaryTable } from './table.ts';

const EXIT = { complete: 0, nothing: 2, partly: 3 } as const;

/** Events speak of whole seconds, so that known flows need not be told of more often. */
const SECOND = 1000;

/** Where the answer and the messages go: a process has them. */
export type Streams = { stdout: Terminal; stderr: Terminal };

/** Reads each file as a home of its own and writes what is asked for. @returns the exit status */
export async function readFiles(options: ReadFilesOptions, streams: Streams): Promise<number> {
  const vendorOf = loadVendors();
  const complain = (line: string) => streams.stderr.write(`spin read: ${visible(line)}\n`);
  const report = (problem: FileProblem) => complain(problemText(problem));
  const badPlaces = badPlacesOf(
    (options.lists ?? []).flatMap((path) => readLists(path, report)),
    report,
  );
  const output = new Output(streams.stdout);
  let anyRead = false;
  let anyFault = false;
  for (const file of options.files) {
    const pipeline = createPipeline({ vendorOf, badPlaces });
    const found = new FindingLog();
    const { totals, fault, messages = [], bad = 0 } = await readOne(file, pipeline, found, options, output, streams);
    for (const message of messages) complain(`${file}: ${message}`);
    anyFault ||= fault !== undefined || bad > 0;
    anyRead ||= fault === undefined || fault.partly;
    if (fault) streams.stderr.write(`spin read: ${visible(fault.file)}: ${fault.reason} at byte ${fault.offset}\n`);
    if (fault && !fault.partly) continue;
    if (options.json) await writeSummary(output, pipeline, totals, found.all(pipeline.findings()));
    else if (!options.events) {
      const title = options.files.length > 1 ? file : undefined;
      const table = { title, ...look(streams.stdout) };
      await output.write(summaryTable(pipeline.home, totals, found.all(pipeline.findings()), table));
    }
  }
  await output.end();
  if (!anyFault) return EXIT.complete;
  return anyRead ? EXIT.partly : EXIT.nothing;
}

async function readOne(
  file: string,
  pipeline: Pipeline,
  found: FindingLog,
  options: ReadFilesOptions,
  output: Output,
  { stderr }: Streams,
): Promise<Digested> {
  const { events, home } = options;
  const take = (told: readonly HomeEvent[]) => {
    found.take(told);
    if (events && told.length > 0) writeEvents(output, pipeline.home, told);
  };
  const sink = (observation: Observation) => take(pipeline.step(observation));
  if (home.prefixes.length > 0 || home.macs.length > 0)
    sink({ kind: 'source', at: 0, source: 'capture', home, coverage: [], lost: { events: 0, packets: 0 } });
  const progress = new Progress(stderr, file);
  try {
    const digested = await digestFile(file === '-' ? 'stdin' : file, sink, progress.show);
    // What happened in the last, unfinished second is told too.
    const end = Math.floor(pipeline.home.at / SECOND) * SECOND + SECOND;
    if (digested.totals.packets > 0) sink({ kind: 'tick', at: end });
    return digested;
  } finally {
    progress.end();
  }
}

function look({ isTTY, columns }: Terminal) {
  const color = isTTY === true && !process.env.NO_COLOR;
  return { width: (isTTY === true ? columns : undefined) ?? 120, color };
}
