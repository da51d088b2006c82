/** A typed client of the running controller, for the other sub-commands. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type {
  AuditView,
  CorrectionView,
  DeviceView,
  ErrorView,
  ExposureView,
  GroupBody,
  GroupChangeView,
  GroupView,
  IncidentView,
  KindBody,
  NewcomerView,
  NewGroupBody,
  NoticedView,
  PreferenceBody,
  PreferencesView,
  PreviewView,
  RehearsalView,
  RuleChangeView,
  RuleView,
  SameBody,
  SetRuleBody,
  StatusView,
} from '../contract/api.ts';
import type { Answer } from '../model/incident.ts';
import { visible } from '../model/visible.ts';
import { isRoot, places } from './places.ts';
import { type RunRecord, readRecord, runs } from './run-record.ts';
import { EXIT, Failure, wrongUsage } from './terminal.ts';

/** Longest wait for an answer, ms. */
const PATIENCE = 10_000;
/** Largest answer that is read: some thousand devices in full. */
const LARGEST_ANSWER = 32 << 20;

export type ClientOptions = { run?: string; json: boolean };

const COMMON = {
  run: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type OwnOptions = Record<string, { type: 'string' | 'boolean'; multiple?: boolean }>;
type Values<Own extends OwnOptions> = ReturnType<
  typeof parseArgs<{ args: string[]; options: typeof COMMON & Own; allowPositionals: true }>
>['values'];
type Parsed<Own extends OwnOptions> = ClientOptions & { values: Values<Own>; rest: string[] };

/** Options that every sub-command about a run has. `undefined` after `--help` was answered. */
export function parseClientOptions(command: string, args: readonly string[], help: string): ClientOptions | undefined {
  return parseCommand(command, args, help, {}, 0);
}

/**
 * The same with options of the sub-command's own, and words that are no options.
 * @param most words that it takes
 */
export function parseCommand<Own extends OwnOptions>(
  command: string,
  args: readonly string[],
  help: string,
  own: Own,
  most: number,
): Parsed<Own> | undefined {
  let parsed: { values: Values<Own>; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...args], options: { ...COMMON, ...own }, allowPositionals: true });
    const tooMuch = parsed.positionals[most];
    if (tooMuch !== undefined) throw new Error(`"${tooMuch}" is not expected`);
  } catch (error) {
    throw wrongUsage(command, error as Error);
  }
  const { values, positionals: rest } = parsed;
  const { help: isHelp, json, run } = values as { help?: boolean; json?: boolean; run?: string };
  if (isHelp) {
    console.log(help);
    return undefined;
  }
  return { json: json ?? false, ...(run !== undefined && { run }), values, rest };
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

  device(id: string): Promise<DeviceView> {
    return this.#get(`/api/devices/${encodeURIComponent(id)}`);
  }

  exposure(id: string): Promise<ExposureView> {
    return this.#get(`/api/devices/${encodeURIComponent(id)}/exposure`);
  }

  setKind(id: string, body: KindBody): Promise<DeviceView> {
    return this.#get(`/api/devices/${encodeURIComponent(id)}/kind`, 'PUT', body);
  }

  same(id: string, body: SameBody): Promise<DeviceView> {
    return this.#get(`/api/devices/${encodeURIComponent(id)}/same`, 'POST', body);
  }

  rules(): Promise<RuleView[]> {
    return this.#get('/api/rules');
  }

  setRule(body: SetRuleBody): Promise<RuleChangeView> {
    return this.#get('/api/rules', 'POST', body);
  }

  preview(body: SetRuleBody): Promise<PreviewView> {
    return this.#get('/api/rules/preview', 'POST', body);
  }

  removeRule(id: string): Promise<RuleChangeView> {
    return this.#get(`/api/rules/${encodeURIComponent(id)}`, 'DELETE');
  }

  undo(change?: number): Promise<AuditView> {
    return this.#get('/api/undo', 'POST', change === undefined ? {} : { change });
  }

  groups(): Promise<GroupView[]> {
    return this.#get('/api/groups');
  }

  makeGroup(body: NewGroupBody): Promise<GroupChangeView> {
    return this.#get('/api/groups', 'POST', body);
  }

  changeGroup(id: string, body: GroupBody): Promise<GroupChangeView> {
    return this.#get(`/api/groups/${encodeURIComponent(id)}`, 'PATCH', body);
  }

  removeGroup(id: string): Promise<GroupChangeView> {
    return this.#get(`/api/groups/${encodeURIComponent(id)}`, 'DELETE');
  }

  /** The newest first. */
  audit(limit: number): Promise<AuditView[]> {
    return this.#get(`/api/audit?limit=${limit}`);
  }

  /** All of the log, a batch at a time, the oldest first. */
  auditAfter(after: number, limit: number): Promise<AuditView[]> {
    return this.#get(`/api/audit?after=${after}&limit=${limit}`);
  }

  incidents(all: boolean): Promise<IncidentView[]> {
    return this.#get(`/api/incidents?state=${all ? 'all' : 'open'}`);
  }

  incident(id: string): Promise<IncidentView> {
    return this.#get(incidentPath(id));
  }

  answerIncident(id: string, answer: Answer): Promise<IncidentView> {
    return this.#get(`${incidentPath(id)}/answer`, 'POST', { answer });
  }

  undoIncident(id: string): Promise<IncidentView> {
    return this.#get(`${incidentPath(id)}/undo`, 'POST');
  }

  claimStep(id: string, step: string): Promise<IncidentView> {
    return this.#get(`${incidentPath(id)}/steps/${encodeURIComponent(step)}`, 'POST');
  }

  /** @param device of this one only */
  noticed(device?: string): Promise<NoticedView[]> {
    return this.#get(`/api/noticed${device === undefined ? '' : `?device=${encodeURIComponent(device)}`}`);
  }

  corrections(): Promise<CorrectionView[]> {
    return this.#get('/api/corrections');
  }

  removeCorrection(id: string): Promise<CorrectionView[]> {
    return this.#get(`/api/corrections/${encodeURIComponent(id)}`, 'DELETE');
  }

  newcomers(): Promise<NewcomerView[]> {
    return this.#get('/api/newcomers');
  }

  admit(device: string): Promise<NewcomerView[]> {
    return this.#get(`/api/newcomers/${encodeURIComponent(device)}/admit`, 'POST');
  }

  preferences(): Promise<PreferencesView> {
    return this.#get('/api/preferences');
  }

  prefer(body: PreferenceBody): Promise<PreferencesView> {
    return this.#get('/api/preferences', 'PUT', body);
  }

  rehearse(body: PreferenceBody): Promise<RehearsalView> {
    return this.#get('/api/preferences/preview', 'POST', body);
  }

  async #get<View>(path: string, method = 'GET', body?: unknown): Promise<View> {
    const text = await this.#fetch(path, method, body);
    try {
      return JSON.parse(text) as View;
    } catch {
      throw new Failure(`what answers at ${this.#url} is not SPIN`);
    }
  }

  async #fetch(path: string, method: string, body?: unknown): Promise<string> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(new URL(path, this.#url), {
        method,
        headers: {
          authorization: `Bearer ${this.#token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
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

function incidentPath(id: string): string {
  return `/api/incidents/${encodeURIComponent(id)}`;
}

function refusal(text: string, status: number): string {
  try {
    const { message, field } = (JSON.parse(text) as ErrorView).error;
    return field === undefined ? message : `${message} (${field})`;
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
