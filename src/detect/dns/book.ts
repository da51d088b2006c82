import type { DnsObservation } from '../../model/observation.ts';
import { Memo } from '../../track/memo.ts';
import { ownerDomain } from './domain.ts';
import { looksEncoded, readability, UNREADABLE } from './letters.ts';

/** Devices whose look-ups are counted, and owners' domains of each: a home's PC asks for some hundred a day. */
const MAX_DEVICES = 1024;
const MAX_ZONES_PER_DEVICE = 512;
/** Of all devices; beyond it a device makes room among its own, down to a few. */
const MAX_ZONES = 32_768;
const FEWEST_ZONES = 16;
/** Names whose owner is remembered, once for all devices. */
const REMEMBERED = 8192;
/** Bits that tell a name new in its zone from one asked for before. */
const NAME_BITS = 1024;
/** Half full, the bits begin anew: a name asked for twice then counts twice, at most once in so many. */
const FULLEST = NAME_BITS / 2;
/** Names of one owner that are kept one by one. */
const FEW = 6;
/** Zones looked at for one that was not asked for lately, when room is made. */
const LOOKED_AT = 8;

export const SECOND = 1000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
/** How long numbers of a zone are gathered before they begin anew, ms. */
export const SPELL = 10 * MINUTE;
export const DAY = 24 * HOUR;
export const BURST = 10 * SECOND;

/** A shorter label may well be an abbreviation. */
const SHORTEST_JUDGED = 7;

const NOERROR = 0;
const SERVFAIL = 2;
const NXDOMAIN = 3;

/**
 * Types that end devices ask for every day (IANA "Resource Record TYPEs"): A, PTR, AAAA, SRV, NAPTR, SVCB, HTTPS.
 * Others – NULL, TXT, KEY, MX, CNAME, private ones – carry much, and are what tunnels use.
 */
const EVERYDAY = new Set([1, 12, 28, 33, 35, 64, 65]);

/** What was asked below one owner's domain within one stretch of time. */
export class Tally {
  since: number;
  /** Names not asked for before, characters of them left of the domain, and how many look like encoded data. */
  names = 0;
  characters = 0;
  encoded = 0;
  /** New names asked with a type that is no everyday one. */
  oddTypes = 0;
  answered = 0;
  failed = 0;
  bytesDown = 0;

  constructor(since: number) {
    this.since = since;
  }

  /** A new stretch of time begins. */
  begin(since: number): void {
    this.since = since;
    this.names = this.characters = this.encoded = this.oddTypes = 0;
    this.answered = this.failed = this.bytesDown = 0;
  }

  count(characters: number, encoded: boolean, odd: boolean): void {
    this.names++;
    this.characters += characters;
    if (encoded) this.encoded++;
    if (odd) this.oddTypes++;
  }

  answer(ok: boolean, size: number): void {
    if (ok) this.answered++;
    else this.failed++;
    this.bytesDown += size;
  }
}

/** What is asked below a domain of many names: counted in three stretches of time, and which names were asked before. */
class Crowd {
  readonly spell: Tally;
  readonly day: Tally;
  readonly burst: Tally;
  readonly #bits = new Uint32Array(NAME_BITS / 32);
  #set = 0;

  constructor(at: number) {
    this.spell = new Tally(at);
    this.day = new Tally(at);
    this.burst = new Tally(at);
  }

  pass(at: number): void {
    if (at - this.burst.since >= BURST) this.burst.begin(at);
    if (at - this.spell.since >= SPELL) this.spell.begin(at);
    if (at - this.day.since >= DAY) this.day.begin(at);
  }

