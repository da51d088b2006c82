/** What devices of an ordinary home do, as actors. */
import { type FrameWriter, type Payload, TCP } from './frames.ts';
import { ALL_NODES, type Device, EVERYBODY, MDNS, PREFIX, ROUTER, ROUTER_LINK, type Service } from './household.ts';
import { arp, dhcp, mdnsQuery, neighbourAdvertisement, routerAdvertisement } from './messages.ts';
import type { Random } from './random.ts';
import type { Actor } from './schedule.ts';

const SEGMENT = 1448;
/** Of the packets with data: so many are full segments in the main direction; of the rest, so many carry a little. */
const FULL_SHARE = 0.43;
const SMALL_SHARE = 0.2;
const SMALL = 180;

/** Contents of all data segments: a TLS application data header (RFC 8446 §5.2) and noise. */
const NOISE = new Uint8Array(SEGMENT);
const NOTHING: Payload = { bytes: NOISE, length: 0 };
const FULL: Payload = { bytes: NOISE, length: SEGMENT };
const FEW: Payload = { bytes: NOISE, length: SMALL };

export function fillNoise(random: Random): void {
  NOISE.set(random.bytes(SEGMENT));
  NOISE.set([0x17, 3, 3, 5, 0xa3]);
}

export const whole = (bytes: Uint8Array): Payload => ({ bytes, length: bytes.length });

/** Packets of a session beside its data: query, answer, handshake, hellos and the end. */
export const sessionOverhead = (service: Service): number => 9 + Math.ceil(service.hello.length / SEGMENT);

/** A look-up and the TLS connection that follows it. */
export class Session implements Actor {
  readonly #writer: FrameWriter;
  readonly #random: Random;
  readonly #device: Device;
  readonly #service: Service;
  readonly #v6: boolean;
  readonly #port: number;
  readonly #gap: number;
  readonly #uploads: boolean;
  #data: number;
  #stage = 0;
  #sentHello = 0;
  /** Sequence numbers of both ends. */
  #upNext = 1000;
  #downNext = 5000;

  constructor(writer: FrameWriter, random: Random, device: Device, service: Service, data: number, duration: number) {
    this.#writer = writer;
    this.#random = random;
    this.#device = device;
    this.#service = service;
    this.#data = data;
    this.#v6 = random.below(10) < 3;
    this.#port = 16_384 + random.below(49_152);
    this.#gap = Math.min(0.4, duration / (data + 20));
    this.#uploads = device.truth.name.startsWith('camera');
  }

  act(time: number): number {
    const { hello } = this.#service;
    switch (this.#stage) {
      case 0:
        this.#stage = 1;
        this.#ask(time);
        return time + 0.004 + this.#random.unit() * 0.03;
      case 1:
        this.#stage = 2;
        this.#answer(time);
        return time + 0.001;
      case 2:
        this.#stage = 3;
        this.#up(time, TCP.syn, NOTHING);
        return time + 0.012;
      case 3:
        this.#stage = 4;
        this.#down(time, TCP.syn | TCP.ack, NOTHING);
        return time + 0.0005;
      case 4:
        this.#stage = 5;
        this.#up(time, TCP.ack, NOTHING);
        return time + 0.0005;
      case 5: {
        const part = hello.subarray(this.#sentHello, this.#sentHello + SEGMENT);
        this.#up(time, TCP.ack | TCP.push, whole(part));
        this.#sentHello += part.length;
        if (this.#sentHello < hello.length) return time + 0.00002;
        this.#device.truth.hellos += 1;
        this.#stage = 6;
        return time + 0.014;
      }
      case 6:
        this.#stage = this.#data > 0 ? 7 : 8;
        this.#down(time, TCP.ack, FULL);
        return time + 0.001;
      case 7:
        this.#transfer(time);
        this.#data -= 1;
        if (this.#data === 0) this.#stage = 8;
        return time + this.#gap * (0.2 + 1.6 * this.#random.unit());
      case 8:
        this.#stage = 9;
        this.#up(time, TCP.fin | TCP.ack, NOTHING);
        return time + 0.012;
      case 9:
        this.#stage = 10;
        this.#down(time, TCP.fin | TCP.ack, NOTHING);
        return time + 0.0005;
      default:
        this.#up(time, TCP.ack, NOTHING);
        return Number.POSITIVE_INFINITY;
    }
  }

  #ask(time: number): void {
    const query = this.#service.query[this.#v6 ? 1 : 0];
    this.#writer.udp(time, this.#device, ROUTER, false, this.#port, 53, this.#named(query));
    this.#device.leaves(this.#writer.lastLength);
    this.#device.truth.dnsQueries += 1;
  }

  #answer(time: number): void {
    const answer = this.#service.answer[this.#v6 ? 1 : 0];
    this.#writer.udp(time, ROUTER, this.#device, false, 53, this.#port, this.#named(answer));
    this.#device.enters(this.#writer.lastLength);
    this.#device.truth.dnsAnswers += 1;
  }

  /** The port serves as the message's id too: both sides of a look-up know it. */
  #named(message: Uint8Array): Payload {
    message[0] = this.#port >>> 8;
    message[1] = this.#port & 0xff;
    return whole(message);
  }

  #transfer(time: number): void {
    const drawn = this.#random.unit();
    const onward = drawn < FULL_SHARE;
    const payload = onward ? FULL : drawn < FULL_SHARE + SMALL_SHARE ? FEW : NOTHING;
    if (onward === this.#uploads) this.#up(time, TCP.ack, payload);
    else this.#down(time, TCP.ack, payload);
  }

