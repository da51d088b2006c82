/**
 * Days of an ordinary household, made up from a seed: appliances that call their makers by the clock, people with phones and
 * computers, updates, reboots, a power cut, new devices, guests, a night of file sharing, and what happens now and then
 * (now-and-then.ts). All addresses are benchmark and private ranges (RFC 2544, RFC 5180, RFC 1918). Nobody does harm.
 */
import { between, pick, type Random, randomFor } from '../../lab/random.ts';
import { APPLIANCES, type Appliance } from './appliances.ts';
import {
  type Arrival,
  type Call,
  DAY,
  type Doing,
  duty,
  exchange,
  HOUR,
  type Member,
  MINUTE,
  MONDAY,
  meeting,
  SECOND,
  TCP,
  UDP,
} from './life.ts';
import { nowAndThen } from './now-and-then.ts';

/** Who sits before what, and how many pages or the like an hour of use has. */
const PEOPLE = [
  { hostname: 'Annes-iPhone', pages: 25, vendorClass: '' },
  { hostname: 'Bens-phone', pages: 25, vendorClass: 'android-dhcp-15' },
  { hostname: 'study-laptop', pages: 40, vendorClass: 'MSFT 5.0' },
  { hostname: 'DESKTOP-4F2K', pages: 30, plays: true, vendorClass: 'MSFT 5.0' },
  { hostname: 'family-ipad', pages: 20, vendorClass: '' },
] as const;
/** Who comes with another hardware address every so many days. */
const PRIVATE: Readonly<Record<string, number>> = { 'Bens-phone': 1, 'family-ipad': 4 };
/** Days of the guests, who stay for an evening. */
const GUESTS = [2, 6, 6, 9] as const;
const POWER_CUT = 5;
/** An hour without the internet, and when a program tries again meanwhile, ms. */
const OUTAGE = { day: 7, hour: 20 } as const;
const RETRIES = [0, 5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE];
const FILE_SHARING = 4;
const PARTS_OF_A_PAGE = [4, 22] as const;
/** Sites in order of how often they are visited, and who serves their parts. */
const SITES = 900;
const PART_SERVERS = 250;
const PEERS = 160;
/** After an update a thing starts anew. */
const INSTALLING = 3 * MINUTE;

export class OrdinaryDays {
  readonly #seed: number;
  readonly #members = new Map<string, Member>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** All of one day, in the order of time. @param day from 0 */
  day(day: number): Doing[] {
    const doings: Doing[] = [];
    const at = MONDAY + day * DAY;
    for (const appliance of APPLIANCES) this.#lives(appliance, day, at, doings);
    for (const person of PEOPLE) this.#person(person, day, at, doings);
    GUESTS.forEach((on, guest) => {
      if (on === day) this.#guest(`guest-${guest}`, at, doings);
    });
    doings.push(...nowAndThen(day, (hostname, vendorClass) => this.member(hostname, vendorClass, true), this.#seed));
    const all = day === OUTAGE.day ? doings.flatMap(withoutInternet) : doings;
    return all.sort((a, b) => a.at - b.at);
  }

  /** One of the household’s things, by its name. @param variant the how manieth hardware address it comes with */
  member(hostname: string, vendorClass = '', speaks6 = false, variant = 0): Member {
    const name = variant === 0 ? hostname : `${hostname} ${variant}`;
    const known = this.#members.get(name);
    if (known) return known;
    const number = 16 + this.#members.size;
    const octet = number.toString(16).padStart(2, '0');
    const member = {
      ...{ name, hostname, vendorClass, mac: `02:5d:00:00:00:${octet}`, address: `192.168.1.${number}` },
      ...(speaks6 && { address6: `2001:2:0:1::${octet}` }),
    };
    this.#members.set(name, member);
    return member;
  }

  #random(what: string): Random {
    return randomFor(this.#seed, what);
  }

  #lives(appliance: Appliance, day: number, at: number, doings: Doing[]): void {
    const { from = 0, until = Number.POSITIVE_INFINITY, hostname, vendorClass, speaks6 = false } = appliance;
    if (day < from || day >= until) return;
    const member = this.member(hostname, vendorClass, speaks6);
    const start = day === from && day > 0 ? at + 18 * HOUR : at;
    if (day === from) doings.push({ at: start + 1, member, joins: true });
    this.#appliance(appliance, member, day, start, doings);
  }

  #appliance(
    { hostname, duties, updates }: Appliance,
    member: Member,
    day: number,
    start: number,
    doings: Doing[],
  ): void {
    const random = this.#random(`${hostname} day ${day}`);
    const end = MONDAY + (day + 1) * DAY;
    const reboots = day === POWER_CUT ? [MONDAY + day * DAY + 15 * HOUR] : [];
    if (random() < 0.1) reboots.push(start + Math.floor(random() * (end - start - HOUR)));
    if (updates !== undefined && random() < 0.15) reboots.push(this.#update(member, updates, start, random, doings));
    for (const again of reboots) doings.push({ at: again + between(random, 0, 20 * SECOND), member, joins: true });
    for (const one of duties) {
      const begins = [
        start + random() * Math.min(one.every, 20 * MINUTE),
        ...reboots.map((time) => time + 25 * SECOND),
      ];
      for (const first of begins.slice(1)) doings.push(exchange(member, one, first + random() * 20 * SECOND, random));
      for (let at = begins[0]!; at < end; at += one.every * (1 + one.jitter * (2 * random() - 1)))
        doings.push(exchange(member, one, at, random));
    }
  }

  /**
   * Asks for news at one place and fetches some ten megabytes from ever new ones of a content network.
   * @returns when it starts anew
   */
  #update(member: Member, host: string, start: number, random: Random, doings: Doing[]): number {
    const at = start + random() * 5 * HOUR;
    const pieces = between(random, 4, 20);
    doings.push(exchange(member, duty(host, DAY), at, random));
    for (let piece = 0; piece < pieces; piece++) {
      const name = `d${between(random, 100, 999)}.cdn${between(random, 1, 9)}.example.net`;
      const fetched = duty(name, DAY, { packets: 4000 });
      doings.push(exchange(member, fetched, at + 5 * SECOND + piece * 4 * SECOND, random));
    }
    return at + pieces * 4 * SECOND + INSTALLING;
  }

