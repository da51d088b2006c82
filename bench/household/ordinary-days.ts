/**
 * Days of an ordinary household, made up from a seed: appliances that call their makers by the clock, people with phones and
 * computers, updates, reboots, a power cut, new devices, guests, a night of file sharing. All addresses are benchmark and
 * private ranges (RFC 2544, RFC 1918). Nobody does harm.
 */
import { between, pick, type Random, randomFor } from '../../lab/random.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** A Monday, midnight. */
export const MONDAY = Date.UTC(2026, 0, 5);

export type Member = { name: string; mac: string; address: string; hostname: string; vendorClass: string };

/** One exchange with a far end: what was looked up, and how much went each way. */
export type Call = {
  at: number;
  member: Member;
  /** Looked up before; absent for a peer known by its address. */
  name?: string;
  address: string;
  protocol: number;
  port: number;
  up: number;
  down: number;
  bytesUp: number;
  bytesDown: number;
  /** ms */
  lasts: number;
};
export type Arrival = { at: number; member: Member; joins: true };
export type Doing = Call | Arrival;

type Duty = {
  name: string;
  port?: number;
  protocol?: number;
  /** ms between two calls, and by how much of that they differ. */
  every: number;
  jitter: number;
  /** Packets each way at most. */
  packets: number;
  /** Names of a content network that take turns. */
  rotates?: number;
  upload?: true;
};
type Appliance = { hostname: string; vendorClass?: string; duties: Duty[]; updates?: string; from?: number };

const TCP = 6;
const UDP = 17;
const NTP = 123;
const SMALL = 120;
const FULL = 1400;

const call = (name: string, every: number, more: Partial<Duty> = {}): Duty => ({
  ...{ name, every, jitter: 0.1, packets: 12 },
  ...more,
});
const clock = call('pool.ntp.example.org', HOUR, { port: NTP, protocol: UDP, packets: 1, rotates: 4 });

const APPLIANCES: readonly Appliance[] = [
  {
    hostname: 'garden-camera',
    vendorClass: 'udhcp 1.36.1',
    updates: 'fw.camera.example.com',
    duties: [
      call('mqtt.camera.example.com', 5 * MINUTE, { port: 8883 }),
      call('ingest.camera.example.com', 40 * MINUTE, { packets: 4000, upload: true, jitter: 0.9, rotates: 3 }),
      clock,
    ],
  },
  {
    hostname: 'front-doorbell',
    updates: 'fw.doorbell.example.com',
    duties: [
      call('api.doorbell.example.com', 2 * MINUTE),
      call('turn.doorbell.example.com', 3 * HOUR, {
        port: 3478,
        protocol: UDP,
        packets: 900,
        upload: true,
        jitter: 0.9,
      }),
      clock,
    ],
  },
  {
    hostname: 'hall-bulb',
    duties: [call('mqtt.light.example.com', 10 * MINUTE, { port: 8883 })],
    updates: 'ota.light.example.com',
  },
  {
    hostname: 'desk-bulb',
    duties: [call('mqtt.light.example.com', 10 * MINUTE, { port: 8883 })],
    updates: 'ota.light.example.com',
  },
  { hostname: 'kitchen-bulb', duties: [call('mqtt.light.example.com', 10 * MINUTE, { port: 8883 })], from: 3 },
  { hostname: 'kettle-plug', duties: [call('mqtt.plug.example.net', 4 * MINUTE, { port: 1883 }), clock] },
  { hostname: 'smoke-alarm-landing', duties: [call('alive.alarm.example.net', MINUTE, { packets: 4 })] },
  {
    hostname: 'thermostat',
    updates: 'update.thermostat.example.net',
    duties: [call('api.thermostat.example.net', 3 * MINUTE), call('weather.example.org', HOUR, { port: 80 }), clock],
  },
  {
    hostname: 'Living-Room-TV',
    vendorClass: 'SmartTV 7.2',
    updates: 'fota.tv.example.com',
    duties: [
      call('telemetry.tv.example.com', 15 * MINUTE, { packets: 30 }),
      call('ads.tracker.example.net', 30 * MINUTE, { jitter: 0.6, rotates: 6 }),
      clock,
    ],
  },
  {
    hostname: 'Bedroom-TV',
    vendorClass: 'SmartTV 7.2',
    from: 6,
    updates: 'fota.tv.example.com',
    duties: [call('telemetry.tv.example.com', 15 * MINUTE, { packets: 30 }), clock],
  },
  {
    hostname: 'kitchen-speaker',
    vendorClass: 'dhcpcd-6.8.2:Linux',
    updates: 'fw.speaker.example.com',
    duties: [
      call('voice.speaker.example.com', 90 * SECOND),
      call('radio.example.org', 5 * HOUR, { packets: 8000, jitter: 0.8, rotates: 8 }),
      clock,
    ],
  },
  {
    hostname: 'kitchen-fridge',
    vendorClass: 'udhcp 1.24.2',
    duties: [call('api.fridge.example.com', 10 * MINUTE), clock],
  },
  {
    hostname: 'robot-vacuum',
    duties: [call('mqtt.vacuum.example.com', 2 * MINUTE, { port: 8883 })],
    updates: 'ota.vacuum.example.com',
  },
  {
    hostname: 'HP-LaserJet',
    duties: [call('ink.printer.example.com', 6 * HOUR), call('lookup.printer.example.com', DAY)],
  },
  { hostname: 'front-door-lock', duties: [call('api.lock.example.net', 5 * MINUTE)] },
];

