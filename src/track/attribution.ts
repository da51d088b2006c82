import { type AddressWords, scopeOf } from '../model/address.ts';
import { D, FLAG, type FlowBatch, RECORD_DOUBLES, RECORD_WORDS, W } from '../model/flow.ts';
import { PROTOCOL } from '../model/protocols.ts';
import { type Conversations, Identity, NODE } from './conversations.ts';
import { grown } from './fair-table.ts';
import { type Limits, NODE_ADDRESSES } from './limits.ts';
import type { Members } from './members.ts';
import type { Station } from './stations.ts';
import { type FlowWitness, MARK } from './witness.ts';

const FIRST_SLOTS = 1024;
/** What is kept of a flow by its slot, side by side so that one look brings it all. */
const SLOT_WORDS = 4;
const SLOT = {
  /** Conversation entry × 2 (+ 1 where the device is the flow's destination) + 1; 0: none. */
  found: 0,
  generation: 1,
  /** Hash of the flow's five-tuple: a slot means nothing by itself once it was reused, or comes from another table. */
  flow: 2,
  /** Bits of `MARK`. */
  marks: 3,
} as const;
/** The group bit of the first octet (IEEE 802): a multicast or broadcast frame. */
const GROUP_BIT = 0x0100;

/** One end of the flow in hand. */
class End {
  readonly words: [number, number, number, number] = [0, 0, 0, 0];
  /** Index of the device that it is for certain, or -1. */
  device = -1;
  /** Its hardware address, where the link shows one of a single station. */
  station: Station | undefined;
  /** It sent something. */
  sent = false;
  home = false;
  /** Multicast, broadcast, loopback or unspecified: no thing's own address. */
  special = false;
  unspecified = false;
  /** Everyone on the link gets it and no router forwards it. */
  toLink = false;
}

/**
 * Counts flow records into conversations. A record whose slot was seen before costs one comparison; a fresh one is looked
 * up by its ends, which is also how the home learns who is in it.
 */
export class Attribution {
  readonly #members: Members;
  readonly #conversations: Conversations;
  readonly #limits: Limits;
  readonly #witness: FlowWitness | undefined;
  /** Per slot the words of `SLOT`. */
  #slots = new Int32Array(FIRST_SLOTS * SLOT_WORDS);
  /** What the witness is told of the ends of the flow in hand. */
  #marks = 0;
  readonly #source = new End();
  readonly #destination = new End();
  readonly #identity = new Identity();
  readonly #other = new Identity();

  constructor(members: Members, conversations: Conversations, limits: Limits, witness?: FlowWitness) {
    this.#members = members;
    this.#conversations = conversations;
    this.#limits = limits;
    this.#witness = witness;
  }

  count(batch: FlowBatch): void {
    const { words, doubles } = batch;
    const count = Math.min(batch.count, batch.capacity);
    for (let record = 0; record < count; record++) {
      const w = record * RECORD_WORDS;
      const d = record * RECORD_DOUBLES;
      if ((words[w + W.flags]! & FLAG.crowd) !== 0) {
        this.#countCrowd(batch, record);
        continue;
      }
      const packetsUp = words[w + W.packetsUp]!;
      const packetsDown = words[w + W.packetsDown]!;
      if (packetsUp === 0 && packetsDown === 0) {
        const isFresh = (words[w + W.flags]! & FLAG.fresh) !== 0;
        if (isFresh && (words[w + W.flags]! & FLAG.ipLengths) !== 0) this.#begin(batch, record);
        else if (isFresh || words[w + W.seen]! > 0) this.#learn(batch, record);
        continue;
      }
      const bytesUp = doubles[d + D.bytesUp]!;
      const bytesDown = doubles[d + D.bytesDown]!;
      const found = this.#conversationOf(words, w, doubles[d + D.first]!);
      if (found === 0) {
        this.#conversations.nobody(packetsUp + packetsDown, bytesUp + bytesDown);
        continue;
      }
      const entry = (found - 1) >> 1;
      const first = doubles[d + D.first]!;
      const last = doubles[d + D.last]!;
      const turned = (found - 1) & 1;
      if (turned === 1) this.#conversations.add(entry, packetsDown, packetsUp, bytesDown, bytesUp, first, last);
      else this.#conversations.add(entry, packetsUp, packetsDown, bytesUp, bytesDown, first, last);
      if (this.#witness !== undefined) {
        const device = this.#conversations.device(entry);
        this.#witness.flow(words, doubles, record, device, turned, this.#marks, entry);
      }
    }
  }

