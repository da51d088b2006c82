import type { Mac } from '../model/address.ts';
import type { HomeEvent } from '../model/event.ts';
import type { Identity, Resemblance } from '../model/identity.ts';
import { classOf } from '../model/kinds.ts';
import type { Conversations } from './conversations.ts';
import type { DeviceRecord } from './device-record.ts';
import type { Devices } from './devices.ts';
import { behavioursOf, lookAtPorts } from './identify/behaviour.ts';
import { identify } from './identify/identify.ts';
import { likeness } from './identify/resemblance.ts';
import { IDENTIFY_EVERY, LEARNING, LOOK_EVERY, MAX_RESEMBLANCES, SEVERAL, YOUNG } from './limits.ts';
import type { Members } from './members.ts';

/** A likeness that is less probable is not worth a question. */
const WORTH_ASKING = 0.75;
/** How much likelier one candidate must be than the next, so that it is no guess among several. */
const MARGIN = 0.15;

/** When a device was judged last, and when its next turn is. */
type Turn = { judged: number; judgeAt: number; step: number; lookAt: number; lookStep: number; severalUntil: number };

/**
 * Keeps up what each device is believed to be. A device is judged again only when something new is known of it, and the
 * less often the more often it changes; its conversations are looked through at growing intervals.
 */
export class Identities {
  readonly #devices: Devices;
  readonly #members: Members;
  readonly #conversations: Conversations;
  readonly #vendorOf: (mac: Mac) => string | undefined;
  readonly #stale = new Set<DeviceRecord>();
  readonly #busy = new Set<DeviceRecord>();
  readonly #turns = new WeakMap<DeviceRecord, Turn>();
  readonly #resemblances = new Map<string, Resemblance>();

  constructor(
    devices: Devices,
    members: Members,
    conversations: Conversations,
    vendorOf: (mac: Mac) => string | undefined,
  ) {
    this.#devices = devices;
    this.#members = members;
    this.#conversations = conversations;
    this.#vendorOf = vendorOf;
  }

  /** Something new is known of a device. */
  touched(record: DeviceRecord): void {
    this.#stale.add(record);
  }

  /** The devices of these indexes had traffic. */
  worked(devices: readonly number[]): void {
    for (const index of devices) this.#busy.add(this.#devices.at(index));
  }

  /** What a device is believed to be now; no less true for not being due. */
  of(record: DeviceRecord): Identity {
    const isStale = this.#stale.has(record) || this.#devices.changed.has(record);
    return isStale && this.#isHere(record) ? this.#judge(record) : record.identity;
  }