  #up(time: number, flags: number, payload: Payload): void {
    const { end, total } = this.#service;
    this.#writer.tcp(
      time,
      this.#device,
      end,
      this.#v6,
      this.#port,
      443,
      this.#upNext,
      flags & TCP.ack ? this.#downNext : 0,
      flags,
      payload,
    );
    this.#upNext += payload.length + (flags & (TCP.syn | TCP.fin) ? 1 : 0);
    this.#device.leaves(this.#writer.lastLength);
    total.packets += 1;
    total.bytes += this.#writer.lastLength;
  }

  #down(time: number, flags: number, payload: Payload): void {
    const { end, total } = this.#service;
    this.#writer.tcp(time, end, this.#device, this.#v6, 443, this.#port, this.#downNext, this.#upNext, flags, payload);
    this.#downNext += payload.length + (flags & (TCP.syn | TCP.fin) ? 1 : 0);
    this.#device.enters(this.#writer.lastLength);
    total.packets += 1;
    total.bytes += this.#writer.lastLength;
  }
}

const NTP: Payload = { bytes: Uint8Array.from({ length: 48 }, (_, at) => (at === 0 ? 0x23 : 0)), length: 48 };
const STREAM: Payload = { bytes: new Uint8Array(1200).fill(0x55), length: 1200 };

/** A short exchange without a look-up: time, echo, or a stream of QUIC-like datagrams (short headers only). */
export class Exchange implements Actor {
  readonly #writer: FrameWriter;
  readonly #device: Device;
  readonly #service: Service;
  readonly #kind: 'time' | 'echo' | 'stream';
  readonly #port: number;
  readonly #gap: number;
  #left: number;

  constructor(
    writer: FrameWriter,
    random: Random,
    device: Device,
    service: Service,
    kind: 'time' | 'echo' | 'stream',
    packets: number,
    duration: number,
  ) {
    this.#writer = writer;
    this.#device = device;
    this.#service = service;
    this.#kind = kind;
    this.#port = 16_384 + random.below(49_152);
    this.#gap = Math.min(0.05, duration / (packets + 1));
    this.#left = packets;
  }

  act(time: number): number {
    const up = this.#left % 2 === 0;
    const [from, to] = up ? [this.#device, this.#service.end] : [this.#service.end, this.#device];
    if (this.#kind === 'echo') {
      const message = Uint8Array.of(
        up ? 8 : 0,
        0,
        0,
        0,
        this.#port >>> 8,
        this.#port & 0xff,
        0,
        1,
        ...new Uint8Array(56),
      );
      this.#writer.ip(time, from, to, false, 1, whole(message));
    } else {
      const server = this.#kind === 'time' ? 123 : 443;
      const [source, target] = up ? [this.#port, server] : [server, this.#port];
      this.#writer.udp(
        time,
        from,
        to,
        false,
        source,
        target,
        this.#kind === 'time' ? NTP : up ? { ...STREAM, length: 60 } : STREAM,
      );
    }
    if (up) this.#device.leaves(this.#writer.lastLength);
    else this.#device.enters(this.#writer.lastLength);
    this.#left -= 1;
    return this.#left > 0 ? time + this.#gap : Number.POSITIVE_INFINITY;
  }
}

/** Getting an address, then what a local network hears of a device now and then. */
export class Presence implements Actor {
  readonly #writer: FrameWriter;
  readonly #device: Device;
  readonly #until: number;
  #round = 0;

  constructor(writer: FrameWriter, device: Device, until: number) {
    this.#writer = writer;
    this.#device = device;
    this.#until = until;
  }

  act(time: number): number {
    if (this.#round === 0) this.#lease(time);
    const writer = this.#writer;
    const device = this.#device;
    writer.raw(time, device.mac, EVERYBODY.mac, 0x0806, whole(arp(1, device, ROUTER)));
    writer.raw(time, ROUTER.mac, device.mac, 0x0806, whole(arp(2, ROUTER, device)));
    writer.ip(time, device, ALL_NODES, true, 58, whole(neighbourAdvertisement(device, ALL_NODES)));
    device.leaves(writer.lastLength);
    writer.udp(time, device, MDNS, false, 5353, 5353, whole(mdnsQuery('_hap._tcp.local')));
    device.leaves(writer.lastLength);
    this.#round += 1;
    return time + 240 < this.#until ? time + 240 : Number.POSITIVE_INFINITY;
  }

  #lease(time: number): void {
    const writer = this.#writer;
    const device = this.#device;
    for (const type of [1, 2, 3, 5]) {
      const message = whole(dhcp(type, device, ROUTER, device.truth.name));
      if (type % 2 === 1 && type !== 5) {
        writer.udp(time, { ...device, v4: 0 }, EVERYBODY, false, 68, 67, message);
        device.leaves(writer.lastLength);
      } else {
        writer.udp(time, ROUTER, device, false, 67, 68, message);
        device.enters(writer.lastLength);
      }
    }
  }
}

/** The router says which prefix is on the link. */
export class Advertisement implements Actor {
  readonly #writer: FrameWriter;
  readonly #until: number;

  constructor(writer: FrameWriter, until: number) {
    this.#writer = writer;
    this.#until = until;
  }

  act(time: number): number {
    this.#writer.ip(time, ROUTER_LINK, ALL_NODES, true, 58, whole(routerAdvertisement(ROUTER_LINK, ALL_NODES, PREFIX)));
    return time + 200 < this.#until ? time + 200 : Number.POSITIVE_INFINITY;
  }
}