  /** Counts a sum of flows: in a conversation where all of them are of one, else for the device alone. */
  #countCrowd({ words, doubles }: FlowBatch, record: number): void {
    const w = record * RECORD_WORDS;
    const d = record * RECORD_DOUBLES;
    const packets = words[w + W.packetsUp]!;
    const bytes = doubles[d + D.bytesUp]!;
    const first = doubles[d + D.first]!;
    const last = doubles[d + D.last]!;
    const isOne = (words[w + W.ports]! & 0xffff) !== 0;
    const found = isOne ? this.#attribute(words, w, first) : 0;
    const turned = isOne ? turnedOf(found) : this.#resolve(words, w);
    const device = turned >= 0 ? this.#identity.device : this.#receiver();
    if (device < 0) this.#conversations.nobody(packets, bytes);
    else if (found === 0) this.#conversations.others(device, turned === 0 ? 0 : 1, packets, bytes, last);
    else if (turned === 0) this.#conversations.add((found - 1) >> 1, packets, 0, bytes, 0, first, last);
    else this.#conversations.add((found - 1) >> 1, 0, packets, 0, bytes, first, last);
    if (turned !== 0) return;
    const marks = found === 0 ? marksOf(this.#source, this.#destination) : this.#marks;
    this.#witness?.crowd?.(words, doubles, record, device, marks);
  }

