/**
 * What is known on disk about each lab of this machine: a directory with a state file, from before its first namespace
 * exists until after its last is gone, so that whatever a crash leaves behind has an owner to be found by.
 */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** Fixed, since the names of namespaces are shared by the whole machine too. */
export const RUN_DIRECTORY = '/run/spin-lab';
export const NAME_PREFIX = 'spin-lab-';
/** Labs at a time; each costs about 130 MB, and a forgotten loop should not eat the machine. */
export const MAX_LABS = 16;

export type LabInfo = {
  id: string;
  /** Where logs, leases and state of this lab are. */
  directory: string;
  /** What a guard needs: run inside `namespace`, between `lan` and `wan`. */
  router: { namespace: string; lan: string; wan: string; leaseFile: string; addresses: string[]; prefixes: string[] };
  devices: { name: string; kind: string; mac: string; namespace: string; interface: string }[];
  /** The far side; `sinks` count what reaches them. */
  internet: { namespace: string; interface: string; sinks: string[] };
};

/** A process that cannot be mistaken for a later one with the same number. */
export type ProcessId = { pid: number; started: number };

export type LabState = {
  info: LabInfo;
  /** The lab lives as long as this process. */
  keeper: ProcessId;
  processes: ProcessId[];
  scenario: string;
};

/** Start time in clock ticks since boot (proc(5), stat field 22), or undefined if there is no such process. */
export function startTime(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : Number(fields[19]);
  } catch {
    return undefined;
  }
}

export function identify(pid: number): ProcessId {
  return { pid, started: startTime(pid) ?? 0 };
}

export function isAlive(process: ProcessId): boolean {
  return startTime(process.pid) === process.started;
}

/** Takes an unused id and its directory, complete with its state, in one step. */
export function create(describe: (id: string, directory: string) => LabState): LabState {
  mkdirSync(RUN_DIRECTORY, { recursive: true, mode: 0o755 });
  if (ids().length >= MAX_LABS) throw new Error(`${MAX_LABS} labs exist already; remove some with: spin lab down ID`);
  const draft = mkdtempSync(join(RUN_DIRECTORY, '.new-'));
  chmodSync(draft, 0o755);
  for (let attempt = 0; attempt < 100; attempt++) {
    const id = randomBytes(2).toString('hex');
    const directory = join(RUN_DIRECTORY, id);
    const state = describe(id, directory);
    writeFileSync(join(draft, 'state.json'), JSON.stringify(state));
    try {
      renameSync(draft, directory);
      return state;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error;
    }
  }
  rmSync(draft, { recursive: true, force: true });
  throw new Error(`no free name under ${RUN_DIRECTORY}`);
}

export function save(state: LabState): void {
  const file = join(state.info.directory, 'state.json');
  writeFileSync(`${file}.new`, JSON.stringify(state));
  renameSync(`${file}.new`, file);
}

/** The state of a lab; undefined where there is none or it cannot be read. */
export function load(id: string): LabState | undefined {
  try {
    return JSON.parse(readFileSync(join(RUN_DIRECTORY, id, 'state.json'), 'utf8')) as LabState;
  } catch {
    return undefined;
  }
}

/** Every lab with a directory or a namespace, sorted. */
export function ids(): string[] {
  const found = new Set<string>();
  for (const name of list(RUN_DIRECTORY)) if (isId(name)) found.add(name);
  for (const name of namespaces()) {
    const id = name.slice(NAME_PREFIX.length, NAME_PREFIX.length + 4);
    if (isId(id)) found.add(id);
  }
  return [...found].sort();
}

/** Namespaces of one lab, or of all. */
export function namespaces(id?: string): string[] {
  const prefix = id === undefined ? NAME_PREFIX : `${NAME_PREFIX}${id}-`;
  return list('/run/netns').filter((name) => name.startsWith(prefix));
}

export function isId(text: string): boolean {
  return /^[0-9a-f]{4}$/.test(text);
}

export function forget(id: string): void {
  if (isId(id)) rmSync(join(RUN_DIRECTORY, id), { recursive: true, force: true });
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
