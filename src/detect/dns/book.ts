import type { DnsObservation } from '../../model/observation.ts';
import type { Home } from '../../track/home.ts';
import { ownerStart } from './domain.ts';
import { looksEncoded, readability, UNREADABLE } from './letters.ts';

/** Devices whose look-ups are counted, and owners' domains of each: a home's PC asks for some hundred a day. */
const MAX_DEVICES = 1024;
const MAX_ZONES_PER_DEVICE = 128;
/** Bits that tell a name new in its zone from one asked for before. */
const NAME_BITS = 512;
/** Half full, the bits begin anew: a name asked for twice then counts twice, at most once in so many. */
const FULLEST = NAME_BITS / 2;

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
}

/** One owner's domain as one device asks for it. */
export class Zone {
  readonly domain: string;
  spell: Tally;
  day: Tally;
  burst: Tally;
  /** Ever answered with success, ever with "no such name". */
  resolved = false;
  refused = false;
  touched = false;
  readonly #bits = new Uint32Array(NAME_BITS / 32);
  #set = 0;

  constructor(domain: string, at: number) {
    this.domain = domain;
    this.spell = new Tally(at);
    this.day = new Tally(at);
    this.burst = new Tally(at);
  }

  pass(at: number): void {
    if (at - this.burst.since >= BURST) this.burst = new Tally(at);
    if (at - this.spell.since >= SPELL) this.spell = new Tally(at);
    if (at - this.day.since >= DAY) this.day = new Tally(at);
  }

  /** Notes a name by its hash. @returns whether it is new here */
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
    for (const tally of [this.burst, this.spell, this.day]) {
      tally.names++;
      tally.characters += characters;
      if (encoded) tally.encoded++;
      if (odd) tally.oddTypes++;
    }
  }

  answer(ok: boolean, size: number): void {
    for (const tally of [this.burst, this.spell, this.day]) {
      if (ok) tally.answered++;
      else tally.failed++;
      tally.bytesDown += size;
    }
  }
}

/** What one device asks the DNS for. */
export class Asker {
  readonly device: number;
  readonly #zones = new Map<string, Zone>();
  /** Owners' domains that exist, and that do not, first met in this stretch of time. */
  since: number;
  existing = 0;
  missing = 0;
  /** Of the missing those that no person would choose. */
  unreadable = 0;
  lastAt = 0;

  constructor(device: number, at: number) {
    this.device = device;
    this.since = at;
  }

  zone(name: string, start: number, at: number): Zone {
    const domain = start === 0 ? name : name.slice(start);
    let zone = this.#zones.get(domain);
    if (!zone) {
      if (this.#zones.size >= MAX_ZONES_PER_DEVICE) this.#makeRoom();
      // A slice would keep the whole message's text alive.
      zone = new Zone(` ${domain}`.slice(1), at);
      this.#zones.set(zone.domain, zone);
    }
    zone.touched = true;
    zone.pass(at);
    return zone;
  }

  knows(domain: string): boolean {
    return this.#zones.has(domain);
  }

  /** The longest unused goes, and what is in use stays: whoever floods the list with new domains loses those first. */
  #makeRoom(): void {
    for (const [domain, zone] of this.#zones) {
      this.#zones.delete(domain);
      if (!zone.touched) return;
      zone.touched = false;
      this.#zones.set(domain, zone);
    }
  }
}

/** What a message told that was not known; one object for all, valid until the next message. */
export class News {
  asker!: Asker;
  zone!: Zone;
  /** The name was not asked for before in its zone. */
  asked = false;
  /** A zone's first answer that a name does not exist, while none of its names did. */
  missing = false;
}

const BOOKS = new WeakMap<Home, DnsBook>();

/** The one book of a home, whichever detector asks first. */
export function dnsBookOf(home: Home): DnsBook {
  const known = BOOKS.get(home);
  if (known) return known;
  const book = new DnsBook();
  BOOKS.set(home, book);
  return book;
}

/** Counts what devices ask for, once for all detectors that judge it. */
export class DnsBook {
  readonly #askers = new Map<number, Asker>();
  readonly #news = new News();
  #taken: DnsObservation | undefined;
  #isNews = false;
  #last: Asker | undefined;

  /** Takes a message in; a message that another detector has shown before is not counted again. @returns what is new */
  take(dns: DnsObservation, device: number): News | undefined {
    if (dns !== this.#taken) {
      this.#taken = dns;
      this.#isNews = device >= 0 && dns.name !== '' && this.#count(dns, device);
    }
    return this.#isNews ? this.#news : undefined;
  }

  /** Whether a device asked for names at all, and for any of an owner's. */
  asks(device: number): boolean {
    return this.#askers.has(device);
  }
  hasAsked(device: number, domain: string): boolean {
    return this.#askers.get(device)?.knows(domain) ?? false;
  }

  forget(device: number): void {
    this.#askers.delete(device);
    if (this.#last?.device === device) this.#last = undefined;
  }

  #count(dns: DnsObservation, device: number): boolean {
    const { name, at } = dns;
    const start = ownerStart(name);
    const asker = this.#asker(device, at);
    const zone = asker.zone(name, start, at);
    const news = this.#news;
    news.asker = asker;
    news.zone = zone;
    news.missing = dns.response && this.#answered(asker, zone, dns);
    news.asked = zone.note(hashOf(name, start));
    if (news.asked) {
      const end = Math.max(0, start - 1);
      zone.count(end, looksEncoded(name, 0, end), !EVERYDAY.has(dns.type));
    }
    return news.asked || news.missing;
  }

  #answered(asker: Asker, zone: Zone, dns: DnsObservation): boolean {
    const ok = dns.rcode === NOERROR;
    if (!ok && dns.rcode !== NXDOMAIN && dns.rcode !== SERVFAIL) return false;
    zone.answer(ok, dns.size);
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