/** Who sits before what, and how many pages or the like an hour of use has. */
const PEOPLE = [
  { hostname: 'Annes-iPhone', pages: 25, plays: false, vendorClass: '' },
  { hostname: 'Bens-phone', pages: 25, plays: false, vendorClass: 'android-dhcp-15' },
  { hostname: 'study-laptop', pages: 40, plays: false, vendorClass: 'MSFT 5.0' },
  { hostname: 'DESKTOP-4F2K', pages: 30, plays: true, vendorClass: 'MSFT 5.0' },
  { hostname: 'family-ipad', pages: 20, plays: false, vendorClass: '' },
] as const;
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
    for (const appliance of APPLIANCES) {
      const { from = 0, hostname } = appliance;
      if (day < from) continue;
      const start = day === from && day > 0 ? at + 18 * HOUR : at;
      if (day === from)
        doings.push({ at: start + 1, member: this.#member(hostname, appliance.vendorClass), joins: true });
      this.#appliance(appliance, day, start, doings);
    }
    for (const person of PEOPLE)
      this.#person(person.hostname, person.pages, day, doings, person.vendorClass, person.plays);
    GUESTS.forEach((on, guest) => {
      if (on === day) this.#guest(`guest-${guest}`, at, doings);
    });
    const all = day === OUTAGE.day ? doings.flatMap(withoutInternet) : doings;
    return all.sort((a, b) => a.at - b.at);
  }

  /** One of the household’s things, by its name. */
  member(hostname: string): Member {
    return this.#member(hostname);
  }

  #random(what: string): Random {
    return randomFor(this.#seed, what);
  }

  #member(hostname: string, vendorClass = ''): Member {
    const known = this.#members.get(hostname);
    if (known) return known;
    const number = 16 + this.#members.size;
    const octet = number.toString(16).padStart(2, '0');
    const member = {
      ...{ name: hostname, hostname, vendorClass },
      ...{ mac: `02:5d:00:00:00:${octet}`, address: `192.168.1.${number}` },
    };
    this.#members.set(hostname, member);
    return member;
  }

  #appliance({ hostname, duties, updates, vendorClass }: Appliance, day: number, start: number, doings: Doing[]): void {
    const member = this.#member(hostname, vendorClass);
    const random = this.#random(`${hostname} day ${day}`);
    const end = MONDAY + (day + 1) * DAY;
    const reboots = day === POWER_CUT ? [MONDAY + day * DAY + 15 * HOUR] : [];
    if (random() < 0.1) reboots.push(start + Math.floor(random() * (end - start - HOUR)));
    for (const again of reboots) doings.push({ at: again + between(random, 0, 20 * SECOND), member, joins: true });
    for (const duty of duties) {
      const begins = [start + random() * Math.min(duty.every, 20 * MINUTE), ...reboots.map((one) => one + 25 * SECOND)];
      for (const first of begins.slice(1))
        doings.push(this.#call(member, duty, first + random() * 20 * SECOND, random));
      for (let at = begins[0]!; at < end; at += duty.every * (1 + duty.jitter * (2 * random() - 1)))
        doings.push(this.#call(member, duty, at, random));
    }
    if (updates !== undefined && random() < 0.15) this.#update(member, updates, start, random, doings);
  }

  #call(member: Member, duty: Duty, at: number, random: Random): Call {
    const { name, port = 443, protocol = TCP, packets, rotates = 1, upload } = duty;
    const most = Math.max(1, Math.round(packets * (0.4 + 0.6 * random())));
    const [up, down] = upload ? [most, Math.ceil(most / 3)] : [Math.max(1, Math.ceil(most * 0.7)), most];
    const heavy = packets > 100 ? FULL : SMALL;
    return {
      ...{
        at,
        member,
        name,
        address: addressOf(`${name} ${Math.floor(random() * rotates)}`),
        protocol,
        port,
        up,
        down,
      },
      ...{ bytesUp: up * (upload ? heavy : SMALL), bytesDown: down * (upload ? SMALL : heavy) },
      lasts: packets > 100 ? most * 15 : 400,
    };
  }

  /** Asks for news at one place and fetches some ten megabytes from ever new ones of a content network. */
  #update(member: Member, host: string, start: number, random: Random, doings: Doing[]): void {
    const at = start + random() * 5 * HOUR;
    doings.push(this.#call(member, call(host, DAY), at, random));
    for (let piece = 0; piece < between(random, 4, 20); piece++) {
      const name = `d${between(random, 100, 999)}.cdn${between(random, 1, 9)}.example.net`;
      doings.push(this.#call(member, call(name, DAY, { packets: 4000 }), at + 5 * SECOND + piece * 4 * SECOND, random));
    }
  }

  #person(hostname: string, pages: number, day: number, doings: Doing[], vendorClass: string, plays: boolean): void {
    const member = this.#member(hostname, vendorClass);
    const random = this.#random(`${hostname} day ${day}`);
    const at = MONDAY + day * DAY;
    if (day === 0) doings.push({ at: at + 2, member, joins: true });
    for (let ping = at + random() * 20 * MINUTE; ping < at + DAY; ping += (15 + 20 * random()) * MINUTE)
      doings.push(this.#call(member, call('push.example.com', DAY, { port: 5223, rotates: 12 }), ping, random));
    const hours = [7, 12, 18, 19, 20, 21, 22].filter(() => random() < 0.6);
    for (const hour of hours) this.#hour(member, at + hour * HOUR, pages, random, doings);
    if (plays) this.#play(member, day, at, random, doings);
  }

  #hour(member: Member, start: number, pages: number, random: Random, doings: Doing[]): void {
    for (let page = 0; page < pages; page++) {
      const at = start + random() * HOUR;
      // The nth site is visited 1/n as often as the first.
      const site = Math.floor(SITES ** random());
      doings.push(this.#call(member, call(`www.site${site}.example.com`, DAY, { packets: 60 }), at, random));
      for (let part = 0; part < between(random, ...PARTS_OF_A_PAGE); part++) {
        const name = `s${Math.floor(PART_SERVERS ** random())}.parts.example.net`;
        const quic = random() < 0.4 ? { protocol: UDP } : {};
        doings.push(
          this.#call(member, call(name, DAY, { packets: 40, rotates: 3, ...quic }), at + 300 + random() * 4000, random),
        );
      }
    }
    if (random() < 0.5) {
      const film = call(`v${between(random, 1, 40)}.video.example.net`, DAY, { packets: 12_000, rotates: 5 });
      doings.push(this.#call(member, film, start + random() * HOUR, random));
    }
    if (random() < 0.2) {
      const talk = call('meet.example.org', DAY, { port: 3478, protocol: UDP, packets: 20_000, rotates: 9 });
      doings.push({ ...this.#call(member, talk, start + random() * HOUR, random), up: 18_000, bytesUp: 14e6 });
    }
  }

  /** A game with strangers most evenings, and one night of file sharing. */
  #play(member: Member, day: number, at: number, random: Random, doings: Doing[]): void {
    if (random() < 0.7) {
      const game = call(`eu${between(random, 1, 9)}.game.example.com`, DAY, {
        port: 27_015,
        protocol: UDP,
        packets: 60_000,
      });
      doings.push(this.#call(member, game, at + 20 * HOUR, random));
    }
    if (day !== FILE_SHARING) return;
    for (let peer = 0; peer < PEERS; peer++) {
      const answers = random() < 0.35;
      const up = answers ? between(random, 20, 600) : 3;
      const down = answers ? between(random, 20, 3000) : 0;
      doings.push({
        ...{ at: at + 23 * HOUR + random() * 40 * MINUTE, member, address: addressOf(`peer ${peer}`) },
        ...{
          protocol: random() < 0.5 ? TCP : UDP,
          port: pick(random, [6881, 51_413, between(random, 10_000, 60_000)]),
        },
        ...{ up, down, bytesUp: up * 200, bytesDown: down * FULL, lasts: answers ? 60_000 : 7000 },
      });
    }
  }

  #guest(hostname: string, at: number, doings: Doing[]): void {
    const member = this.#member(hostname, 'android-dhcp-14');
    const random = this.#random(hostname);
    doings.push({ at: at + 18 * HOUR - SECOND, member, joins: true });
    for (const hour of [18, 19, 20, 21]) this.#hour(member, at + hour * HOUR, 15, random, doings);
  }
}

/** What becomes of an exchange while the line is down: questions that nobody answers. */
function withoutInternet(doing: Doing): Doing[] {
  const begin = MONDAY + OUTAGE.day * DAY + OUTAGE.hour * HOUR;
  if ('joins' in doing || doing.at < begin || doing.at >= begin + HOUR) return [doing];
  const lost = { ...doing, up: doing.protocol === TCP ? 4 : 2, down: 0, bytesUp: 240, bytesDown: 0, lasts: 7000 };
  return RETRIES.map((after) => ({ ...lost, at: doing.at + after }));
}

/** An address of 198.18.0.0/15 for a text, always the same. */
function addressOf(text: string): string {
  const random = randomFor(7, text);
  return `198.${between(random, 18, 19)}.${between(random, 0, 255)}.${between(random, 1, 254)}`;
}