  /** The device that frames to unknown addresses were for, by their hardware address, or -1. */
  #receiver(): number {
    const { station } = this.#destination;
    return station === undefined || station.gateway ? -1 : station.device;
  }

  /** What `#slotEntry` holds for a record's flow, now up to date. */
  #conversationOf(words: Uint32Array, w: number, first: number): number {
    const slot = words[w + W.slot]!;
    const flags = words[w + W.flags]!;
    const flow = flowHash(words, w);
    const kept = slot < this.#limits.slots;
    const at = slot * SLOT_WORDS;
    if (kept && at >= this.#slots.length) this.#growSlots(at);
    const slots = this.#slots;
    const cached = kept ? slots[at + SLOT.found]! : 0;
    const entry = (cached - 1) >> 1;
    const alive = cached > 0 && slots[at + SLOT.generation] === this.#conversations.generation(entry);
    if (alive && (flags & FLAG.fresh) === 0 && slots[at + SLOT.flow] === flow) {
      this.#conversations.table.touch(entry);
      this.#marks = slots[at + SLOT.marks]!;
      return cached;
    }
    const found = this.#attribute(words, w, first);
    if (found > 0) {
      const now = (found - 1) >> 1;
      // Making room for the right conversation may have cost the wrong one its place.
      const remains = alive && slots[at + SLOT.generation] === this.#conversations.generation(entry);
      if (remains && entry !== now && (flags & FLAG.swapped) !== 0) this.#correct(entry, now);
      this.#conversations.joined(now);
      if (kept) slots[at + SLOT.generation] = this.#conversations.generation(now);
    }
    if (kept) {
      slots[at + SLOT.found] = found;
      slots[at + SLOT.flow] = flow;
      slots[at + SLOT.marks] = this.#marks;
    }
    return found;
  }

  /** The initiator was guessed wrong: where the old conversation was this flow alone, its past moves too. */
  #correct(wrong: number, right: number): void {
    const conversations = this.#conversations;
    if (conversations.flows(wrong) !== 1) return;
    const was = conversations.identify(wrong, this.#other);
    const now = conversations.identify(right, this.#identity);
    conversations.rekey(wrong, now, was.device !== now.device);
  }

  #attribute(words: Uint32Array, w: number, first: number): number {
    const turned = this.#resolve(words, w);
    if (turned < 0) return 0;
    const { protocol, port } = this.#service(words, w);
    const identity = this.#identity;
    identity.protocol = protocol;
    identity.port = port;
    identity.byNode = turned as 0 | 1;
    const ours = turned === 0 ? this.#source : this.#destination;
    const theirs = turned === 0 ? this.#destination : this.#source;
    let hello = false;
    const isPeer = theirs.device !== identity.device && this.#members.devices.has(theirs.device);
    const peer = isPeer ? theirs.device : -1;
    if (peer >= 0) {
      identity.kind = NODE.device;
      identity.node0 = peer;
      identity.node1 = identity.node2 = identity.node3 = 0;
    } else hello = this.#members.nameNode(identity, theirs.words) === 'hello';
    this.#marks = marksOf(ours, theirs) | (peer >= 0 ? MARK.peer : identity.kind === NODE.name ? MARK.named : 0);
    const entry = this.#conversations.open(identity, first);
    this.#noteEnds(entry, ours.words, theirs.words);
    this.#conversations.setByHello(entry, hello);
    return entry * 2 + turned + 1;
  }

  /** The kernel tells that a connection began before it tells how much it carried: the next record of it is not new. */
  #begin({ words, doubles }: FlowBatch, record: number): void {
    const w = record * RECORD_WORDS;
    const found = this.#conversationOf(words, w, doubles[record * RECORD_DOUBLES + D.first]!);
    if (found === 0 || this.#witness === undefined) return;
    const entry = (found - 1) >> 1;
    const device = this.#conversations.device(entry);
    this.#witness.flow(words, doubles, record, device, (found - 1) & 1, this.#marks, entry);
  }

  /** Learns who is there from a record that another source counts, or that was not counted yet. */
  #learn(batch: FlowBatch, record: number): void {
    const w = record * RECORD_WORDS;
    const turned = this.#resolve(batch.words, w);
    if (turned < 0 || this.#witness === undefined) return;
    const ours = turned === 0 ? this.#source : this.#destination;
    const theirs = turned === 0 ? this.#destination : this.#source;
    const { device } = this.#identity;
    const isPeer = theirs.device !== device && this.#members.devices.has(theirs.device);
    const isNamed = !isPeer && this.#members.nameNode(this.#identity, theirs.words) !== undefined;
    const marks = marksOf(ours, theirs) | (isPeer ? MARK.peer : isNamed ? MARK.named : 0);
    this.#witness.flow(batch.words, batch.doubles, record, device, turned, marks, -1);
  }

  #service(words: Uint32Array, w: number): { protocol: number; port: number } {
    const protocol = words[w + W.protocol]! & 255;
    const portless = protocol === PROTOCOL.icmp || protocol === PROTOCOL.icmpv6;
    SERVICE.protocol = protocol;
    SERVICE.port = portless ? 0 : words[w + W.ports]! & 0xffff;
    return SERVICE;
  }

  #noteEnds(entry: number, ours: AddressWords, theirs: AddressWords): void {
    const conversations = this.#conversations;
    if (conversations.flows(entry) > 0 && !conversations.isAt(entry, theirs)) this.#noteFurther(entry, theirs);
    conversations.setEnds(entry, ours, theirs);
  }

  /** Keeps the addresses that a named far end was reached at before, the latest last. */
  #noteFurther(entry: number, now: AddressWords): void {
    const conversations = this.#conversations;
    const more = conversations.furtherEnds(entry);
    let last: number[] | undefined;
    let kept = 0;
    for (const words of more)
      if (conversations.isAt(entry, words) || sameWords(words, now)) last = words;
      else more[kept++] = words;
    more.length = kept;
    last ??= [0, 0, 0, 0];
    for (let i = 0; i < 4; i++) last[i] = conversations.end(entry, 4 + i);
    more.push(last);
    if (more.length >= NODE_ADDRESSES) more.shift();
  }

  /**
   * Finds the device that a flow belongs to and leaves it in the identity.
   * @returns 0: it is the flow's source; 1: its destination; -1: neither end is in the home
   */
  #resolve(words: Uint32Array, w: number): -1 | 0 | 1 {
    const source = this.#read(this.#source, words, w, true);
    const destination = this.#read(this.#destination, words, w, false);
    source.device = this.#settled(source, destination);
    if (source.device >= 0) {
      const { devices } = this.#members;
      const record = devices.at(source.device);
      this.#observeNextHop(source, destination);
      destination.device = this.#settled(destination, source);
      // What the other end showed may have merged or dissolved the source's device.
      if (devices.at(source.device) !== record) source.device = this.#settled(source, destination);
    } else destination.device = this.#settled(destination, source);
    if (source.device >= 0) return this.#is(source.device, 0);
    if (destination.device < 0) return this.#guess(source, destination);
    // Nothing came from the far end yet, so the guess of the initiator may be wrong; the frames are the device's own.
    const { device } = destination;
    if (!source.sent) this.#observeNextHop(destination, source);
    return this.#is(device, 1);
  }

  #is(device: number, turned: 0 | 1): 0 | 1 {
    this.#identity.device = device;
    return turned;
  }

  #read(end: End, words: Uint32Array, w: number, isSource: boolean): End {
    const at = w + (isSource ? W.source : W.destination);
    const high = isSource ? words[w + W.macHigh]! >>> 16 : words[w + W.macHigh]! & 0xffff;
    const low = words[w + (isSource ? W.sourceMacLow : W.destinationMacLow)]!;
    const own = end.words;
    own[0] = words[at]!;
    own[1] = words[at + 1]!;
    own[2] = words[at + 2]!;
    own[3] = words[at + 3]!;
    end.device = -1;
    const isToGroup = (high & GROUP_BIT) !== 0;
    end.station = isToGroup || (high === 0 && low === 0) ? undefined : this.#members.station(high, low);
    const seen = isSource && words[w + W.seen]! > 0;
    end.sent = seen || words[w + (isSource ? W.packetsUp : W.packetsDown)]! > 0;
    const scope = scopeOf(own[0], own[1], own[2], own[3]);
    const isOneThings = scope === 'global' || scope === 'private' || scope === 'link-local';
    end.unspecified = scope === 'unspecified';
    end.special = isToGroup || !isOneThings;
    end.toLink = scope === 'broadcast' || (scope === 'multicast' && isLinkMulticast(own));
    end.toLink ||= high === 0xffff && low === 0xffff_ffff;
    end.home = !end.special && this.#members.lan.isHome(own, scope);
    return end;
  }

  /** The device of an end that is of this home for certain, or -1. */
  #settled(end: End, other: End): number {
    const members = this.#members;
    const { station } = end;
    if (end.special) return this.#settledWithoutAddress(end);
    if (!station) return this.#settledByAddress(end, other);
    if (station.gateway) return this.#settledBehindGateway(end);
    if (end.sent && station.onLink && station.device >= 0 && this.#isAgain(end, station.device)) return station.device;
    const ownMac = members.lan.isHomeMac(station.mac);
    if (!end.home && !ownMac) return -1;
    if (end.home && members.lan.gatewayAddresses.size > 0 && !station.leased) {
      const known = members.devices.withAddress(end.words[0], end.words[1], end.words[2], end.words[3]);
      if (known < 0 && members.isGatewayAddress(end.words)) {
        members.becomeGateway(station);
        return -1;
      }
    }
    if (station.device < 0 && !end.sent) {
      if (!this.#cameFromOutside(other)) return -1;
      const silent = members.deviceAt(station, true);
      if (silent >= 0) members.claim(silent, end.words);
      return silent;
    }
    const device = members.deviceAt(station);
    if (device < 0 || !end.sent) return device;
    station.onLink = true;
    members.devices.spoke(members.devices.at(device));
    members.claim(device, end.words);
    return device;
  }

  /** A device that sends much does so from one address: nothing new is learned of it twice at the same time. */
  #isAgain(end: End, device: number): boolean {
    const { devices, at } = this.#members;
    return end.home && devices.isUsing(device, end.words, at) && !devices.at(device).silent;
  }

  /** Who has no address yet, or sends from one that is nobody's, is known by the hardware address alone. */
  #settledWithoutAddress(end: End): number {
    const { station } = end;
    if (!station || station.gateway || !end.sent) return -1;
    if (!end.unspecified) return station.device;
    station.onLink = true;
    return this.#members.deviceAt(station);
  }

  #settledByAddress(end: End, other: End): number {
    const members = this.#members;
    const known = members.devices.withAddress(end.words[0], end.words[1], end.words[2], end.words[3]);
    if (known >= 0) {
      if (end.sent) members.devices.spoke(members.devices.at(known));
      return known;
    }
    if (!end.home || members.isGatewayAddress(end.words)) return -1;
    if (end.sent) return members.deviceByAddress(end.words);
    return this.#cameFromOutside(other) ? members.deviceByAddress(end.words, true) : -1;
  }

  /** Behind a router an end is known by its address alone, if it is home. */
  #settledBehindGateway(end: End): number {
    if (!end.home) return -1;
    const members = this.#members;
    const known = members.devices.withAddress(end.words[0], end.words[1], end.words[2], end.words[3]);
    if (known >= 0) return known;
    const mayBe = end.sent && members.lan.isConfigured(end.words);
    return mayBe && !members.isGatewayAddress(end.words) ? members.deviceByAddress(end.words) : -1;
  }

  /** Something outside spoke to it, so it was let through to a thing that may be there. */
  #cameFromOutside(other: End): boolean {
    return other.sent && !other.home && !other.special;
  }

  /** A home device sent to a far address through a station: that one routes. */
  #observeNextHop(sender: End, far: End): void {
    if (!sender.home || !sender.sent || !far.station || far.home || far.special) return;
    // A device known by two hardware addresses is no router for itself.
    if (far.station.device !== sender.device) this.#members.usedAsNextHop(far.station, far.sent);
  }

  /**
   * Neither end has an address of this home (a global IPv6 address before any router told its prefix, a server's network, a
   * spoofed source): decided by where the frames come from, for now.
   */
  #guess(source: End, destination: End): -1 | 0 | 1 {
    const a = source.station;
    const b = destination.station;
    if (!a || source.special || !source.sent) return -1;
    if (a.gateway && (!b || b.gateway)) return -1;
    if (destination.special) return a.gateway || !destination.toLink ? -1 : this.#takeFor(source, a, 0, true);
    if (!b) return -1;
    // Forwarded to a thing of the home, or sent by one to the router.
    if (destination.home) return -1;
    if (b.gateway) return this.#takeFor(source, a, 0, true);
    if (a.gateway) return destination.sent ? this.#takeFor(destination, b, 1, true) : -1;
    const members = this.#members;
    members.metFar(a, source.words, destination.sent);
    members.metFar(b, destination.words, true);
    if (a.gateway && b.gateway) return -1;
    if (b.gateway) return this.#takeFor(source, a, 0, false);
    if (a.gateway) return this.#takeFor(destination, b, 1, false);
    if (b.far.length < a.far.length && !a.onLink) return this.#takeFor(destination, b, 1, false);
    if (b.onLink && !a.onLink) return this.#takeFor(destination, b, 1, false);
    return this.#takeFor(source, a, 0, false);
  }

  #takeFor(end: End, station: Station, turned: 0 | 1, proven: boolean): -1 | 0 | 1 {
    const device = this.#members.deviceAt(station);
    if (device < 0) return -1;
    if (proven) station.onLink = true;
    if (end.sent) this.#members.claim(device, end.words);
    return this.#is(device, turned);
  }

  #growSlots(at: number): void {
    let { length } = this.#slots;
    while (length <= at) length *= 2;
    this.#slots = grown(this.#slots, length);
  }
}

