/**
 * Keeps the kernel as the latest policy wants it, and says what became of it. Blocks outlive everything here: what is
 * in force stays when the controller or this process ends, and comes back after a reboot from the kept policy.
 */
import { existsSync } from 'node:fs';
import type { PolicyMessage } from '../contract/link.ts';
import { TABLE } from '../enforce/names.ts';
import { EnforceError, Nftables } from '../enforce/nftables.ts';
import type { EnforcementObservation } from '../model/observation.ts';
import type { DesiredPolicy } from '../model/policy.ts';
import { NftablesReader } from '../source/netlink/nftables.ts';
import { NftablesWriter } from '../source/netlink/nftables-writer.ts';
import type { KeptPolicy } from './kept-policy.ts';
import type { Receiver } from './mode.ts';
import { Stopped } from './stopped.ts';

/** Number of a policy from before this run. */
export const ADOPTED = -1;
/** Pause before a refused policy is tried again, ms: doubles from the first to the last. */
const FIRST_PAUSE = 1000;
const LAST_PAUSE = 60_000;
/**
 * What a killed agent left in the kernel may be newer than what it had kept. The controller, which knows, gets so long
 * before the kept policy takes its place, ms.
 */
const CONTROLLER_FIRST = 30_000;
/** Between two looks at what is in the kernel, ms, and how many times as long as a look took. */
const LOOK_MS = 2000;
const LOOK_SHARE = 5;
/** After a tripwire acted. */
const LOOK_SOON_MS = 1000;
/** Differences named in one message. */
const NAMED = 3;

export type EnforcementOptions = {
  /** Interfaces of the home; those that a policy names are not read. */
  lan: readonly string[];
  kept: KeptPolicy;
  /** File that is there while enforcement is switched off. */
  offSwitch: string;
  receiver: Receiver;
  now: () => number;
  log: (line: string) => void;
  /** Prepares the machine; what the household must know that cannot be enforced. */
  prepare: () => string | undefined;
};

export class Enforcement {
  readonly #options: EnforcementOptions;
  readonly #stopped: Stopped;
  #nft: Nftables | undefined;
  #kernel: NftablesReader | undefined;
  #writer: NftablesWriter | undefined;
  /** The kernel's generation less our own transactions: while it stays, nobody else changed anything. */
  #quiet: number | undefined;
  #wanted: PolicyMessage | undefined;
  /** The last one that was tried. */
  #tried: PolicyMessage | undefined;
  #inForce: PolicyMessage | undefined;
  #working: Promise<void> | undefined;
  #looking: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #pause = FIRST_PAUSE;
  #lookAt = 0;
  #said = '';
  /** The switch was found off, or a look at the kernel failed: the next good news is told. */
  #off = false;
  #blind = false;
  #closed = false;

  constructor(options: EnforcementOptions) {
    this.#options = options;
    this.#stopped = new Stopped(options.receiver);
  }

  /** The policy that counts now; before one was brought in force, the kept one. */
  get policy(): DesiredPolicy | undefined {
    return (this.#inForce ?? this.#wanted)?.policy;
  }

  /** Brings the kept policy in force, unless rules of a policy stand already. Before anything else may be forwarded. */
  async start(): Promise<void> {
    const policy = this.#options.kept.read();
    if (!policy) return;
    const kept = { revision: ADOPTED, policy };
    this.#wanted = kept;
    if (!this.#isOff && (await Nftables.isThere().catch(() => false))) {
      this.#tell('in-force', ADOPTED);
      this.#tried = kept;
      this.#tryAgain(CONTROLLER_FIRST);
    } else await this.#work();
  }

  /** From now on only this policy counts. */
  want(message: PolicyMessage): void {
    this.#wanted = message;
    this.#pause = FIRST_PAUSE;
    clearTimeout(this.#timer);
    void this.#work();
  }

  /** Called every second. */
  beat(): void {
    if (this.#isOff !== this.#off && this.#wanted) void this.#switched();
    else if (this.#inForce && !this.#looking && performance.now() >= this.#lookAt) {
      this.#looking = this.#look().finally(() => {
        this.#looking = undefined;
      });
    }
  }

  /** A tripwire acted: what it stopped is soon told of. */
  tripped(): void {
    this.#lookAt = Math.min(this.#lookAt, performance.now() + LOOK_SOON_MS);
  }

  /** Leaves everything in force. */
  async stop(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await Promise.all([this.#working, this.#looking]);
    await this.#options.kept.flush();
    await this.#nft?.close();
    this.#kernel?.close();
    this.#writer?.close();
  }

  get #isOff(): boolean {
    return existsSync(this.#options.offSwitch);
  }

  /** One at a time; those that were overtaken while they waited are never tried. */
  #work(): Promise<void> {
    this.#working ??= this.#bringAll().finally(() => {
      this.#working = undefined;
    });
    return this.#working;
  }

