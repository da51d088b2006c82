/**
 * Keeps the table `inet spin` of this network namespace as the policy wants it: one transaction for each change,
 * never a half one, nothing outside the table. What a crash left is adopted: rules stay in force until the transaction
 * that brings the new ones.
 */
import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import type { DesiredPolicy } from '../model/policy.ts';
import type { SetChange } from '../model/set-change.ts';
import { elementChanges } from './changes.ts';
import { type Counted, type Counting, countingSets, type ReadCounters, readCounters } from './counters.ts';
import { readListing } from './listing.ts';
import { TABLE } from './names.ts';
import {
  type Actual,
  changeText,
  compile,
  differences,
  diffText,
  type Ruleset,
  replaceText,
  SCHEMA_MARK,
} from './ruleset.ts';

/** nft takes a tenth of a second for tens of thousands of elements; what takes longer hangs. */
const TIMEOUT_MS = 10_000;
/** Reading a table back is given up sooner: nothing depends on it. */
const LISTING_MS = 5000;
/**
 * Of 60,000 elements, which take 45 MB when they are read: more than the largest household's, fewer than an attacker can
 * make the kernel list.
 */
const MAX_LISTING_BYTES = 6 * 1024 * 1024;
/** In the abstract namespace, which is the network namespace's own and empties itself with the process. */
const LOCK = '\0spin-enforce';

export type EnforceErrorCode = 'refused' | 'second-instance' | 'no-nft';

/** The kernel or nft refused; the message is nft's own. What was in force still is. */
export class EnforceError extends Error {
  readonly code: EnforceErrorCode;
  constructor(code: EnforceErrorCode, message: string) {
    super(message);
    this.name = 'EnforceError';
    this.code = code;
  }
}

/** What needs no program. */
export type Kernel = {
  /** Makes changes of sets of a table, all or none. @throws where the kernel refuses */
  write: (table: string, changes: readonly SetChange[]) => void;
  /** Chains of a table, each with how many rules it has. */
  rules: (table: string) => ReadonlyMap<string, number>;
};

type Chains = { nftables?: Array<{ chain?: { table: string } }> };

class TooLarge extends Error {}

export class Nftables {
  readonly #lock: Server;
  readonly #kernel: Kernel | undefined;
  /** Transactions made so far. */
  commits = 0;
  #inForce: Ruleset | undefined;
  /** Of what is in force. */
  #counting: Counting[] | undefined;
  /** The listing that is read now: a new policy does not wait for its end. */
  #looking: AbortController | undefined;
  /** Changes happen one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(lock: Server, kernel: Kernel | undefined) {
    this.#lock = lock;
    this.#kernel = kernel;
  }

  /**
   * @param kernel for changes by elements alone, and to read a table with more in it than nft can list; without it nft
   *   makes all changes, and such a table is not read
   * @throws EnforceError `second-instance` while another process enforces in this network namespace
   */
  static async open(kernel?: Kernel): Promise<Nftables> {
    return new Nftables(await takeLock(), kernel);
  }

  /**
   * Brings the policy in force: by its changed elements, or as a whole where more changed or the table is not known.
   * @throws PolicyError before anything is changed; EnforceError `refused`, after which the former rules are in force
   */
  async apply(policy: DesiredPolicy): Promise<void> {
    const next = compile(policy);
    this.#looking?.abort();
    await this.#inTurn(async () => {
      const former = this.#inForce;
      try {
        await this.#change(former, next);
      } catch (error) {
        if (!former) throw error;
        // Somebody else may have changed the table: read what is there and try once more.
        await this.#commit(await adopt(next));
      }
      this.#inForce = next;
      this.#counting = undefined;
    });
  }

  /** Whether a policy's table stands, whoever put it there: after a reboot there is none. */
  static async isThere(): Promise<boolean> {
    // What is there for seeing alone has one chain.
    return (await countChains()) > 1;
  }

  /** What the kernel has otherwise than was applied; empty when all is in force, and before anything was applied. */
  check(): Promise<string[]> {
    return this.#inTurn(async () => {
      const ruleset = this.#inForce;
      const actual = ruleset && (await list());
      return actual ? differences(ruleset, actual) : [];
    });
  }

  /**
   * Brings back what somebody else removed or changed. Gives way to `apply`.
   * @returns what was different, one line each; nothing where that is not known: nothing was applied yet, or it gave way
   */
  repair(): Promise<string[] | undefined> {
    return this.#inTurn(async () => {
      const ruleset = this.#inForce;
      if (!ruleset) return undefined;
      const looking = new AbortController();
      this.#looking = looking;
      try {
        const actual = (await list(looking.signal)) ?? (await this.#listInParts(ruleset, looking.signal));
        if (!actual) return undefined;
        const found = differences(ruleset, actual);
        if (found.length > 0) await this.#commit(textFrom(actual, ruleset));
        return found;
      } catch (error) {
        if (looking.signal.aborted) return undefined;
        throw error;
      } finally {
        this.#looking = undefined;
      }
    });
  }

  /** What each entry of the policy stopped since it is in force, and what each device's tripwires counted, by id. */
  counters(read: ReadCounters): Promise<Map<string, Counted>> {
    return this.#inTurn(async () => {
      if (!this.#inForce) return new Map();
      this.#counting ??= countingSets(this.#inForce);
      return readCounters(this.#counting, read);
    });
  }

  /** Leaves all rules in force and lets another instance take over. */
  async close(): Promise<void> {
    await this.#last;
    await new Promise((resolve) => this.#lock.close(resolve));
  }

  /** Set by set, without those that the kernel fills: an attacker who makes them large hides nothing by it. */
  async #listInParts(ruleset: Ruleset, signal: AbortSignal): Promise<Actual | undefined> {
    if (!this.#kernel) return undefined;
    const sets = new Map<string, ReadonlyMap<string, string>>();
    const read = async (kind: string, name: string) => {
      const args = ['-j', '-n', 'list', kind, 'inet', TABLE, name];
      return readListing(await nft(args, '', { signal, timeout: LISTING_MS }));
    };
    try {
      const { schema } = await read('set', SCHEMA_MARK + ruleset.schema);
      for (const { name, type, dynamic } of ruleset.sets.values()) {
        const part = dynamic ? undefined : await read(type.includes(' : ') ? 'map' : 'set', name);
        sets.set(name, part?.sets.get(name) ?? new Map());
      }
      return { schema, sets, chains: this.#kernel.rules(TABLE) };
    } catch (error) {
      if (signal.aborted || error instanceof TooLarge) return undefined;
      // A set that is not there: the table is another one.
      return { schema: undefined, sets, chains: new Map() };
    }
  }

  /** Elements are written within a millisecond; nft takes some twenty to begin with. */
  async #change(former: Ruleset | undefined, next: Ruleset): Promise<void> {
    if (!former) return this.#commit(await adopt(next));
    const changes = this.#kernel && elementChanges(former, next);
    if (!this.#kernel || !changes) return this.#commit(diffText(former, next));
    if (changes.length === 0) return;
    this.#kernel.write(TABLE, changes);
    this.commits++;
  }

  async #commit(text: string): Promise<void> {
    if (text === '') return;
    await nft(['-f', '-'], text);
    this.commits++;
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(act);
    this.#last = turn.catch(() => {});
    return turn;
  }
}

