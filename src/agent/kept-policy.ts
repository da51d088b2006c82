/**
 * The last policy that was in force, in the state directory: after a reboot it is in force again before a controller has
 * said anything. The directory belongs to the controller's user, who has no rights here: nothing is written or read
 * through a link, and only a file of this process's own user counts.
 */
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync, renameSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { KEPT_POLICY } from '../contract/files.ts';
import { MAX_POLICY_BYTES } from '../contract/link.ts';
import { readPolicyShape } from '../contract/policy-shape.ts';
import type { DesiredPolicy } from '../model/policy.ts';

/** What a broken file is renamed to. */
const BROKEN = `${KEPT_POLICY}.broken`;
const VERSION = 1;
/** What stands around the policy. */
const MAX_FILE_BYTES = MAX_POLICY_BYTES + 1024;
/** How long a change of addresses alone may wait, ms: names get new ones all day, and an SD card wears out. */
const ADDRESSES_WAIT = 60 * 60 * 1000;
const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

export class KeptPolicy {
  readonly #directory: string;
  readonly #log: (line: string) => void;
  /** Of what was written last. */
  #essence = '';
  #waiting: DesiredPolicy | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;

  constructor(directory: string, log: (line: string) => void) {
    this.#directory = directory;
    this.#log = log;
  }

  /** @returns nothing where there is none; one that cannot be used is told of and set aside */
  read(): DesiredPolicy | undefined {
    const path = join(this.#directory, KEPT_POLICY);
    try {
      const { version, policy } = JSON.parse(readOwn(path)) as { version?: unknown; policy?: unknown };
      if (version !== VERSION) throw new Error(`of version ${String(version)}, not ${VERSION}`);
      const read = readPolicyShape(policy);
      this.#essence = essenceOf(read);
      return read;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      this.#setAside(path, error);
      return undefined;
    }
  }

  /** Keeps the policy: soon where the household or SPIN decided something, later where only addresses are new. */
  keep(policy: DesiredPolicy): void {
    const decided = essenceOf(policy) !== this.#essence;
    this.#waiting = policy;
    if (decided) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), ADDRESSES_WAIT).unref();
  }

  /** Resolves when what was to be kept is on the disk, or could not be, which is told of. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    for (let policy = this.#waiting; policy; policy = this.#waiting) {
      this.#waiting = undefined;
      try {
        await this.#write(policy);
        this.#essence = essenceOf(policy);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.#log(`the policy cannot be kept for the next start: ${reason}`);
      }
    }
  }

  /** Whole or not at all, whenever the power fails. */
  async #write(policy: DesiredPolicy): Promise<void> {
    const next = join(this.#directory, `${KEPT_POLICY}.next`);
    await rm(next, { force: true });
    const file = await open(next, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      await file.writeFile(JSON.stringify({ version: VERSION, policy }));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(next, join(this.#directory, KEPT_POLICY));
    await syncDirectory(this.#directory);
  }

  #setAside(path: string, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#log(`${path} cannot be used (${reason}); it is set aside as ${BROKEN}`);
    try {
      renameSync(path, join(this.#directory, BROKEN));
    } catch (fault) {
      this.#log(`it could not be set aside: ${fault instanceof Error ? fault.message : String(fault)}`);
    }
  }
}

/** A file's text, if it is a plain file of this user and no larger than a policy. @throws Error otherwise */
function readOwn(path: string): string {
  const file = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const status = fstatSync(file);
    if (!status.isFile()) throw new Error('no plain file');
    if (status.uid !== process.getuid?.()) throw new Error(`it belongs to user ${status.uid}`);
    if (status.size > MAX_FILE_BYTES) throw new Error(`${status.size} bytes`);
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

/** A rename is durable when its directory is. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, O_RDONLY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** All but addresses that SPIN itself found out: those of devices, of names, of the home. */
function essenceOf(policy: DesiredPolicy): string {
  const found = new Set(['addresses', 'critical', 'essential', 'resolvers']);
  const text = JSON.stringify(policy, function (this: object, key: string, value: unknown) {
    const chosen = 'prefixes' in this && !('name' in this);
    return found.has(key) && !chosen ? undefined : value;
  });
  return createHash('sha256').update(text).digest('hex');
}
