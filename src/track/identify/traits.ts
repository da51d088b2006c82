import type { Traits } from '../../model/identity.ts';
import type { LeaseObservation, ServiceObservation } from '../../model/observation.ts';
import { SERVICES_PER_DEVICE, TEXT_LENGTH } from '../limits.ts';
import { Memo } from '../memo.ts';
import { SIGNALS } from './signals/all.ts';

/** Names looked up and ports that tell, kept of one device: beyond it nothing new is told by them. */
export const TELLING_PER_DEVICE = 32;
/** Domains counted of one device: who looks up more is no appliance. */
export const DOMAINS_PER_DEVICE = 48;
/** Identifiers kept: one for each family, and one for each system of a machine that starts several. */
const CLIENT_IDS = 4;
/** Options that one message can ask for. */
const PARAMETERS = 255;

const TELLING = {
  names: new Set(SIGNALS.names.map(({ what }) => what as string)),
  serves: new Set(SIGNALS.serves.map(({ what }) => what as string)),
  contacts: new Set(SIGNALS.contacts.map(({ what }) => what as string)),
} as const;

/** Labels looked at from the right: no telling name has more. */
const LABELS = 6;

/** Names whose parts are remembered, once for all devices. */
const REMEMBERED = 4096;
/** The last two labels of a name, and what it ends in that tells. */
const PARTS = new Memo(partsOf, REMEMBERED);

function partsOf(name: string): { domain: string | undefined; telling: string[] } {
  const telling: string[] = [];
  let domain: string | undefined;
  let at = name.length;
  for (let labels = 0; at > 0 && labels < LABELS; labels++) {
    at = name.lastIndexOf('.', at - 1);
    const part = name.slice(at + 1);
    if (labels === 1) domain = part;
    if (labels > 0 && TELLING.names.has(part)) telling.push(part);
  }
  return { domain, telling };
}

/** What a device told of itself and showed, as far as it helps to know it. Each note says whether it was new. */
export class KnownTraits {
  readonly clientIds = new Set<string>();
  parameters: readonly number[] = [];
  readonly services = new Set<string>();
  readonly descriptions = new Set<string>();
  readonly attributes = new Map<string, string>();
  readonly names = new Set<string>();
  readonly serves = new Set<string>();
  readonly contacts = new Set<string>();
  /** The last two labels of what it looked up, at most `DOMAINS_PER_DEVICE`. */
  readonly #domains = new Set<string>();
  /** An answer repeats the question, and a greeting the answer. */
  #lastName = '';

  /** Domains that it looked up in this run. */
  get domainCount(): number {
    return this.#domains.size;
  }

  get looksUpMuch(): boolean {
    return this.#domains.size >= DOMAINS_PER_DEVICE;
  }

  lease({ source, message, clientId, parameters }: LeaseObservation): boolean {
    const known = clientId !== undefined && note(this.clientIds, clientId, CLIENT_IDS);
    // An `inform` asks for what a lease left out, which depends on the network.
    if (source !== 'dhcp4' || message === 'inform' || !parameters) return known;
    if (sameNumbers(this.parameters, parameters)) return known;
    this.parameters = parameters.slice(0, PARAMETERS);
    return true;
  }

  announced({ service, description, attributes }: ServiceObservation): boolean {
    let changed = service !== undefined && note(this.services, cut(service), SERVICES_PER_DEVICE);
    if (description !== undefined) changed = note(this.descriptions, cut(description), SERVICES_PER_DEVICE) || changed;
    for (const [key, value] of Object.entries(attributes ?? {})) {
      const known = this.attributes.get(key);
      if (known === cut(value) || (known === undefined && this.attributes.size >= SERVICES_PER_DEVICE)) continue;
      this.attributes.set(cut(key), cut(value));
      changed = true;
    }
    return changed;
  }

  /** A name that the device looked up or greeted. */
  lookedUp(name: string): boolean {
    if (name === this.#lastName) return false;
    this.#lastName = name;
    const before = this.looksUpMuch;
    const { domain, telling } = PARTS.of(name);
    if (domain !== undefined) note(this.#domains, domain, DOMAINS_PER_DEVICE);
    let isNew = false;
    for (const part of telling) isNew = note(this.names, part, TELLING_PER_DEVICE) || isNew;
    return isNew || this.looksUpMuch !== before;
  }

  /** @param port `tcp/554` */
  reached(side: 'serves' | 'contacts', port: string): boolean {
    return TELLING[side].has(port) && note(this[side], port, TELLING_PER_DEVICE);
  }

  restore(known: Traits): void {
    const texts = (from: unknown) => (Array.isArray(from) ? from.filter((text) => typeof text === 'string') : []);
    const numbers = (from: unknown) => (Array.isArray(from) ? from.filter((one) => Number.isInteger(one)) : []);
    for (const id of texts(known.clientIds)) note(this.clientIds, cut(id), CLIENT_IDS);
    this.parameters = numbers(known.parameters).slice(0, PARAMETERS);
    for (const service of texts(known.services)) note(this.services, cut(service), SERVICES_PER_DEVICE);
    for (const text of texts(known.descriptions)) note(this.descriptions, cut(text), SERVICES_PER_DEVICE);
    for (const [key, value] of Object.entries(known.attributes ?? {}))
      if (this.attributes.size < SERVICES_PER_DEVICE) this.attributes.set(cut(key), cut(String(value)));
    for (const name of texts(known.names)) if (TELLING.names.has(name)) note(this.names, name, TELLING_PER_DEVICE);
    for (const port of texts(known.serves)) this.reached('serves', port);
    for (const port of texts(known.contacts)) this.reached('contacts', port);
  }

  /** Takes over what was known of the same device elsewhere; what is newer here stays. */
  absorb(other: KnownTraits): void {
    const { parameters } = this;
    const attributes = new Map(this.attributes);
    this.restore(other.toJSON());
    if (parameters.length > 0) this.parameters = parameters;
    for (const [key, value] of attributes) this.attributes.set(key, value);
    for (const domain of other.#domains) note(this.#domains, domain, DOMAINS_PER_DEVICE);
  }

  /** As plain JSON, without what is empty. */
  toJSON(): Traits {
    const traits: Traits = {};
    for (const key of ['clientIds', 'services', 'descriptions', 'names', 'serves', 'contacts'] as const)
      if (this[key].size > 0) traits[key] = [...this[key]];
    if (this.parameters.length > 0) traits.parameters = [...this.parameters];
    if (this.attributes.size > 0) traits.attributes = Object.fromEntries(this.attributes);
    return traits;
  }
}

function note(set: Set<string>, text: string, most: number): boolean {
  if (set.size >= most || set.has(text)) return false;
  set.add(text);
  return true;
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}

function cut(text: string): string {
  return text.length > TEXT_LENGTH ? text.slice(0, TEXT_LENGTH) : text;
}