/** Removes everything of ours, whoever put it there and whatever runs. No table is no error. */
export async function removeAll(): Promise<void> {
  await nft(['-f', '-'], `add table inet ${TABLE}\ndelete table inet ${TABLE}\n`);
}

/** By its elements where it can be read what is there, else as a whole: both without a gap. */
async function adopt(ruleset: Ruleset): Promise<string> {
  return textFrom(await list(), ruleset);
}

function textFrom(actual: Actual | undefined, ruleset: Ruleset): string {
  return actual?.schema === ruleset.schema ? changeText(ruleset, actual) : replaceText(ruleset);
}

/** Of our table. What else nft 1.0.6 could list to find it reads all elements of all sets first. */
async function countChains(): Promise<number> {
  // Where there is no chain at all nft says nothing.
  const { nftables = [] } = JSON.parse((await nft(['-j', 'list', 'chains', 'inet'])) || '{}') as Chains;
  return nftables.filter(({ chain }) => chain?.table === TABLE).length;
}

/** @returns nothing in it of a table that is not there; `undefined` for one that is too large to be read */
async function list(signal?: AbortSignal): Promise<Actual | undefined> {
  const there = (await countChains()) > 0;
  try {
    const args = ['-j', '-n', 'list', 'table', 'inet', TABLE];
    return readListing(there ? await nft(args, '', { signal, timeout: LISTING_MS }) : '{}');
  } catch (error) {
    if (error instanceof TooLarge) return undefined;
    // Of a table that another process made its own nft 1.0.6 prints half of one; the kernel says why it is not ours.
    if (error instanceof SyntaxError) return readListing('{}');
    throw error;
  }
}

type Patience = { signal?: AbortSignal | undefined; timeout?: number };

function nft(args: string[], input = '', patience: Patience = {}): Promise<string> {
  const options = { timeout: TIMEOUT_MS, maxBuffer: MAX_LISTING_BYTES, encoding: 'utf8', ...patience } as const;
  return new Promise((resolve, reject) => {
    const child = execFile('nft', args, options, (error, stdout, stderr) => {
      if (!error) resolve(stdout);
      else if (error.code === 'ENOENT') reject(new EnforceError('no-nft', 'nft is not installed'));
      else if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') reject(new TooLarge());
      else if (error.killed && patience.timeout !== undefined) reject(new TooLarge());
      else if (error.killed) reject(new EnforceError('refused', `nft did not end within ${TIMEOUT_MS / 1000} s`));
      else reject(new EnforceError('refused', reasonIn(stderr) || error.message));
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

/** Of nft's complaints the words, without the places in our own text. */
function reasonIn(complaints: string): string {
  const reasons = [...complaints.matchAll(/Error: (.+)/g)].map(([, reason]) => reason!);
  return [...new Set(reasons)].slice(0, 3).join('; ') || complaints.trim().slice(0, 200);
}

function takeLock(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(taken ? new EnforceError('second-instance', 'another SPIN enforces on this machine') : error);
    });
    server.listen(LOCK, () => resolve(server.unref()));
  });
}
