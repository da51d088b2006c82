/**
 * How much a device of a kind may do before the kernel's tripwires act. `bin/bench limits` prints what ordinary devices
 * need and how far these limits are above it.
 *
 * Appliances are limited in volume. What people run on a computer – a speed test, a backup, file sharing – looks like
 * a flood to any number; there only packets that nothing ordinary sends are stopped in the kernel, and volume is told of.
 */
import { classOf, type Kind } from '../model/kinds.ts';
import type { DeviceLimits, Rate, Service, TripMode } from '../model/policy.ts';

/**
 * - `simple`: says little, and downloads its firmware now and then;
 * - `video`: uploads pictures as fast as the line takes them;
 * - `screen`: shows apps of many makers, each of which opens many connections at once, and downloads at the line's speed.
 */
type Habit = 'simple' | 'video' | 'screen' | 'computer';

const HABITS: Partial<Record<Kind, Habit>> = {
  camera: 'video',
  doorbell: 'video',
  tv: 'screen',
  speaker: 'screen',
  // Refrigerators have screens with apps.
  kitchen: 'screen',
};

function habitOf(kind: string | undefined): Habit {
  const of = classOf(kind);
  if (of === 'general' || of === 'infrastructure') return 'computer';
  return HABITS[kind as Kind] ?? 'simple';
}

const rate = (perSecond: number, burst: number): Rate => ({ perSecond, burst });

/**
 * Bursts are what escapes of an attack before it is noticed: at most 20 connections and 200 other packets of an
 * appliance. No limit for each destination: an appliance talks to one at a time, so that it would be the one of all packets.
 */
const LIMITS: Readonly<Record<Habit, DeviceLimits>> = {
  simple: {
    // 50 Mbit/s of download, an answer to every packet.
    packets: rate(5000, 2500),
    connections: rate(5, 19),
    unanswered: rate(20, 100),
    stateless: rate(5, 20),
    // A lock repeated 77 questions in as many seconds while its line was down.
    dns: rate(10, 100),
  },
  video: {
    // 100 Mbit/s of upload in packets of 1,460 bytes.
    packets: rate(10_000, 5000),
    connections: rate(5, 19),
    // Looks for a way through the routers of both ends (RFC 8445) before a viewer’s first answer.
    unanswered: rate(25, 130),
    stateless: rate(5, 20),
    dns: rate(10, 100),
  },
  screen: {
    // A gigabit of download, an answer to every second packet.
    packets: rate(45_000, 20_000),
    connections: rate(20, 100),
    unanswered: rate(25, 145),
    stateless: rate(10, 60),
    dns: rate(50, 300),
  },
  computer: {
    // Only told of. File sharing opens some hundred connections a second.
    connections: rate(500, 1500),
    unanswered: rate(1000, 3000),
    // A laptop that wakes up says goodbye to all of its connections at once, and file sharing goes on with closed ones.
    stateless: rate(50, 120),
  },
};

export function limitsFor(kind: string | undefined): DeviceLimits {
  return LIMITS[habitOf(kind)];
}

/** What no device of a home speaks with the internet: tunnels that bots flood with or hide in. */
const TUNNELS: readonly Service[] = [
  // GRE (RFC 2784): Mirai's `greip` and `greeth` floods. PPTP was its last use in homes.
  { protocol: 47 },
  // IP in IP (RFC 2003).
  { protocol: 4 },
];
const TCP = 6;
const UDP = 17;
/** What an appliance never asks of the internet. */
const UNNEEDED: readonly Service[] = [
  ...TUNNELS,
  // IPv6 in IPv4 (RFC 4213) is made by routers.
  { protocol: 41 },
  // Mail between servers: spam. Devices that send mail hand it to port 465 or 587 (RFC 6409, RFC 8314).
  { protocol: TCP, port: 25 },
  // Telnet: how bots of Mirai's kind look for their next victims.
  { protocol: TCP, port: 23 },
  { protocol: TCP, port: 2323 },
  // Holes of routers that those bots look for: Huawei's and Realtek's UPnP, Android's debugger.
  { protocol: TCP, port: 37_215 },
  { protocol: TCP, port: 52_869 },
  { protocol: TCP, port: 5555 },
  // File sharing and remote desktops of Windows.
  { protocol: TCP, port: 135 },
  { protocol: TCP, port: 139 },
  { protocol: TCP, port: 445 },
  { protocol: TCP, port: 3389 },
  // Services that multiply a small spoofed question, and are meant for a local network only.
  { protocol: UDP, port: 19 },
  { protocol: UDP, port: 1900 },
  { protocol: UDP, port: 11_211 },
];

/** What a device of the kind never needs beyond the home. */
export function unneededBy(kind: string | undefined): readonly Service[] {
  return habitOf(kind) === 'computer' ? TUNNELS : UNNEEDED;
}

/** How a device's tripwires act: `mode` those of packets that nothing ordinary sends, `volume` those of how much it does. */
export function modeFor(kind: string | undefined): { mode: TripMode; volume: TripMode } {
  return { mode: 'enforce', volume: habitOf(kind) === 'computer' ? 'watch' : 'enforce' };
}

/** All hardware addresses together that are no device yet: a guest's phone that starts, until it is known. */
export const STRANGERS: Rate = rate(100, 400);
