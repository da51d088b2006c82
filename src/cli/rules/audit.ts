import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { AuditView } from '../../contract/api.ts';
import { visible } from '../../model/visible.ts';
import { Client, findRun, parseCommand } from '../client.ts';
import { EXIT, Failure, say, table } from '../terminal.ts';
import { auditText, timeText } from './words.ts';

const HELP = `Usage: spin audit [--limit N] [--json] [--run DIR]
       spin audit --export FILE [--run DIR]

Lists who decided what, the newest first (20 unless told otherwise); or writes the whole log as JSON lines, the oldest
first, to a new file, or to standard output with "-".
Exit codes: 0 done · 1 no answer, or the file cannot be written · 4 SPIN does not run · 64 wrong usage`;

const DEFAULT_LIMIT = 20;
/** Entries asked for at a time while all are exported. */
const BATCH = 500;

export async function audit(args: readonly string[]): Promise<number> {
  const options = parseCommand('audit', args, HELP, { limit: { type: 'string' }, export: { type: 'string' } }, 0);
  if (!options) return EXIT.ok;
  const { limit = String(DEFAULT_LIMIT), export: file } = options.values;
  if (!/^[1-9]\d{0,3}$/.test(limit)) throw new Failure('--limit takes a number from 1 to 9999', EXIT.usage);
  const client = new Client(findRun(options.run).record);
  if (file !== undefined) {
    await write(client, file);
    return EXIT.ok;
  }
  const views = await client.audit(Number(limit));
  if (options.json) console.log(JSON.stringify(views));
  else console.log(table(['Change', 'When', 'Who', 'What'], views.map(row)));
  return EXIT.ok;
}

function row(view: AuditView): string[] {
  const what = auditText(view);
  const undone = view.undoneBy === undefined ? '' : ` (undone by ${view.undoneBy})`;
  return [String(view.id), timeText(view.at), visible(view.actor), what + undone];
}

async function write(client: Client, file: string): Promise<void> {
  try {
    if (file === '-') for await (const line of lines(client)) process.stdout.write(line);
    else {
      await pipeline(Readable.from(lines(client)), createWriteStream(file, { flags: 'wx', mode: 0o600 }));
      say(`written to ${visible(file)}`);
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`${visible(file)} cannot be written: ${(error as Error).message}`);
  }
}

async function* lines(client: Client): AsyncGenerator<string> {
  for (let after = 0; ; ) {
    const batch = await client.auditAfter(after, BATCH);
    for (const entry of batch) yield `${JSON.stringify(entry)}\n`;
    if (batch.length < BATCH) return;
    after = batch.at(-1)!.id;
  }
}
