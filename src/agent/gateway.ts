/**
 * Gateway mode: the kernel counts connections, and only control packets and SYNs are captured, on the interfaces
 * towards the home.
 */
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { KERNEL_SETTINGS, SWITCHED_OFF } from '../contract/files.ts';
import { MAX_FLOWS_PER_FRAME, type PolicyMessage } from '../contract/link.ts';
import { ControlDecoder } from '../decode/control.ts';
import { ConntrackTable } from '../digest/conntrack.ts';
import { Digest } from '../digest/digest.ts';
import { FlowBatch } from '../model/flow.ts';
import { LeaseFiles } from '../source/leases/files.ts';
import { ConntrackSource } from '../source/live/conntrack.ts';
import { DeviceTotals, trackedConnections } from '../source/live/device-totals.ts';
import { KernelSettings } from '../source/live/kernel-settings.ts';
import { readOffload, startTracking, stopTracking } from '../source/live/nftables.ts';
import { Neighbours } from '../source/neighbours.ts';
import { SystemCallError } from '../source/netlink/libc.ts';
import { quicCrypto } from '../source/quic-crypto.ts';
import { isBridgeHook, showBridges } from './bridge-hooks.ts';
import { Captures } from './captures.ts';
import { Coverage, type Home, readHome } from './coverage.ts';
import { Enforcement } from './enforcement.ts';
import { KeptPolicy } from './kept-policy.ts';
import { BEAT_MS, type Mode, type ModeOptions, Stepper } from './mode.ts';
import { Tripwires } from './tripwires.ts';

/** Flows known by their header facts alone; their slots come before those of the connections. */
const HEADER_FLOWS = 16_384;
/** Events of connections in one step that no ordinary home makes: hundreds of new ones a second. */
const MANY_EVENTS = 64;
/** Offload and the like are looked at again this often, ms. */
const COVERAGE_MS = 60_000;
const ACCOUNTING = 'net/netfilter/nf_conntrack_acct';
const TIMESTAMPS = 'net/netfilter/nf_conntrack_timestamp';
/** 1: the end of every connection is told; 2, the default: only of those that began while somebody listened. */
const EVENTS = 'net/netfilter/nf_conntrack_events';

export class Gateway implements Mode {
  readonly #options: ModeOptions;
  readonly #home: Home;
  readonly #settings: KernelSettings;
  readonly #enforcement: Enforcement;
  readonly #coverage: Coverage;
  readonly #digest: Digest;
  readonly #batch = FlowBatch.ofCapacity(MAX_FLOWS_PER_FRAME);
  readonly #captures: Captures;
  readonly #stepper = new Stepper(() => this.#step());
  readonly #totals: DeviceTotals;
  #table: ConntrackTable | undefined;
  #connections: ConntrackSource | undefined;
  #neighbours: Neighbours | undefined;
  #leases: LeaseFiles | undefined;
  #tripwires: Tripwires | undefined;
  #beat: NodeJS.Timeout | undefined;
  #coverageBeat: NodeJS.Timeout | undefined;
  /** `undefined` until it was tried. */
  #accounting: boolean | undefined;

