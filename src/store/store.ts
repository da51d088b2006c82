import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { NewAuditEntry } from '../model/audit.ts';
import type { MinuteRow } from '../model/event.ts';
import type { Habits } from '../model/habits.ts';
import type { Device } from '../model/home.ts';
import type { RestoredDevice } from '../model/observation.ts';
import { visible } from '../model/visible.ts';
import {
  databaseBytes,
  isDamage,
  NewerDatabase,
  openDatabase,
  openStandIn,
  removeDatabase,
  repeatable,
  setAside,
  transaction,
} from './database.ts';
import { AuditFull, Decisions, type NameAddress } from './decisions.ts';
import { Devices } from './devices.ts';
import { Dictionary } from './dictionary.ts';
import { Events, type StoredEvent } from './events.ts';
import { StoredHabits } from './habits.ts';
import { type Contact, History, type Point } from './history.ts';
import { type KeptCase, StoredIncidents } from './incidents.ts';
import { Minutes } from './minutes.ts';
import { Past, type PastRow, type Span } from './past.ts';
import { Pending } from './pending.ts';
import { Retention } from './retention.ts';
import { Rollup } from './rollup.ts';
import { StoredSessions } from './sessions.ts';
import { Settings } from './settings.ts';
import { Traffic } from './traffic.ts';

export type StoreOptions = {
  /** Folder of the database; made if absent. */
  directory: string;
  /** ms since the epoch */
  now: () => number;
  /** Told of everything that the household should know. */
  log: (line: string) => void;
};

/** What must be durable before it is confirmed could not be written. */
export class StoreFailing extends Error {}

/** The database with the parts that hold its prepared statements. */
type Open = ReturnType<typeof openParts>;

/** Notes held for the next flush: a flood of new devices is told by its first thousand. */
const MAX_PENDING_NOTES = 1_000;

/** Least time between two attempts to open a database that could not be opened, ms. */
const REOPEN_AFTER = 10_000;

/**
 * What survives a restart. Counters and what was seen of devices are collected and written by `flush` in one
 * transaction; settings, sessions, names and audit records are on the disk when their method returns.
 *
 * When the disk fails, everything goes on from memory: counters wait (bounded) for the next flush, durable methods throw
 * `StoreFailing`, `failing` says why. A damaged database is set aside and a new one begun.
 */
export class Store {
  readonly path: string;
  /** Why nothing can be written now; absent when all is well. */
  failing: string | undefined;
  readonly #options: StoreOptions;
  readonly #pending = new Pending();
  #changed = new Map<string, Device>();
  #merged: { device: string; into: string; at: number }[] = [];
  #notes: Omit<StoredEvent, 'id'>[] = [];
  #open!: Open;
  #inMemory = false;
  #triedAt = 0;
  #isTidy = false;
  #opened = 0;

  constructor(options: StoreOptions) {
    this.#options = options;
    this.path = join(options.directory, 'spin.db');
  }

  /**
   * Before anything else.
   * @throws {NewerDatabase} where going on would lose data
   */
  open(): this {
    this.#open = this.#openOrStandIn();
    return this;
  }

  devices(): RestoredDevice[] {
    return this.#try(() => this.#open.devices.all()) ?? [];
  }

  /** Written at the next flush. */
  saveDevice(device: Device): void {
    this.#changed.set(device.id, device);
  }

  /** Two ids were one device; what was collected for `device` goes to `into`. */
  mergeDevice(device: string, into: string, at: number): void {
    this.#changed.delete(device);
    this.#merged.push({ device, into, at });
    this.#pending.rename(device, into);
  }

  /**
   * The owner's name for a device (empty: none); durable when it returns.
   * @returns the number of its entry in the audit log
   * @throws {StoreFailing}
   */
  nameDevice(device: Device, name: string, actor: string): number {
    const { givenName: _, ...nameless } = device;
    const at = this.#options.now();
    const names = [
      {
        device: device.id,
        ...(device.givenName !== undefined && { before: device.givenName }),
        ...(name !== '' && { after: name }),
      },
    ];
    return this.decide({ at, kind: 'renamed', actor, rules: [], groups: [], names }, [
      name === '' ? nameless : { ...nameless, givenName: name },
    ]);
  }