  note(hash: number): boolean {
    const bit = hash & (NAME_BITS - 1);
    const mask = 1 << (bit & 31);
    if ((this.#bits[bit >>> 5]! & mask) !== 0) return false;
    if (++this.#set > FULLEST) {
      this.#bits.fill(0);
      this.#set = 1;
    }
    this.#bits[bit >>> 5]! |= mask;
    return true;
  }

  count(characters: number, encoded: boolean, odd: boolean): void {
    this.burst.count(characters, encoded, odd);
    this.spell.count(characters, encoded, odd);
    this.day.count(characters, encoded, odd);
  }

  answer(ok: boolean, size: number): void {
    this.burst.answer(ok, size);
    this.spell.answer(ok, size);
    this.day.answer(ok, size);
  }
}

/** One owner's domain as one device asks for it. Few have more than a handful of names; only those are counted closely. */
export class Zone {
  readonly domain: string;
  /** Ever answered with success, ever with "no such name". */
  resolved = false;
  refused = false;
  touched = true;
  /** Day of the last answer with success. */
  resolvedDay = Number.NEGATIVE_INFINITY;
  /** Hashes of the first names. */
  readonly #few: number[] = [];
  /** From the time on that there are more. */
  crowd: Crowd | undefined;

  constructor(domain: string) {
    this.domain = domain;
  }

  /** Notes a name by its hash. @returns whether it is new here */
  note(hash: number, at: number): boolean {
    if (this.#few.includes(hash)) return false;
    if (this.#few.length < FEW) {
      this.#few.push(hash);
      return true;
    }
    this.crowd ??= new Crowd(at);
    this.crowd.pass(at);
    return this.crowd.note(hash);
  }
}

/** What one device asks the DNS for. */
export class Asker {
  readonly device: number;
  readonly #zones = new Map<string, Zone>();
  /** An answer follows its question. */
  #last: Zone | undefined;
  /** Owners' domains that exist, and that do not, first met in this stretch of time. */
  since: number;
  existing = 0;
  missing = 0;
  /** Of the missing those that no person would choose. */
  unreadable = 0;
  lastAt = 0;
  lastName = '';

  constructor(device: number, at: number) {
    this.device = device;
    this.since = at;
  }

  /** The zone of a domain. @param mayGrow whether there is room for one more in the book */
  zone(domain: string, mayGrow: boolean): Zone {
    let zone = this.#last?.domain === domain ? this.#last : this.#zones.get(domain);
    if (!zone) {
      const { size } = this.#zones;
      if (size >= MAX_ZONES_PER_DEVICE || (!mayGrow && size >= FEWEST_ZONES)) this.#makeRoom();
      zone = new Zone(domain);
      this.#zones.set(domain, zone);
    }
    zone.touched = true;
    this.#last = zone;
    return zone;
  }

  get size(): number {
    return this.#zones.size;
  }

  knows(domain: string): boolean {
    return this.#zones.has(domain);
  }

  /** An old one that is not in use goes: whoever floods the list with new domains loses those first. */
  #makeRoom(): void {
    let looked = 0;
    for (const [domain, zone] of this.#zones) {
      this.#zones.delete(domain);
      if (!zone.touched || ++looked > LOOKED_AT) return;
      zone.touched = false;
      this.#zones.set(domain, zone);
    }
  }
}

/** What a message is about, and what of it was not known; one object for all, valid until the next message. */
export class News {
  asker!: Asker;
  zone!: Zone;
  /** The name was not asked for before in its zone. */
  asked = false;
  /** A zone's first answer that a name does not exist, while none of its names did. */
  missing = false;
  /** The first answer with success below this owner's domain in a day. */
  resolved = false;
}

/** Counts what devices ask for, once for all detectors that judge it. */
export class DnsBook {
  readonly #askers = new Map<number, Asker>();
  readonly #news = new News();
  readonly #owners = new Memo((name) => ` ${ownerDomain(name)}`.slice(1), REMEMBERED);
  #zones = 0;
  #last: Asker | undefined;

  /** Takes a message in. @returns what is new; `undefined` for nothing */
  take(dns: DnsObservation, device: number): News | undefined {
    if (device < 0 || dns.name === '') return undefined;
    this.#count(dns, device);
    const { asked, missing, resolved } = this.#news;
    return asked || missing || resolved ? this.#news : undefined;
  }

  /** Whether a device asked for names at all, and for any of an owner's. */
  asks(device: number): boolean {
    return this.#askers.has(device);
  }
  hasAsked(device: number, domain: string): boolean {
    return this.#askers.get(device)?.knows(domain) ?? false;
  }

  forget(device: number): void {
    this.#zones -= this.#askers.get(device)?.size ?? 0;
    this.#askers.delete(device);
    if (this.#last?.device === device) this.#last = undefined;
  }

  #count(dns: DnsObservation, device: number): void {
    const { name, at } = dns;
    const domain = this.#owners.of(name);
    const start = name.length - domain.length;
    const asker = this.#asker(device, at);
    const before = asker.size;
    const zone = asker.zone(domain, this.#zones < MAX_ZONES);
    this.#zones += asker.size - before;
    const news = this.#news;
    news.asker = asker;
    news.zone = zone;
    news.missing = dns.response && this.#answered(asker, zone, dns);
    const day = Math.floor(at / DAY);
    news.resolved = dns.response && dns.rcode === NOERROR && zone.resolvedDay !== day;
    if (news.resolved) zone.resolvedDay = day;
    // An answer repeats the name that was just asked for.
    news.asked = (!dns.response || asker.lastName !== name) && zone.note(hashOf(name, start), at);
    if (!dns.response) asker.lastName = name;
    if (!news.asked || !zone.crowd) return;
    const end = Math.max(0, start - 1);
    zone.crowd.count(end, looksEncoded(name, 0, end), !EVERYDAY.has(dns.type));
  }

  #answered(asker: Asker, zone: Zone, dns: DnsObservation): boolean {
    const ok = dns.rcode === NOERROR;
    if (!ok && dns.rcode !== NXDOMAIN && dns.rcode !== SERVFAIL) return false;
    zone.crowd?.answer(ok, dns.size);
    if (ok && !zone.resolved) {
      zone.resolved = true;
      asker.existing++;
    } else if (dns.rcode === NXDOMAIN && !zone.refused && !zone.resolved) {
      zone.refused = true;
      asker.missing++;
      const dot = zone.domain.indexOf('.');
      if (dot >= SHORTEST_JUDGED && readability(zone.domain, 0, dot) < UNREADABLE) asker.unreadable++;
      return dot > 0;
    }
    return false;
  }

  #asker(device: number, at: number): Asker {
    let asker = this.#last?.device === device ? this.#last : this.#askers.get(device);
    if (!asker) {
      if (this.#askers.size >= MAX_DEVICES) this.#forgetIdlest();
      asker = new Asker(device, at);
      this.#askers.set(device, asker);
    }
    if (at - asker.since >= HOUR) {
      asker.since = at;
      asker.existing = asker.missing = asker.unreadable = 0;
    }
    asker.lastAt = at;
    this.#last = asker;
    return asker;
  }

  #forgetIdlest(): void {
    let idlest: Asker | undefined;
    for (const asker of this.#askers.values()) if (!idlest || asker.lastAt < idlest.lastAt) idlest = asker;
    if (idlest) this.forget(idlest.device);
  }
}

/** FNV-1a over the part of a name left of its owner's domain, folded so that few bits serve. */
function hashOf(name: string, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < end; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash ^ (hash >>> 15);
}