  private constructor(options: ModeOptions) {
    const { config, receiver, log } = options;
    this.#options = options;
    this.#home = readHome(config.home);
    this.#settings = new KernelSettings(join(config.runDir, KERNEL_SETTINGS), log);
    this.#coverage = new Coverage('gateway', (observation) => receiver.send(observation));
    this.#enforcement = new Enforcement({
      ...options,
      lan: config.lan,
      kept: new KeptPolicy(config.stateDir, log),
      offSwitch: join(config.stateDir, SWITCHED_OFF),
      prepare: () => this.#prepareBridges(),
    });
    const sink = receiver.send.bind(receiver);
    this.#totals = new DeviceTotals({ ...options, lan: config.lan, onTotals: sink });
    this.#digest = new Digest(sink, {
      control: new ControlDecoder(sink, { crypto: quicCrypto, filtered: true }),
      count: false,
      maxFlows: HEADER_FLOWS,
      seed: randomInt(2 ** 32 - 1),
    });
    this.#captures = new Captures({
      lan: config.lan,
      onFrame: this.#digest.frame.bind(this.#digest),
      onTurn: this.#stepper.request,
      onChange: () => this.#capturesChanged(),
      log,
    });
  }

  static async start(options: ModeOptions): Promise<Gateway> {
    const gateway = new Gateway(options);
    try {
      await gateway.#start();
      return gateway;
    } catch (error) {
      await gateway.stop();
      throw error;
    }
  }

  /** What was blocked is blocked first. Then what needs no other program: a controller soon hears of the home. */
  async #start(): Promise<void> {
    await this.#enforcement.start();
    this.#tripwires = new Tripwires({
      policy: () => this.#enforcement.policy,
      now: this.#options.now,
      log: this.#options.log,
      onTripped: (observation) => {
        this.#options.receiver.send(observation);
        this.#enforcement.tripped();
      },
    });
    this.#coverage.note('headers-not-seen', true);
    this.#coverage.note('no-conntrack', true, 'starting');
    this.#watchNeighbours();
    for (const name of this.#captures.missing) this.#captures.open(name);
    this.#leases = new LeaseFiles({
      files: this.#options.config.leases ?? [],
      now: this.#options.now,
      onLease: (observation) => this.#options.receiver.send(observation),
    });
    this.#report();
    this.#beat = setInterval(() => this.#second(), BEAT_MS);
    await this.#watchConnections();
    await this.#lookForOffload();
    this.#report();
    this.#coverageBeat = setInterval(() => void this.#lookForOffload(), COVERAGE_MS);
  }

  enforce(message: PolicyMessage): void {
    this.#enforcement.want(message);
  }

  resume(): void {
    this.#sendFlows();
  }

  async stop(): Promise<void> {
    clearInterval(this.#beat);
    clearInterval(this.#coverageBeat);
    this.#stepper.stop();
    this.#connections?.flush();
    this.#digest.finish();
    this.#sendFlows();
    this.#leases?.close();
    this.#neighbours?.close();
    this.#connections?.close();
    this.#captures.close();
    this.#tripwires?.close();
    await this.#totals.close();
    await this.#enforcement.stop();
    const stays = await this.#stopTracking();
    // Without the hooks the rules that stay would not see what crosses a bridge. A virtual home ends with its guard.
    const outlives = stays && this.#options.config.namespace === undefined;
    this.#settings.restore((parameter) => outlives && isBridgeHook(parameter));
  }

  /** @returns whether rules of a policy stay in force */
  async #stopTracking(): Promise<boolean> {
    try {
      return await stopTracking();
    } catch (error) {
      this.#options.log(`table inet spin: ${messageOf(error)}`);
      return false;
    }
  }

  #prepareBridges(): string | undefined {
    const shown = showBridges(this.#options.config.lan, this.#settings);
    return shown ? undefined : 'devices on one bridge reach one another: this kernel has no br_netfilter';
  }

  async #watchConnections(): Promise<void> {
    const { log, now } = this.#options;
    try {
      await startTracking();
    } catch (error) {
      log(`connection tracking could not be switched on: ${messageOf(error)}`);
    }
    this.#accounting = this.#settings.set(ACCOUNTING, '1');
    this.#settings.set(TIMESTAMPS, '1');
    // What begins while a crashed agent is away then still has its end told to the next one.
    this.#settings.set(EVENTS, '1');
    try {
      this.#table = new ConntrackTable({ since: now(), slotBase: HEADER_FLOWS });
      this.#connections = new ConntrackSource({ table: this.#table, now, onChange: this.#stepper.request });
      this.#coverage.note('no-conntrack', false);
    } catch (error) {
      log(`connections cannot be watched: ${messageOf(error)}`);
      this.#table = undefined;
      this.#noteFault(error, 'no-conntrack');
    }
  }

  #watchNeighbours(): void {
    const { config, now, receiver, log } = this.#options;
    try {
      this.#neighbours = new Neighbours({
        lan: config.lan,
        now,
        onNeighbour: (observation) => receiver.send(observation),
        onLinks: () => this.#linksChanged(),
      });
    } catch (error) {
      log(`neighbours cannot be watched: ${messageOf(error)}`);
      this.#noteFault(error, 'no-neighbours');
    }
  }

  #linksChanged(): void {
    const { now, receiver } = this.#options;
    const links = this.#neighbours?.links ?? [];
    for (const name of this.#captures.missing) {
      if (links.some((link) => link.name === name && link.up)) this.#captures.open(name);
    }
    const home = this.#neighbours?.home();
    if (home) receiver.send({ kind: 'router', at: now(), ...home, resolvers: [] });
    this.#report();
  }

  #capturesChanged(): void {
    const { missing } = this.#captures;
    this.#coverage.note('no-capture', missing.length > 0, missing.join(' '));
    this.#report();
  }

  #noteFault(error: unknown, otherwise: 'no-conntrack' | 'no-neighbours'): void {
    const forbidden = error instanceof SystemCallError && (error.code === 'EPERM' || error.code === 'EACCES');
    this.#coverage.note(forbidden ? 'no-right' : otherwise, true, messageOf(error));
  }

  async #lookForOffload(): Promise<void> {
    try {
      const offload = await readOffload();
      this.#coverage.note('flow-offload', offload === 'software');
      this.#coverage.note('hardware-offload', offload === 'hardware');
    } catch (error) {
      this.#options.log(`nft cannot tell about flow offload: ${messageOf(error)}`);
    }
  }

  #second(): void {
    this.#digest.advance(this.#options.now());
    this.#enforcement.beat();
    this.#tripwires?.listen();
    this.#totals.beat(trackedConnections());
    this.#report();
  }

  /**
   * One wake-up for everything. Packets come first and connections last, to be told with the next step: an answer is told
   * before the traffic that it names, though the kernel keeps packets back for a while.
   */
  #step(): void {
    this.#captures.collect();
    this.#digest.advance(this.#options.now());
    this.#sendFlows();
    this.#stepper.isBusy = (this.#connections?.collect() ?? 0) >= MANY_EVENTS;
  }

  #sendFlows(): void {
    const { receiver, now } = this.#options;
    while (this.#table && receiver.isReady && this.#table.drain(this.#batch) > 0) {
      receiver.send({ kind: 'flows', at: now(), flows: this.#batch });
    }
  }

  #report(): void {
    const configured = this.#neighbours?.home();
    const prefixes = [...new Set([...this.#home.prefixes, ...(configured?.prefixes ?? [])])];
    const uncounted = this.#table?.uncounted ?? 0;
    this.#coverage.note('no-accounting', this.#accounting === false);
    this.#coverage.note('connections-from-before', this.#accounting === true && uncounted > 0, `${uncounted}`);
    this.#coverage.report(this.#options.now(), {
      home: { prefixes, macs: this.#home.macs },
      own: this.#neighbours?.own() ?? { macs: [], addresses: [] },
      lost: {
        events:
          (this.#connections?.undelivered ?? 0) +
          (this.#table?.lostEnds ?? 0) +
          (this.#tripwires?.lost ?? 0) +
          this.#options.receiver.dropped,
        packets: this.#captures.dropped,
      },
    });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