  #person(
    { hostname, pages, vendorClass, ...more }: (typeof PEOPLE)[number],
    day: number,
    at: number,
    doings: Doing[],
  ): void {
    const days = PRIVATE[hostname];
    const member = this.member(hostname, vendorClass, true, days === undefined ? 0 : Math.floor(day / days));
    const random = this.#random(`${hostname} day ${day}`);
    if (day % (days ?? Number.POSITIVE_INFINITY) === 0) doings.push({ at: at + 2, member, joins: true });
    const push = duty('push.example.com', DAY, { port: 5223, rotates: 12 });
    for (let ping = at + random() * 20 * MINUTE; ping < at + DAY; ping += (15 + 20 * random()) * MINUTE)
      doings.push(exchange(member, push, ping, random));
    const hours = [7, 12, 18, 19, 20, 21, 22].filter(() => random() < 0.6);
    for (const hour of hours) this.#hour(member, day, at + hour * HOUR, pages, random, doings);
    if ('plays' in more) this.#play(member, day, at, random, doings);
  }

  #hour(member: Member, day: number, start: number, pages: number, random: Random, doings: Doing[]): void {
    for (let page = 0; page < pages; page++) {
      const at = start + random() * HOUR;
      // The nth site is visited 1/n as often as the first.
      const site = Math.floor(SITES ** random());
      doings.push(exchange(member, duty(`www.site${site}.example.com`, DAY, { packets: 60 }), at, random));
      for (let part = 0; part < between(random, ...PARTS_OF_A_PAGE); part++) {
        // Content networks answer from other places each day.
        const name = `s${Math.floor(PART_SERVERS ** random())}-${day % 3}.parts.example.net`;
        const quic = random() < 0.4 ? { protocol: UDP } : {};
        const fetched = duty(name, DAY, { packets: 40, rotates: 3, ...quic });
        doings.push(exchange(member, fetched, at + 300 + random() * 4000, random));
      }
    }
    if (random() < 0.5) {
      const film = duty(`v${between(random, 1, 40)}.video.example.net`, DAY, { packets: 12_000, rotates: 5 });
      doings.push(exchange(member, film, start + random() * HOUR, random));
    }
    if (random() < 0.2) {
      const talk = duty('meet.example.org', DAY, { port: 3478, protocol: UDP, packets: 20_000, rotates: 9 });
      doings.push({ ...exchange(member, talk, start + random() * HOUR, random), up: 18_000, bytesUp: 14e6 });
    }
  }

  /** A game with strangers most evenings, and one night of file sharing. */
  #play(member: Member, day: number, at: number, random: Random, doings: Doing[]): void {
    if (random() < 0.7) {
      const game = duty(`eu${between(random, 1, 9)}.game.example.com`, DAY, {
        port: 27_015,
        protocol: UDP,
        packets: 60_000,
      });
      doings.push(exchange(member, game, at + 20 * HOUR, random));
    }
    if (day !== FILE_SHARING) return;
    for (let peer = 0; peer < PEERS; peer++) {
      const answers = random() < 0.35;
      const up = answers ? between(random, 20, 600) : 3;
      const down = answers ? between(random, 20, 3000) : 0;
      const protocol = random() < 0.5 ? TCP : UDP;
      const port = pick(random, [6881, 51_413, between(random, 10_000, 60_000)]);
      const began = at + 23 * HOUR + random() * 40 * MINUTE;
      const much = { up, down, bytesUp: up * 200, bytesDown: down * 1400, lasts: answers ? 60_000 : 7000 };
      doings.push(meeting(member, `peer ${peer}`, began, random, { protocol, port, ...much }));
    }
  }

  #guest(hostname: string, at: number, doings: Doing[]): void {
    const member = this.member(hostname, 'android-dhcp-14', true);
    const random = this.#random(hostname);
    doings.push({ at: at + 18 * HOUR - SECOND, member, joins: true });
    for (const hour of [18, 19, 20, 21]) this.#hour(member, 0, at + hour * HOUR, 15, random, doings);
  }
}

/** What becomes of an exchange while the line is down: questions that nobody answers. */
function withoutInternet(doing: Doing): (Call | Arrival)[] {
  const begin = MONDAY + OUTAGE.day * DAY + OUTAGE.hour * HOUR;
  if ('joins' in doing || doing.at < begin || doing.at >= begin + HOUR) return [doing];
  // Who would introduce them to peers is out of reach, too.
  if (doing.name === undefined) return [];
  const lost = { ...doing, up: doing.protocol === TCP ? 4 : 2, down: 0, bytesUp: 240, bytesDown: 0, lasts: 7000 };
  return RETRIES.map((after) => ({ ...lost, at: doing.at + after }));
}