  /**
   * What somebody decided, carried out and recorded at once; durable when it returns.
   * @param owned devices whose name or kind it changed, as they are now
   * @returns the number of its entry in the audit log
   * @throws {StoreFailing} and {AuditFull}; nothing is changed then
   */
  decide(entry: NewAuditEntry, owned: readonly Device[] = []): number {
    if (this.ask((open) => open.decisions.isFull)) throw new AuditFull('the audit log is full');
    const id = this.#durably((open) => {
      const { at, actor, names, kinds = [] } = entry;
      for (const device of owned) open.devices.save(device);
      for (const { device, after = '' } of names)
        open.events.add({ at, kind: 'renamed', actor, device, detail: after });
      for (const { device, after = '' } of kinds)
        open.events.add({ at, kind: 'kind-set', actor, device, detail: after });
      return open.decisions.write(entry);
    });
    for (const { id: device } of owned) this.#changed.delete(device);
    return id;
  }

  /** Answers a question from the database; `undefined` while it cannot be read. */
  ask<T>(question: (open: Pick<Open, 'decisions' | 'incidents'>) => T): T | undefined {
    return this.#try(() => question(this.#open));
  }

  /**
   * Incidents as they are now, and what was said of them; durable when it returns.
   * @param said what people did, for the event log
   * @param settings that belong to it
   * @throws {StoreFailing}
   */
  keepCase(
    kept: KeptCase,
    said: readonly Omit<StoredEvent, 'id'>[] = [],
    settings: Readonly<Record<string, unknown>> = {},
  ): void {
    this.#durably((open) => {
      open.incidents.write(kept);
      for (const event of said) open.events.add(event);
      for (const [key, value] of Object.entries(settings)) open.settings.set(key, value);
    });
  }

  /** Keeps them over a restart of this program; after a power failure they are learnt anew. */
  keepNameAddresses(list: readonly NameAddress[]): void {
    this.#try(() => repeatable(this.#open.database, () => this.#open.decisions.keepAddresses(list)));
  }

  /** What devices are known to need; a row that cannot be read is named and left out. */
  habits(): Habits[] {
    const { habits, broken } = this.#try(() => this.#open.habits.all()) ?? { habits: [], broken: [] };
    for (const row of broken) {
      this.#try(() => this.#open.habits.setAside(row));
      this.#options.log(
        `what was learned of ${visible(row.device)} cannot be read (${row.problem}); it is learned anew`,
      );
    }
    return habits;
  }

  /** Keeps them over a restart. @returns whether they are on the disk */
  keepHabits(list: readonly Habits[]): boolean {
    if (this.#inMemory) return false;
    const { now } = this.#options;
    return (
      this.#try(() => transaction(this.#open.database, () => this.#open.habits.keep(list, now())) ?? true) ?? false
    );
  }

  /** See {@link Past.during}. */
  past(spans: readonly Span[], only?: readonly string[]): PastRow[] {
    return this.#try(() => this.#open.past.during(spans, only, this.#pending.minutes)) ?? [];
  }

  /** Begin of the oldest minute of traffic that is kept, ms. */
  pastBegins(): number | undefined {
    return this.#try(() => this.#open.past.begins()) ?? this.#pending.minutes[0]?.start;
  }

  /** @param start of the minute, ms */
  addMinute(start: number, rows: readonly MinuteRow[]): void {
    this.#pending.add(start, rows);
  }

  /**
   * Writes what was collected, or keeps it when the disk fails.
   * @returns whether everything is on the disk
   */
  flush(): boolean {
    this.#isTidy = false;
    if (this.#inMemory && !this.#reopen()) return false;
    if (this.#pending.minutes.length + this.#changed.size + this.#merged.length + this.#notes.length === 0)
      return this.failing === undefined;
    const written = this.#try(() => {
      transaction(this.#open.database, () => this.#write(this.#open));
      return true;
    });
    if (!written) return false;
    this.#pending.clear();
    this.#changed.clear();
    this.#merged = [];
    this.#notes = [];
    return true;
  }

  /**
   * One short step of roll-up and retention; once nothing waits, nothing is looked at until the next `flush`.
   * @param at observed time, ms
   * @returns whether more waits
   */
  maintain(at: number): boolean {
    if (this.failing !== undefined || this.#isTidy) return false;
    this.#isTidy = !(this.#try(() => this.#open.rollup.step(at) || this.#open.retention.step(at)) ?? false);
    return !this.#isTidy;
  }

  /** See {@link History.points}. */
  points(step: number, from: number, to: number, device?: string): Point[] {
    return this.#try(() => this.#open.history.points(step, from, to, device, this.#pending.minutes)) ?? [];
  }

  /** See {@link History.contacts}. */
  contacts(device: string, order: 'volume' | 'new', limit: number): Contact[] {
    return this.#try(() => this.#open.history.contacts(device, order, limit, this.#pending.minutes)) ?? [];
  }

  setting(key: string): unknown {
    return this.#try(() => this.#open.settings.get(key));
  }

  /** @throws {StoreFailing} */
  set(key: string, value: unknown): void {
    this.#durably((open) => open.settings.set(key, value));
  }

  get sessions(): StoredSessions {
    return this.#open.sessions;
  }

  /** What SPIN itself saw, written at the next flush. */
  note(event: Omit<StoredEvent, 'id'>): void {
    this.#notes.push(event);
    if (this.#notes.length > MAX_PENDING_NOTES) this.#notes.shift();
  }

  /** Durable when it returns; while the disk fails the record is only said aloud. */
  record(event: Omit<StoredEvent, 'id'>): void {
    if (this.#try(() => this.#open.events.add(event)) === undefined && this.failing) {
      this.#options.log(`not recorded: ${JSON.stringify(event)}`);
    }
  }

  /** Forgets traffic, for a recording that is played again. */
  forgetTraffic(): void {
    this.#pending.clear();
    this.#try(() => transaction(this.#open.database, () => this.#open.traffic.forget()));
  }

  /** Forgets incidents and what led to them, not what the household said; for the same. */
  forgetCases(): void {
    this.#try(() => transaction(this.#open.database, () => this.#open.incidents.forget()));
  }

  /** The newest first. */
  events(limit: number): StoredEvent[] {
    return this.#try(() => this.#open.events.list(limit)) ?? [];
  }

  /** Changes when what is asked is another database than before. */
  get opened(): number {
    return this.#opened;
  }

  bytes(): number {
    return this.#inMemory ? 0 : databaseBytes(this.path);
  }

  /**
   * Forgets everything but the named settings, on the disk as well.
   * @throws {StoreFailing}
   */
  erase(keep: readonly string[]): void {
    const kept = keep.map((key) => [key, this.setting(key)] as const);
    this.#pending.clear();
    this.#changed.clear();
    this.#merged = [];
    this.#notes = [];
    this.#open.database.close();
    try {
      removeDatabase(this.path);
    } finally {
      this.#open = this.#openOrStandIn();
    }
    for (const [key, value] of kept) this.set(key, value);
    this.record({ at: this.#options.now(), kind: 'erased', actor: 'owner' });
  }

  close(): void {
    this.flush();
    this.#open.database.close();
  }

  #write(open: Open): void {
    for (const { device, into, at } of this.#merged) open.devices.merge(device, into, at);
    for (const device of this.#changed.values()) open.devices.save(device);
    open.devices.trim();
    for (const note of this.#notes) open.events.add(note);
    for (const minute of this.#pending.minutes) open.traffic.write(minute);
  }

  #durably<T>(work: (open: Open) => T): T {
    if (this.#inMemory) this.#reopen();
    // On the stand-in nothing would be durable, and what was refused must not be there afterwards.
    if (this.#inMemory) throw new StoreFailing(this.failing);
    const done = this.#try(() => ({ result: transaction(this.#open.database, () => work(this.#open)) }));
    if (!done || this.#inMemory) throw new StoreFailing(this.failing);
    return done.result;
  }

  /** Runs `work`; a failure of the disk becomes a state instead of an exception. */
  #try<T>(work: () => T): T | undefined {
    try {
      const result = work();
      if (!this.#inMemory) this.#recovered();
      return result;
    } catch (error) {
      this.#open.devices.reset();
      this.#open.dictionary.reset();
      this.#failed(error);
      if (isDamage(error) && !this.#inMemory) this.#beginAnew();
      return undefined;
    }
  }

  #openOrStandIn(): Open {
    this.#triedAt = this.#options.now();
    this.#opened++;
    try {
      const open = this.#openFile();
      this.#inMemory = false;
      return open;
    } catch (error) {
      if (error instanceof NewerDatabase) throw error;
      this.#failed(error);
      this.#inMemory = true;
      return openParts(openStandIn(this.path));
    }
  }

  #openFile(): Open {
    mkdirSync(this.#options.directory, { recursive: true, mode: 0o700 });
    try {
      return openParts(openDatabase(this.path));
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#setAside();
      return openParts(openDatabase(this.path));
    }
  }

  #setAside(): void {
    const aside = setAside(this.path, this.#options.now());
    this.#options.log(`the database is damaged; it was moved to ${aside} and a new one is begun`);
  }

  /** Damage that showed only in use. */
  #beginAnew(): void {
    this.#open.database.close();
    try {
      this.#setAside();
    } catch (error) {
      this.#failed(error);
    }
    this.#open = this.#openOrStandIn();
  }

  /** From the stand-in in memory back to the disk, with the settings made meanwhile. */
  #reopen(): boolean {
    if (this.#options.now() - this.#triedAt < REOPEN_AFTER) return false;
    const standIn = this.#open;
    const open = this.#openOrStandIn();
    if (this.#inMemory) {
      open.database.close();
      this.#open = standIn;
      return false;
    }
    this.#open = open;
    standIn.database.close();
    this.#recovered();
    return true;
  }

  #failed(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (this.failing !== reason) this.#options.log(`nothing can be stored now (${reason}); SPIN goes on from memory`);
    this.failing = reason;
  }

  #recovered(): void {
    if (this.failing === undefined) return;
    this.failing = undefined;
    this.#options.log('storing again');
  }
}

function openParts(database: DatabaseSync) {
  const devices = new Devices(database);
  const dictionary = new Dictionary(database);
  const minutes = new Minutes(database);
  const rollup = new Rollup(database, minutes);
  return {
    database,
    devices,
    dictionary,
    traffic: new Traffic(database, { devices, dictionary, minutes, rollup }),
    history: new History(database, devices, minutes),
    rollup,
    retention: new Retention(database),
    settings: new Settings(database),
    sessions: new StoredSessions(database),
    events: new Events(database),
    decisions: new Decisions(database),
    incidents: new StoredIncidents(database),
    habits: new StoredHabits(database),
    past: new Past(database, devices, minutes),
  };
}
