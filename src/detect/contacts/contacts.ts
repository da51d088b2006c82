import { type Address, formatAddress } from '../../model/address.ts';
import type { Conversation } from '../../model/home.ts';
import type { Home } from '../../track/home.ts';
import { MARK } from '../../track/witness.ts';
import type { OpenedFlow } from '../evidence/opened-flow.ts';
import { Rhythm } from './rhythm.ts';

/** Far ends beyond the home kept of one device: those met once, and those met again. */
const MAX_ONCE = 64;
const MAX_KNOWN = 192;
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
  readonly address: Address;
  /** The name under which the device knows the far end, at the latest start. */
  name: string | undefined;
  readonly first: number;
  /** The device knew this address by a name before, which it outlived, as when no name can be looked up. */
  readonly wasNamed: boolean;
  /** Its first flow began before our eyes. */
  readonly begun: boolean;
  readonly rhythm = new Rhythm();
  /** Packets that had come back at the latest call. */
  packetsDown = 0;

  constructor(flow: OpenedFlow, conversation: number, name: string | undefined, wasNamed: boolean) {
    this.device = flow.device;
    this.conversation = conversation;
    this.protocol = flow.protocol;
    this.port = flow.port;
    this.address = formatAddress(...flow.far);
    this.name = name;
    this.wasNamed = wasNamed;
    this.first = flow.at;
    this.begun = flow.begun;
  }
}

type Circle = { once: Map<number, Contact>; known: Map<number, Contact>; greeted: Set<Address>; named: Set<Address> };

/** Whom devices call beyond the home, and how often: counted once for all detectors that judge it. */
export class Contacts {
  readonly #home: Home;
  readonly #circles = new Map<number, Circle>();
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

  all(device: number): Contact[] {
    const circle = this.#circles.get(device);
    return circle ? [...circle.once.values(), ...circle.known.values()] : [];
  }

  /** A device greeted a server as TLS does. */
  greeted(device: number, server: Address): void {
    remember(this.#circle(device).greeted, server, MAX_GREETED);
  }

  /** Whether the device ever greeted the contact's server, of those it greeted lately. */
  isGreeted({ device, address }: Contact): boolean {
    return this.#circles.get(device)?.greeted.has(address) ?? false;
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
  }

  #note(flow: OpenedFlow): Contact | undefined {
    const circle = this.#circle(flow.device);
    const id = this.#home.conversationId(flow.conversation);
    const isNamed = (flow.marks & MARK.named) !== 0;
    if (isNamed) remember(circle.named, formatAddress(...flow.far), MAX_NAMED);
    let contact = circle.known.get(id) ?? circle.once.get(id);
    if (!contact) {
      const name = isNamed ? this.#home.conversation(id)?.node.name : undefined;
      contact = new Contact(flow, id, name, !isNamed && circle.named.has(formatAddress(...flow.far)));
      keep(circle.once, contact, MAX_ONCE);
    }
    const before = contact.rhythm.last;
    if (!contact.rhythm.note(flow.at)) return undefined;
    this.#noteAnswer(contact, before);
    if (contact.rhythm.count > 1) {
      circle.once.delete(id);
      circle.known.delete(id);
      keep(circle.known, contact, MAX_KNOWN);
    }
    return contact;
  }

  #noteAnswer(contact: Contact, called: number): void {
    const down = this.#home.packetsDown(contact.conversation);
    if (down > contact.packetsDown) this.#answered = Math.max(this.#answered, called);
    contact.packetsDown = down;
  }

  #circle(device: number): Circle {
    let circle = this.#circles.get(device);
    if (!circle) {
      circle = { once: new Map(), known: new Map(), greeted: new Set(), named: new Set() };
      this.#circles.set(device, circle);
    }
    return circle;
  }
}

function remember(addresses: Set<Address>, address: Address, most: number): void {
  addresses.delete(address);
  addresses.add(address);
  if (addresses.size <= most) return;
  for (const oldest of addresses) {
    addresses.delete(oldest);
    return;
  }
}

/** The one longest unused makes room; a scan only displaces others that were met once. */
function keep(contacts: Map<number, Contact>, contact: Contact, most: number): void {
  contacts.set(contact.conversation, contact);
  if (contacts.size <= most) return;
  for (const oldest of contacts.keys()) {
    contacts.delete(oldest);
    return;
  }
}