/** Which end the device is, by what `#slotEntry` holds; -1 where neither is. */
function turnedOf(found: number): -1 | 0 | 1 {
  return found === 0 ? -1 : (((found - 1) & 1) as 0 | 1);
}

function marksOf(ours: End, theirs: End): number {
  return (
    (ours.home ? MARK.oursHome : 0) |
    (theirs.home ? MARK.theirsHome : 0) |
    (ours.special ? MARK.oursSpecial : 0) |
    (theirs.special ? MARK.theirsSpecial : 0) |
    (ours.station === undefined ? 0 : MARK.onLink)
  );
}

const SERVICE = { protocol: 0, port: 0 };

/** A sum, whose terms need not wait for one another: it is taken of every record. */
function flowHash(words: Uint32Array, w: number): number {
  const sum =
    Math.imul(words[w + W.ports]!, 0xcc9e2d51) +
    Math.imul(words[w + W.source]!, 0x1b873593) +
    Math.imul(words[w + W.source + 1]!, 0xe6546b65) +
    Math.imul(words[w + W.source + 2]!, 0x27d4eb2f) +
    Math.imul(words[w + W.source + 3]!, 0x165667b1) +
    Math.imul(words[w + W.destination]!, 0x85ebca6b) +
    Math.imul(words[w + W.destination + 1]!, 0xc2b2ae3d) +
    Math.imul(words[w + W.destination + 2]!, 0x9e3779b1) +
    Math.imul(words[w + W.destination + 3]!, 0x85ebca77) +
    Math.imul(words[w + W.protocol]! & 255, 0xc2b2ae35);
  return sum | 0;
}

/** 224.0.0.0/24 (RFC 5771 §4) and ff02::/16 (RFC 4291 §2.7): no router forwards them. */
function isLinkMulticast(words: AddressWords): boolean {
  return words[0] === 0 ? words[3] >>> 8 === 0xe00000 : words[0] >>> 16 === 0xff02;
}

function sameWords(a: readonly number[], b: AddressWords): boolean {
  return a[3] === b[3] && a[2] === b[2] && a[1] === b[1] && a[0] === b[0];
}
