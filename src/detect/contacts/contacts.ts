import { type Address, type AddressWords, formatWords } from '../../model/address.ts';
import type { Conversation } from '../../model/home.ts';
import type { Home } from '../../track/home.ts';
import { MARK } from '../../track/witness.ts';
import type { OpenedFlow } from '../evidence/opened-flow.ts';
import { ownerOf, serviceOf } from './place.ts';
import { RecentAddresses } from './recent-addresses.ts';
import { Rhythm } from './rhythm.ts';

/** Far ends beyond the home kept of one device: those met once, and those met again. */
const MAX_ONCE = 64;
const MAX_KNOWN = 192;
/**
 * A line that carried so many packets since it was last to make room is in use: a proxy's one connection to its broker
 * outlasts the calls at hundreds of strangers.
 */
const IN_USE = 200;
/** Servers that one device greeted by TLS lately, and addresses that it knew by a name. */
const MAX_GREETED = 192;
const MAX_NAMED = 512;

/** One service at one far end beyond the home, as one device uses it. */
export class Contact {
  readonly device: number;
  /** Number of the conversation. */
  readonly conversation: number;
  readonly protocol: number;
  readonly port: number;
  /** Far end's address. */
  readonly far: AddressWords;
  /** The name under which the device knows the far end, at the latest start. */
  readonly name: string | undefined;
  readonly first: number;
  /** The device knew this address by a name before, which it outlived, as when no name can be looked up. */
  readonly wasNamed: boolean;
  /** Its first flow began before our eyes. */
  readonly begun: boolean;
  /** Its bytes are those of IP packets, without the link's header. */
  readonly counted: boolean;
  readonly rhythm = new Rhythm();
  /** Packets that had come back at the latest call. */
  packetsDown = 0;
  /** … when it was last to make room. */
  carried = 0;
  /** Which call of the device it was: the order in which contacts were used. */
  used = 0;
  #owner: string | undefined;
  #service: string | undefined;
  #place: string | undefined;

  constructor(flow: OpenedFlow, conversation: number, name: string | undefined, wasNamed: boolean) {
    this.device = flow.device;
    this.conversation = conversation;
    this.protocol = flow.protocol;
    this.port = flow.port;
    this.far = [flow.far[0], flow.far[1], flow.far[2], flow.far[3]];
    this.name = name;
    this.wasNamed = wasNamed;
    this.first = flow.at;
    this.begun = flow.begun;
    this.counted = flow.counted;
  }

  get address(): Address {
    return formatWords(this.far);
  }

  /** Whose place it is: the owner's domain of its name, else its network. */
  get owner(): string {
    this.#owner ??= ownerOf(this.name, this.far);
    return this.#owner;
  }

  /** `tcp/443` */
  get service(): string {
    this.#service ??= serviceOf(this.protocol, this.port);
    return this.#service;
  }

  /** Owner and service, the text by which habits know it. */
  get place(): string {
    this.#place ??= `${this.owner} ${this.service}`;
    return this.#place;
  }
}

type Circle = {
  readonly device: number;
  readonly once: Map<number, Contact>;
  readonly known: Map<number, Contact>;
  /** All of these in their order, while it holds: several detectors look in the same second. */
  all: readonly Contact[] | undefined;
  /** With when it was greeted last, in greetings. */
  readonly greeted: Map<Address, number>;
  greetings: number;
  readonly named: RecentAddresses;
  calls: number;
  /** Contacts that made room for others. */
  displaced: number;
};

/** Whom devices call beyond the home, and how often: counted once for all detectors that judge it. */
export class Contacts {
  readonly #home: Home;
  readonly #circles = new Map<number, Circle>();
  #last: Circle | undefined;
  /** When the latest call was made that is known to have been answered. */
  #answered = Number.NEGATIVE_INFINITY;

  constructor(home: Home) {
    this.#home = home;
  }

  /** Takes in a flow that began. @returns its contact where the device called somebody beyond the home anew */
  opened(flow: OpenedFlow): Contact | undefined {
    const isInside = (flow.marks & (MARK.peer | MARK.theirsHome | MARK.theirsSpecial)) !== 0;
    return !flow.byDevice || flow.conversation < 0 || isInside ? undefined : this.#note(flow);
  }

  /** Those that have any. */
  devices(): Iterable<number> {
    return this.#circles.keys();
  }

  /** Those met once, then those met again, each in the order in which they were used. */
  all(device: number): readonly Contact[] {
    const circle = this.#circles.get(device);
    if (!circle) return [];
    circle.all ??= [...circle.once.values(), ...[...circle.known.values()].sort((a, b) => a.used - b.used)];
    return circle.all;
  }