  resemblances(): Resemblance[] {
    return [...this.#resemblances.values()];
  }

  /** At most once a second of observed time. */
  passSecond(): void {
    for (const record of this.#devices.changed) this.#stale.add(record);
    this.#look();
    for (const record of this.#stale) {
      if (!this.#isHere(record)) this.#stale.delete(record);
      else if (this.#members.at >= this.#turn(record).judgeAt) this.#renew(record);
    }
    this.#review();
  }

  #look(): void {
    const { at } = this.#members;
    for (const record of this.#busy) {
      if (!this.#isHere(record)) {
        this.#busy.delete(record);
        continue;
      }
      const turn = this.#turn(record);
      if (at < turn.lookAt) continue;
      this.#busy.delete(record);
      turn.lookStep = Math.min(2 * turn.lookStep, LOOK_EVERY);
      turn.lookAt = at + turn.lookStep;
      if (this.#devices.isSeveral(record.index, at)) turn.severalUntil = at + SEVERAL;
      for (const index of lookAtPorts(record.index, this.#devices, this.#conversations))
        this.touched(this.#devices.at(index));
      this.touched(record);
    }
  }

  #renew(record: DeviceRecord): void {
    const { at } = this.#members;
    const turn = this.#turn(record);
    const rested = at - turn.judged > IDENTIFY_EVERY;
    turn.step = rested ? 1 : Math.min(2 * turn.step, IDENTIFY_EVERY);
    turn.judged = at;
    turn.judgeAt = at + turn.step;
    const identity = this.#judge(record);
    this.#stale.delete(record);
    if (shown(identity) !== shown(record.identity)) this.#devices.changed.add(record);
    record.identity = identity;
    this.#compare(record);
  }

  #judge(record: DeviceRecord): Identity {
    const { at } = this.#members;
    const { hostnames, vendorClass, mudUrl, traits } = record;
    const makers = new Set(record.macs.map(this.#vendorOf).filter((name) => name !== undefined));
    const behaviours = behavioursOf(record.index, this.#devices, this.#conversations);
    const several = at < this.#turn(record).severalUntil;
    const fresh = identify({ makers: [...makers], hostnames, vendorClass, mudUrl, traits, behaviours, several });
    if (several) return fresh;
    return at - record.firstSeen > LEARNING ? held(record.identity, fresh) : fresh;
  }

  /** Whether a new device may be one that was known under another address. */
  #compare(record: DeviceRecord): void {
    const best = this.#likest(record);
    const open = this.#resemblances.get(record.id);
    if (open && open.as !== best?.as) this.#close(open);
    if (!best || open?.as === best.as || this.#resemblances.size >= MAX_RESEMBLANCES) return;
    this.#resemblances.set(record.id, best);
    this.#tell({ kind: 'resemblance', at: this.#members.at, change: 'new', resemblance: best });
  }

  #likest(record: DeviceRecord): Resemblance | undefined {
    const { at } = this.#members;
    if (record.restored || record.provisional || record.leaving || at - record.firstSeen > YOUNG) return undefined;
    let best: Resemblance | undefined;
    let second = 0;
    for (const known of this.#devices.all()) {
      if (!this.#mayBeOne(record, known)) continue;
      const { confidence, because } = likeness(likelyOf(record), likelyOf(known));
      if (best && confidence <= best.confidence) second = Math.max(second, confidence);
      else {
        second = best?.confidence ?? 0;
        best = { device: record.id, as: known.id, confidence, because, since: at };
      }
    }
    return best && best.confidence >= WORTH_ASKING && best.confidence - second >= MARGIN ? best : undefined;
  }

  /** One thing is not at two places: the known one must have been silent since the new one came. */
  #mayBeOne(record: DeviceRecord, known: DeviceRecord): boolean {
    if (known === record || known.provisional || known.leaving || known.macs.length === 0) return false;
    if (record.notSame.includes(known.id) || known.notSame.includes(record.id)) return false;
    if (!record.macs.some(isPrivate) && !known.macs.some(isPrivate)) return false;
    return known.firstSeen < record.firstSeen && this.#members.lastSeen(known) <= record.firstSeen;
  }

  /** Questions that answered themselves. */
  #review(): void {
    for (const open of this.#resemblances.values()) {
      const record = this.#devices.get(open.device);
      const known = this.#devices.get(open.as);
      if (!record || !known || !this.#mayBeOne(record, known)) this.#close(open);
    }
  }

  #close(open: Resemblance): void {
    this.#resemblances.delete(open.device);
    this.#tell({ kind: 'resemblance', at: this.#members.at, change: 'over', resemblance: open });
  }

  #tell(event: HomeEvent): void {
    this.#members.events.push(event);
  }

  #turn(record: DeviceRecord): Turn {
    let turn = this.#turns.get(record);
    if (!turn) {
      turn = { judged: 0, judgeAt: 0, step: 1, lookAt: 0, lookStep: 500, severalUntil: 0 };
      this.#turns.set(record, turn);
    }
    return turn;
  }

  #isHere(record: DeviceRecord): boolean {
    return this.#devices.get(record.id) === record;
  }
}

/**
 * What a device long known may become by its own word: nothing that is treated more gently. Who takes a camera over could
 * have it say that it is a smoke alarm, or so much that it could be anything.
 */
function held(known: Identity, fresh: Identity): Identity {
  if (!known.kind) return fresh.kind && classOf(fresh.kind.value) === 'critical' ? without(fresh) : fresh;
  const was = classOf(known.kind.value);
  const isLooser = classOf(fresh.kind?.value) !== was && classOf(fresh.kind?.value) !== 'appliance';
  return isLooser ? { ...fresh, kind: known.kind } : fresh;
}

function without({ kind: _, ...rest }: Identity): Identity {
  return rest;
}

function likelyOf({ hostnames, vendorClass, kind, identity, traits }: DeviceRecord) {
  return { hostnames, vendorClass, kind, vendor: identity.vendor?.value, traits };
}

/** Locally administered (IEEE 802-2014 §8.2.2): made up by the device's system. */
function isPrivate(mac: Mac): boolean {
  return (Number.parseInt(mac.slice(1, 2), 16) & 2) !== 0;
}

/** What people see of an identity; a new reason alone is no news. */
function shown({ kind, vendor, model, several }: Identity): string {
  return JSON.stringify([kind?.value, vendor?.value, model?.value, several]);
}