  async #bringAll(): Promise<void> {
    while (!this.#closed && this.#wanted && this.#wanted !== this.#tried) {
      const wanted = this.#wanted;
      this.#tried = wanted;
      try {
        await this.#bring(wanted);
      } catch (error) {
        this.#refused(wanted, error);
      }
    }
  }

  async #bring(wanted: PolicyMessage): Promise<void> {
    this.#off = this.#isOff;
    if (this.#off) throw new SwitchedOff();
    const missing = this.#options.prepare();
    const nft = this.#nft ?? (await this.#open());
    await nft.apply({ ...wanted.policy, lan: [...this.#options.lan] });
    this.#inForce = wanted;
    this.#pause = FIRST_PAUSE;
    this.#lookAt = 0;
    this.#tell('in-force', wanted.revision, missing);
    if (wanted.revision !== ADOPTED) this.#options.kept.keep(wanted.policy);
  }

  async #open(): Promise<Nftables> {
    this.#kernel ??= new NftablesReader();
    this.#writer ??= new NftablesWriter();
    const { write } = this.#writer;
    const kernel = this.#kernel;
    this.#nft = await Nftables.open({ write, rules: (table) => kernel.rules(table) });
    return this.#nft;
  }

  /** What a policy says wrongly no second try mends. */
  #refused(wanted: PolicyMessage, error: unknown): void {
    const reason = messageOf(error);
    const mends = error instanceof EnforceError;
    const when = mends ? `; tried again in ${this.#pause / 1000} s` : '';
    this.#options.log(`the policy is not in force: ${reason}${when}`);
    this.#tell('refused', wanted.revision, reason + when);
    if (!mends || this.#wanted !== wanted) return;
    this.#tryAgain(this.#pause);
    this.#pause = Math.min(this.#pause * 2, LAST_PAUSE);
  }

  #tryAgain(after: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#tried = undefined;
      void this.#work();
    }, after);
  }

  /** Others may have changed the table, and the counters went on. */
  async #look(): Promise<void> {
    const inForce = this.#inForce;
    const nft = this.#nft;
    const began = performance.now();
    try {
      if (!inForce || !nft || !(await this.#tend(nft, inForce))) return;
      if (!this.#options.receiver.isReady) return;
      const kernel = this.#kernel!;
      const counters = await nft.counters((set, type, handle) => kernel.counters(TABLE, set, type, handle));
      this.#stopped.tell(counters, this.#options.now());
    } catch (error) {
      this.#blind = true;
      if (inForce === this.#wanted) this.#tell('refused', inForce!.revision, messageOf(error));
    } finally {
      const ended = performance.now();
      this.#lookAt = ended + Math.max(LOOK_MS, (ended - began) * LOOK_SHARE);
    }
  }

  /** @returns whether the policy is the same still */
  async #tend(nft: Nftables, inForce: PolicyMessage): Promise<boolean> {
    const generation = this.#kernel!.generation() - nft.commits;
    if (generation === this.#quiet && !this.#blind) return true;
    const found = await nft.repair();
    if (inForce !== this.#inForce || this.#isOff) return false;
    if (!found) return true;
    this.#quiet = generation;
    if (this.#blind) this.#tell('in-force', inForce.revision);
    this.#blind = false;
    if (found.length > 0) this.#repaired(inForce, found);
    return true;
  }

  #repaired(inForce: PolicyMessage, found: readonly string[]): void {
    const more = found.length > NAMED ? ` and ${found.length - NAMED} more` : '';
    const message = `somebody changed SPIN's rules; brought back: ${found.slice(0, NAMED).join(', ')}${more}`;
    this.#options.log(message);
    this.#tell('in-force', inForce.revision, message);
  }

  /** Off: lets go of a table that is gone already, and says so. On: brings the policy in force again. */
  async #switched(): Promise<void> {
    this.#off = this.#isOff;
    this.#inForce = undefined;
    this.#quiet = undefined;
    const nft = this.#nft;
    this.#nft = undefined;
    await nft?.close();
    this.#tried = undefined;
    await this.#work();
  }

  #tell(result: EnforcementObservation['result'], revision: number, message?: string): void {
    const { receiver, now } = this.#options;
    const said = JSON.stringify([result, revision, message]);
    if (said === this.#said) return;
    this.#said = said;
    receiver.send({ kind: 'enforcement', at: now(), revision, result, ...(message === undefined ? {} : { message }) });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

class SwitchedOff extends Error {
  constructor() {
    super('enforcement was switched off by "spin panic-off"; "spin panic-off --undo" switches it on again');
  }
}