  /** How many of the device's contacts made room for others so far: `all` is not all then. */
  displaced(device: number): number {
    return this.#circles.get(device)?.displaced ?? 0;
  }

  /** A device greeted a server as TLS does. */
  greeted(device: number, server: Address): void {
    const circle = this.#circle(device);
    circle.greeted.set(server, ++circle.greetings);
    if (circle.greeted.size > MAX_GREETED) circle.greeted.delete(leastOf(circle.greeted));
  }

  /** Whether the device ever greeted the contact's server, of those it greeted lately. */
  isGreeted({ device, address }: Contact): boolean {
    return this.#circles.get(device)?.greeted.has(address) ?? false;
  }

  /** Whether any far end of a device is known by a name: else none can be, and having none says nothing. */
  knowsNames(device: number): boolean {
    return (this.#circles.get(device)?.named.size ?? 0) > 0;
  }

  /** Whether nobody was answered since a contact began, though somebody was before: the internet is out of reach. */
  isCutOff({ first }: Contact): boolean {
    return Number.isFinite(this.#answered) && this.#answered <= first;
  }

  /** How the home sees the contact's conversation now. */
  conversation(contact: Contact): Conversation | undefined {
    return this.#home.conversation(contact.conversation);
  }

  forget(device: number): void {
    this.#circles.delete(device);
    this.#last = undefined;
  }

  #note(flow: OpenedFlow): Contact | undefined {
    const circle = this.#circle(flow.device);
    const id = this.#home.conversationId(flow.conversation);
    const isNamed = (flow.marks & MARK.named) !== 0;
    if (isNamed) circle.named.add(flow.far);
    let contact = circle.known.get(id) ?? circle.once.get(id);
    if (!contact) {
      const name = isNamed ? this.#home.nodeName(id) : undefined;
      contact = new Contact(flow, id, name, !isNamed && circle.named.has(flow.far));
      this.#meet(circle, contact);
    }
    const before = contact.rhythm.last;
    if (!contact.rhythm.note(flow.at)) return undefined;
    this.#noteAnswer(contact, before);
    contact.used = ++circle.calls;
    circle.all = undefined;
    if (contact.rhythm.count === 2) this.#keep(circle, contact);
    return contact;
  }

  /** A scan only displaces others that were met once. */
  #meet(circle: Circle, contact: Contact): void {
    const { once } = circle;
    once.set(contact.conversation, contact);
    if (once.size <= MAX_ONCE) return;
    const oldest = once.values().next().value!;
    if (this.#isInUse(oldest)) {
      oldest.used = ++circle.calls;
      this.#keep(circle, oldest);
      return;
    }
    once.delete(oldest.conversation);
    circle.displaced++;
  }

  /** The one longest unused makes room. */
  #keep(circle: Circle, contact: Contact): void {
    const { once, known } = circle;
    once.delete(contact.conversation);
    known.set(contact.conversation, contact);
    if (known.size <= MAX_KNOWN) return;
    let oldest = oldestOf(known.values());
    if (this.#isInUse(oldest)) {
      oldest.used = ++circle.calls;
      oldest = oldestOf(known.values());
    }
    known.delete(oldest.conversation);
    circle.displaced++;
  }

  #isInUse(contact: Contact): boolean {
    const before = contact.carried;
    contact.carried = this.#home.packetsDown(contact.conversation);
    return contact.carried - before >= IN_USE;
  }

  #noteAnswer(contact: Contact, called: number): void {
    const down = this.#home.packetsDown(contact.conversation);
    if (down > contact.packetsDown) this.#answered = Math.max(this.#answered, called);
    contact.packetsDown = down;
  }

  #circle(device: number): Circle {
    if (this.#last?.device === device) return this.#last;
    let circle = this.#circles.get(device);
    if (!circle) {
      circle = {
        ...{ device, once: new Map(), known: new Map(), all: undefined, calls: 0 },
        ...{ greeted: new Map(), greetings: 0, named: new RecentAddresses(MAX_NAMED), displaced: 0 },
      };
      this.#circles.set(device, circle);
    }
    this.#last = circle;
    return circle;
  }
}

function oldestOf(contacts: Iterable<Contact>): Contact {
  let oldest: Contact | undefined;
  for (const one of contacts) if (!oldest || one.used < oldest.used) oldest = one;
  return oldest!;
}

function leastOf(times: ReadonlyMap<Address, number>): Address {
  let least: Address = '';
  let time = Number.POSITIVE_INFINITY;
  for (const [address, at] of times)
    if (at < time) {
      least = address;
      time = at;
    }
  return least;
}
