/** A typed client of the running controller, for the other sub-commands. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { DeviceView, ErrorView, StatusView } from '../contract/api.ts';
import { visible } from '../model/visible.ts';
import { isRoot, places } from './places.ts';
import { type RunRecord, readRecord, runs } from './run-record.ts';
import { EXIT, Failure, wrongUsage } from './terminal.ts';

/** Longest wait for an answer, ms. */
const PATIENCE = 10_000;
/** Largest answer that is read: some thousand devices in full. */
const LARGEST_ANSWER = 32 << 20;

export type ClientOptions = { run?: string; json: boolean };

/** Options that every sub-command about a run has. `undefined` after `--help` was answered. */
export function parseClientOptions(command: string, args: readonly string[], help: string): ClientOptions | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        run: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) {
      console.log(help);
      return undefined;
    }
    return { json: values.json ?? false, ...(values.run !== undefined && { run: values.run }) };
  } catch (error) {
    throw wrongUsage(command, error as Error);
  }
}

/** The SPIN that runs: in this user's run folder, else the one that root started. */
export function findRun(run?: string): { record: RunRecord; runDir: string } {
  const own = places({ run }).run;
  for (const runDir of run === undefined ? [own, '/run/spin'] : [own]) {
    const record = readRecord(runDir);
    if (runs(record)) return { record, runDir };
  }
  throw new Failure('SPIN does not run here. Start it with: spin start', EXIT.notRunning);
}

export class Client {
  readonly #url: string;
  readonly #token: string;

  constructor(record: RunRecord) {
    if (!record.url) throw new Failure('SPIN is still starting; try again in a moment');
    this.#url = record.url;
    this.#token = readToken(record.stateDir);
  }

  status(): Promise<StatusView> {
    return this.#get<StatusView>('/api/status');
  }

  devices(): Promise<DeviceView[]> {
    return this.#get<DeviceView[]>('/api/devices');
  }

  async #get<View>(path: string): Promise<View> {
    const text = await this.#fetch(path);
    try {
      return JSON.parse(text) as View;
    } catch {
      throw new Failure(`what answers at ${this.#url} is not SPIN`);
    }
  }

  async #fetch(path: string): Promise<string> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(new URL(path, this.#url), {
        headers: { authorization: `Bearer ${this.#token}` },
        signal: AbortSignal.timeout(PATIENCE),
        redirect: 'error',
      });
      text = await response.text();
    } catch (error) {
      const { cause, message } = error as Error & { cause?: Error };
      throw new Failure(`SPIN does not answer at ${this.#url}: ${visible(cause?.message ?? message)}`);
    }
    if (text.length > LARGEST_ANSWER) throw new Failure('the answer is larger than any of SPIN’s');
    if (!response.ok) throw new Failure(`SPIN refused: ${visible(refusal(text, response.status))}`);
    return text;
  }
}

function refusal(text: string, status: number): string {
  try {
    return (JSON.parse(text) as ErrorView).error.message;
  } catch {
    return `HTTP status ${status}`;
  }
}

function readToken(stateDir: string): string {
  try {
    return readFileSync(join(stateDir, 'cli-token'), 'utf8').trim();
  } catch (error) {
    const denied = (error as NodeJS.ErrnoException).code === 'EACCES' && !isRoot();
    throw new Failure(
      denied
        ? 'this SPIN was started by another user; ask as that user, or with sudo'
        : `SPIN has left no key for the command line in ${stateDir}: ${(error as Error).message}`,
    );
  }
}
