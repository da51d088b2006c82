import { type Address, formatAddress } from '../../model/address.ts';
import type { Conversation } from '../../model/home.ts';
import type { Home } from '../../track/home.ts';
import { MARK } from '../../track/witness.ts';
import type { OpenedFlow } from '../evidence/opened-flow.ts';
import { Rhythm } from './rhythm.ts';

/** Far ends beyond the home kept of one device: those met once, and those met again. */
const MAX_ONCE = 64;
const MAX_KNOWN = 192;
/** Servers that one device greeted by TLS lately. */
const MAX_GREETED = 192;

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
  /** Its first flow began before our eyes. */
  readonly begun: boolean;
  readonly rhythm = new Rhythm();

  constructor(flow: OpenedFlow, conversation: number, name: string | undefined) {
    this.device = flow.device;
    this.conversation = conversation;
    this.protocol = flow.protocol;
    this.port = flow.port;
    this.address = formatAddress(...flow.far);
    this.name = name;
    this.first = flow.at;
    this.begun = flow.begun;
  }
}

type Circle = { once: Map<number, Contact>; known: Map<number, Contact>; greeted: Set<Address> };

/** Whom devices call beyond the home, and how often: counted once for all detectors that judge it. */
export class Contacts {
  readonly #home: Home;
  readonly #circles = new Map<number, Circle>();

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
    const { greeted } = this.#circle(device);
    greeted.delete(server);
    greeted.add(server);
    if (greeted.size <= MAX_GREETED) return;
    for (const oldest of greeted) {
      greeted.delete(oldest);
      return;
    }
  }

  /** Whether the device ever greeted the contact's server, of those it greeted lately. */
  isGreeted({ device, address }: Contact): boolean {
    return this.#circles.get(device)?.greeted.has(address) ?? false;
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
    let contact = circle.known.get(id) ?? circle.once.get(id);
    if (!contact) {
      const name = (flow.marks & MARK.named) === 0 ? undefined : this.#home.conversation(id)?.node.name;
      contact = new Contact(flow, id, name);
      keep(circle.once, contact, MAX_ONCE);
    }
    if (!contact.rhythm.note(flow.at)) return undefined;
    if (contact.rhythm.count > 1) {
      circle.once.delete(id);
      circle.known.delete(id);
      keep(circle.known, contact, MAX_KNOWN);
    }
    return contact;
  }

  #circle(device: number): Circle {
    let circle = this.#circles.get(device);
    if (!circle) {
      circle = { once: new Map(), known: new Map(), greeted: new Set() };
      this.#circles.set(device, circle);
    }
    return circle;
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
