import { type Address, type AddressWords, formatWords, parseAddress } from '../../model/address.ts';
import type { Conversation } from '../../model/home.ts';
import type { Home } from '../../track/home.ts';
import { Memo } from '../../track/memo.ts';
import { MARK } from '../../track/witness.ts';
import type { OpenedFlow } from '../evidence/opened-flow.ts';
import { ownerOf, serviceOf } from './place.ts';
import { RecentAddresses } from './recent-addresses.ts';
import { Rhythm } from './rhythm.ts';
import { Row } from './row.ts';

/** Far ends beyond the home kept of one device: those met once, and those met again. */
const MAX_ONCE = 64;
const MAX_KNOWN = 192;
/**
 * A line that carried so many packets since it was last to make room is in use: a proxy's one connection to its broker
 * outlasts the calls at hundreds of strangers.
 */
const IN_USE = 200;
/** Servers that one device greeted by TLS lately, and addresses that it knew by a name. */
const MAX_GREETED = 256;
const MAX_NAMED = 512;
/** Texts of addresses whose meaning is remembered. */
const REMEMBERED = 4096;

/** One service at one far end beyond the home, as one device uses it. */
export class Contact {
  readonly device: number;
  /** Number of the conversation. */
  readonly conversation: number;
  /** Its entry while it lives. */
  readonly entry: number;
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
  /** Some flow of it was met in its middle: what is seen has gaps. */
  hasGaps = false;
  /** Its bytes are those of IP packets, without the link's header. */
  readonly counted: boolean;
  readonly rhythm = new Rhythm();
  /** Packets that had come back at the latest call. */
  packetsDown = 0;
  /** … when it was last to make room. */
  carried = 0;
  /** It is kept as one met again; and its neighbours in the row where it is kept. */
  isKnown = false;
  earlier: Contact | undefined;
  later: Contact | undefined;
  #owner: string | undefined;
  #service: string | undefined;
  #place: string | undefined;

  constructor(flow: OpenedFlow, conversation: number, name: string | undefined, wasNamed: boolean) {
    this.device = flow.device;
    this.conversation = conversation;
    this.entry = flow.conversation;
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
  readonly once: Row<Contact>;
  readonly known: Row<Contact>;
  /** All of these in their order, while it holds: several detectors look in the same second. */
  all: readonly Contact[] | undefined;
  readonly greeted: RecentAddresses;
  readonly named: RecentAddresses;
  /** Contacts that made room for others. */
  displaced: number;
};

/** Whom devices call beyond the home, and how often: counted once for all detectors that judge it. */
export class Contacts {
  readonly #home: Home;
  readonly #circles = new Map<number, Circle>();
  /** Those that are kept, by the entry of their conversation, so as many as there are of these: every new flow asks. */
  readonly #byEntry: (Contact | undefined)[] = [];
  readonly #addresses = new Memo(parseAddress, REMEMBERED);
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
    circle.all ??= circle.once.all().concat(circle.known.all());
    return circle.all;
  }

  /** How many of the device's contacts made room for others so far: `all` is not all then. */
  displaced(device: number): number {
    return this.#circles.get(device)?.displaced ?? 0;
  }

  /** A device greeted a server as TLS does. */
  greeted(device: number, server: Address): void {
    const words = this.#addresses.of(server);
    if (words) this.#circle(device).greeted.add(words);
  }

  /** Whether the device ever greeted the contact's server, of those it greeted lately. */
  isGreeted({ device, far }: Contact): boolean {
    return this.#circles.get(device)?.greeted.has(far) ?? false;
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
    for (const contact of this.all(device))
      if (this.#byEntry[contact.entry] === contact) this.#byEntry[contact.entry] = undefined;
    this.#circles.delete(device);
    this.#last = undefined;
  }

  #note(flow: OpenedFlow): Contact | undefined {
    const circle = this.#circle(flow.device);
    const id = this.#home.conversationId(flow.conversation);
    const isNamed = (flow.marks & MARK.named) !== 0;
    if (isNamed) circle.named.add(flow.far);
    let contact = this.#byEntry[flow.conversation];
    if (contact?.conversation !== id) {
      const name = isNamed ? this.#home.nodeName(id) : undefined;
      contact = new Contact(flow, id, name, !isNamed && circle.named.has(flow.far));
      while (this.#byEntry.length <= flow.conversation) this.#byEntry.push(undefined);
      this.#byEntry[flow.conversation] = contact;
      this.#meet(circle, contact);
    }
    contact.hasGaps ||= !flow.begun;
    const before = contact.rhythm.last;
    if (!contact.rhythm.note(flow.at)) return undefined;
    this.#noteAnswer(contact, before);
    circle.all = undefined;
    if (contact.rhythm.count > 1) this.#keep(circle, contact);
    return contact;
  }

  /** A scan only displaces others that were met once. */
  #meet(circle: Circle, contact: Contact): void {
    const { once } = circle;
    once.add(contact);
    if (once.size <= MAX_ONCE) return;
    const oldest = once.first!;
    if (this.#isInUse(oldest)) this.#keep(circle, oldest);
    else this.#displace(circle, once, oldest);
  }

  /** It is the latest in use; the one longest unused makes room. */
  #keep(circle: Circle, contact: Contact): void {
    const { once, known } = circle;
    if (contact.isKnown) {
      known.renew(contact);
      return;
    }
    once.remove(contact);
    contact.isKnown = true;
    known.add(contact);
    if (known.size <= MAX_KNOWN) return;
    if (this.#isInUse(known.first!)) known.renew(known.first!);
    this.#displace(circle, known, known.first!);
  }

  #displace(circle: Circle, row: Row<Contact>, contact: Contact): void {
    row.remove(contact);
    circle.displaced++;
    if (this.#byEntry[contact.entry] === contact) this.#byEntry[contact.entry] = undefined;
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
        ...{ device, once: new Row<Contact>(), known: new Row<Contact>(), all: undefined },
        ...{ greeted: new RecentAddresses(MAX_GREETED), named: new RecentAddresses(MAX_NAMED), displaced: 0 },
      };
      this.#circles.set(device, circle);
    }
    this.#last = circle;
    return circle;
  }
}
