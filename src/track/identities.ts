import { type Mac, parseAddress, parseMac } from '../model/address.ts';
import type { Identity, Resemblance } from '../model/identity.ts';
import { classOf } from '../model/kinds.ts';
import type { LeaseObservation } from '../model/observation.ts';
import type { Conversations } from './conversations.ts';
import type { DeviceRecord } from './device-record.ts';
import type { Devices } from './devices.ts';
import { behavioursOf, lookAtPorts } from './identify/behaviour.ts';
import { identify } from './identify/identify.ts';
import { KnownAgain } from './identify/known-again.ts';
import { IDENTIFY_EVERY, LEARNING, LOOK_EVERY, SEVERAL } from './limits.ts';
import type { Members } from './members.ts';

/** First time between two judgements of a device, and between two looks at its conversations, ms; both double. */
const FIRST_STEP = 500;

/** When a device was first seen in this run, when it is to be judged and looked at again, and at what intervals. */
type Turn = {
  since: number;
  judgeAt: number;
  judgeStep: number;
  lookAt: number;
  lookStep: number;
  severalUntil: number;
};

/**
 * Keeps up what each device is believed to be. A device is judged again only when something new is known of it, and the
 * less often the more often it changes; its conversations are looked through at growing intervals.
 */
export class Identities {
  readonly #devices: Devices;
  readonly #members: Members;
  readonly #conversations: Conversations;
  readonly #knownAgain: KnownAgain;
  readonly #vendorOf: (mac: Mac) => string | undefined;
  readonly #stale = new Set<DeviceRecord>();
  readonly #busy = new Set<DeviceRecord>();
  readonly #turns = new WeakMap<DeviceRecord, Turn>();

  constructor(
    devices: Devices,
    members: Members,
    conversations: Conversations,
    vendorOf: (mac: Mac) => string | undefined,
  ) {
    this.#devices = devices;
    this.#members = members;
    this.#conversations = conversations;
    this.#knownAgain = new KnownAgain(devices, members);
    this.#vendorOf = vendorOf;
  }

  /** Something new is known of a device. */
  touched(record: DeviceRecord): void {
    this.#stale.add(record);
  }

  /** A device looked a name up, or greeted a server by it. */
  lookedUp(device: number, name: string): void {
    const record = this.#devices.at(device);
    if (record.traits.lookedUp(name)) this.touched(record);
  }

  /** A lease tells of other devices too: of the one whose address is asked for, and of the one that sent the message. */
  leased(record: DeviceRecord, { requested, via }: LeaseObservation): void {
    const address = requested === undefined ? undefined : parseAddress(requested);
    const holder = address ? this.#devices.withAddress(...address) : -1;
    if (holder >= 0 && holder !== record.index) record.askedAddressOf = this.#devices.at(holder).id;
    const mac = via === undefined ? undefined : parseMac(via);
    const carrier = mac ? this.#members.station(mac.hi, mac.lo).device : -1;
    if (carrier < 0) return;
    this.#turn(this.#devices.at(carrier)).severalUntil = this.#members.at + SEVERAL;
    this.touched(this.#devices.at(carrier));
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

  /** The owner answered something. */
  answered(): void {
    this.#knownAgain.review();
  }

  resemblances(): Resemblance[] {
    return this.#knownAgain.all();
  }

  /** At most once a second of observed time. */
  passSecond(): void {
    const { at } = this.#members;
    for (const record of this.#devices.changed) this.#stale.add(record);
    for (const record of this.#busy) {
      if (!this.#isHere(record)) this.#busy.delete(record);
      else if (at >= this.#turn(record).lookAt) this.#look(record);
    }
    for (const record of this.#stale) {
      if (!this.#isHere(record)) this.#stale.delete(record);
      else if (at >= this.#turn(record).judgeAt) this.#renew(record);
    }
    this.#knownAgain.review();
  }

  #look(record: DeviceRecord): void {
    const { at } = this.#members;
    const turn = this.#turn(record);
    this.#busy.delete(record);
    turn.lookStep = Math.min(2 * turn.lookStep, LOOK_EVERY);
    turn.lookAt = at + turn.lookStep;
    if (this.#devices.isSeveral(record.index, at)) turn.severalUntil = at + SEVERAL;
    for (const index of lookAtPorts(record.index, this.#devices, this.#conversations))
      this.touched(this.#devices.at(index));
    this.touched(record);
  }

  #renew(record: DeviceRecord): void {
    const { at } = this.#members;
    const turn = this.#turn(record);
    const rested = at - turn.judgeAt > IDENTIFY_EVERY;
    turn.judgeStep = rested ? FIRST_STEP : Math.min(2 * turn.judgeStep, IDENTIFY_EVERY);
    turn.judgeAt = at + turn.judgeStep;
    const identity = this.#judge(record);
    this.#stale.delete(record);
    if (shown(identity) !== shown(record.identity)) this.#devices.changed.add(record);
    record.identity = identity;
    this.#knownAgain.compare(record);
  }

  #judge(record: DeviceRecord): Identity {
    const { at } = this.#members;
    const { hostnames, vendorClass, mudUrl, traits } = record;
    const makers = new Set(record.macs.map(this.#vendorOf).filter((name) => name !== undefined));
    const turn = this.#turn(record);
    const behaviours = behavioursOf(record.index, this.#devices, this.#conversations, at - turn.since);
    const several = at < turn.severalUntil;
    const fresh = identify({ makers: [...makers], hostnames, vendorClass, mudUrl, traits, behaviours, several });
    return at - record.firstSeen <= LEARNING ? fresh : held(record.identity, fresh);
  }

  #turn(record: DeviceRecord): Turn {
    let turn = this.#turns.get(record);
    if (!turn) {
      turn = {
        since: this.#members.at,
        judgeAt: 0,
        judgeStep: FIRST_STEP,
        lookAt: 0,
        lookStep: FIRST_STEP,
        severalUntil: 0,
      };
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
 * have it say that it is a smoke alarm, or so much that it could be anything, or that others hide behind it.
 */
function held(known: Identity, fresh: Identity): Identity {
  const is = classOf(fresh.kind?.value);
  if (known.kind)
    return is === 'appliance' || is === classOf(known.kind.value) ? fresh : { ...fresh, kind: known.kind };
  if (is !== 'critical') return fresh;
  const { kind: _, ...rest } = fresh;
  return rest;
}

/** What people see of an identity; a new reason alone is no news. */
function shown({ kind, vendor, model, several }: Identity): string {
  return JSON.stringify([kind?.value, vendor?.value, model?.value, several]);
}
