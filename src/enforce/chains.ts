/**
 * The rules, whose number does not depend on how much is blocked. Devices are known by hardware address on their way
 * out (prerouting, from the home's interfaces) and by address on their way in (forward, where translation is undone).
 *
 * Three places, none of which waits for a program:
 * - `early` (priority raw): what needs no connection state – isolation, spoofed sources, services never needed,
 *   packets in all; a flood ends here before connection tracking sees it.
 * - `guard` (right after conntrack's lookup): all else from devices. A packet dropped here takes its unconfirmed
 *   entry with it, and one of a running connection ends that at once.
 * - `inbound` (forward): the same decisions for packets to devices.
 *
 * Order everywhere: never cut → tripwires → allow → block → pause → ladder.
 */
import { type DesiredPolicy, TRIP_REASONS, type TripMode, type TripReason } from '../model/policy.ts';
import { LOG_GROUP, profileOf } from './names.ts';
import { DEVICE_SHAPES, type Direction, HOME_SHAPES, keyOf, type Shape, setOf } from './shapes.ts';
import { readInterface, readNumber, readPrefix, readRate } from './validate.ts';

export type Chain = { name: string; hook?: string; rules: string[] };

/** A packet's headers are enough for the agent. */
const LOG = `group ${LOG_GROUP} snaplen 128`;

const FAMILIES = [
  { n: 4, ip: 'ip' },
  { n: 6, ip: 'ip6' },
] as const;
/** One rule for each family. */
const both = (write: (ip: 'ip' | 'ip6', n: 4 | 6) => string): string[] => FAMILIES.map(({ ip, n }) => write(ip, n));

/** One interface is compared, several are looked up. */
function interfaces(policy: DesiredPolicy): string {
  return policy.lan.length === 1 ? readInterface(policy.lan[0]!, 'lan[0]') : '@lan';
}

export function chains(policy: DesiredPolicy): Chain[] {
  return [...earlyChains(policy), ...guardChains(policy), ...inboundChains(policy), ...tripChains(policy), OBSERVE];
}

/** Asks for connection tracking, which a router without NAT would not have (src/source/live/nftables.ts adds it too). */
const OBSERVE: Chain = {
  name: 'observe',
  hook: 'type filter hook forward priority 0; policy accept;',
  rules: ['ct state new counter'],
};

/** What a device needs to have an address at all, as far as it stays within the home. */
function upkeep(verdict: string): string[] {
  return [
    `udp sport 68 udp dport 67 ip daddr @local4 ${verdict}`,
    `udp sport 546 udp dport 547 ip6 daddr @local6 ${verdict}`,
    // Multicast listener reports and neighbour discovery (RFC 4890 §4.4.1).
    `icmpv6 type { 130, 131, 132, 133, 134, 135, 136, 143 } ip6 daddr @local6 ${verdict}`,
  ];
}

// Comparisons before lookups: most packets go no further.
const consoleOut = both((ip, n) => `tcp dport @page_ports ether saddr @consoles ${ip} daddr @page${n} accept`);

function earlyChains(policy: DesiredPolicy): Chain[] {
  const { spoofing, home } = policy;
  const known = (n: 4 | 6) => home.some((prefix) => prefix.includes(':') === (n === 6));
  // A home has mostly one prefix: compared, not looked up.
  const own = (n: 4 | 6) => {
    const prefixes = home.map((prefix, i) => readPrefix(prefix, `home[${i}]`)).filter(({ family }) => family === n);
    return prefixes.length === 1 ? prefixes[0]!.text : `@home${n}`;
  };
  const spoofed = FAMILIES.filter(({ n }) => spoofing.mode !== 'off' && known(n));
  return [
    {
      name: 'early',
      hook: 'type filter hook prerouting priority -300; policy accept;',
      rules: [`iifname ${interfaces(policy)} goto early_lan`],
    },
    {
      name: 'early_lan',
      rules: [
        'ether saddr @routers accept',
        ...upkeep('goto upkeep'),
        ...consoleOut,
        'ether saddr @isolated drop',
        ...spoofed.map(({ n, ip }) => `${ip} saddr != ${own(n)} jump spoofing${n}`),
        'ether saddr vmap @early_device',
      ],
    },
    { name: 'upkeep', rules: ['ether saddr @upkeep drop', 'accept'] },
    { name: 'early_device', rules: both((ip, n) => `${ip} daddr != @local${n} goto early_internet`) },
    {
      name: 'early_internet',
      rules: [
        'ether saddr . meta l4proto @unneeded_protocol goto trip_unneeded',
        'ether saddr . meta l4proto . th dport @unneeded_port goto trip_unneeded',
        'ether saddr @limit_packets goto trip_packets',
      ],
    },
    ...spoofed.map(({ n, ip }) => ({
      name: `spoofing${n}`,
      rules: [
        `${ip} saddr @before${n} ${ip} daddr @local${n} return`,
        'ether saddr @spoofing_exempt return',
        'goto trip_spoofing',
      ],
    })),
  ];
}

function guardChains(policy: DesiredPolicy): Chain[] {
  return [
    {
      name: 'guard',
      hook: 'type filter hook prerouting priority -190; policy accept;',
      rules: [`iifname ${interfaces(policy)} goto guard_lan`],
    },
    {
      name: 'guard_lan',
      rules: [
        'ether saddr @routers accept',
        ...upkeep('accept'),
        ...consoleOut,
        // Answers to this machine itself.
        'ct direction reply fib daddr type local accept',
        ...strangers(policy.strangers),
        ...both((ip, n) => `th dport 53 meta l4proto { 6, 17 } ${ip} daddr @resolvers${n} goto dns`),
        ...both((ip, n) => `${ip} daddr @local${n} goto decide`),
        'jump tripwires',
        'jump decide',
        'jump pause',
      ],
    },
    {
      name: 'decide',
      rules: [
        'ether saddr @allow_device accept',
        ...both((ip, n) => `${ip} daddr @allow_device_in${n} accept`),
        ...both((_, n) => `meta nfproto ipv${n} jump out${n}`),
        ...HOME_SHAPES.filter((shape) => shape.direction === 'out' && shape.family === 0).map(drop),
        'ether saddr @ruled jump ruled',
      ],
    },
    { name: 'dns', rules: ['ether saddr @limit_dns goto trip_dns', 'accept'] },
    { name: 'pause', rules: ['ether saddr @pause drop', 'iifname @pause_home drop', 'ether saddr vmap @ladder'] },
    ...both4(({ n, ip }) => ({
      name: `out${n}`,
      rules: [...allowNode(n, `${ip} daddr`), ...drops('out', n, HOME_SHAPES)],
    })),
    {
      name: 'ruled',
      rules: [...drops('out', 0, DEVICE_SHAPES), ...both((_, n) => `meta nfproto ipv${n} jump ruled${n}`)],
    },
    ...both4(({ n }) => ({ name: `ruled${n}`, rules: drops('out', n, DEVICE_SHAPES) })),
    ...ladderOut(),
    ...tripwireChains(policy),
  ];
}

const both4 = <T>(make: (family: (typeof FAMILIES)[number]) => T): T[] => FAMILIES.map(make);

function allowNode(n: 4 | 6, end: string): string[] {
  return [`${end} @allow_node_address${n} accept`, `${end} @allow_node_prefix${n} accept`];
}

function drop(shape: Shape): string {
  return `${keyOf(shape)} @${setOf(shape)} drop`;
}

function drops(direction: Direction, family: 0 | 4 | 6, shapes: readonly Shape[]): string[] {
  return shapes.filter((shape) => shape.direction === direction && shape.family === family).map(drop);
}

function strangers({ mode, connections }: DesiredPolicy['strangers']): string[] {
  if (mode === 'off') return [];
  const verdict = mode === 'enforce' ? ' drop' : '';
  return [`ct state new ether saddr != @known ${readRate(connections, 'strangers.connections')} counter${verdict}`];
}

function ladderOut(): Chain[] {
  const critical = both((ip, n) => `ether saddr . ${ip} daddr @critical${n} accept`);
  const essential = both((ip, n) => `ether saddr . ${ip} daddr @essential${n} accept`);
  const stop = ['ether saddr @count_ladder', 'drop'];
  return [
    { name: 'slow_out', rules: [...critical, 'ether saddr @slow ether saddr @count_ladder drop'] },
    { name: 'essential_out', rules: [...critical, ...essential, ...stop] },
    { name: 'local_out', rules: [...critical, ...stop] },
  ];
}

function tripwireChains({ devices }: DesiredPolicy): Chain[] {
  const rates = devices.flatMap(({ limits }) => limits.destination ?? []);
  const profiles = new Map(rates.map((rate) => [profileOf(rate), rate]));
  return [
    { name: 'critical', rules: ['ether saddr @critical_rate drop', 'return'] },
    {
      name: 'tripwires',
      rules: [
        'ct state invalid ether saddr @limit_stateless goto trip_stateless',
        'ct state new tcp flags & (fin | syn | rst | ack) != syn ether saddr @limit_stateless goto trip_stateless',
        'ct state new meta l4proto tcp ether saddr @limit_connections goto trip_connections',
        'ct state new meta l4proto != tcp ether saddr @limit_unanswered goto trip_connections',
        'ct state { new, invalid } ether saddr @held goto held',
        'ether saddr vmap @destination_profile',
      ],
    },
    { name: 'held', rules: [...spared, 'ether saddr @watched return', 'ether saddr @count_held', 'drop'] },
    ...[...profiles].map(([name, rate]) => ({
      name,
      rules: both((ip, n) => `ether saddr . ${ip} daddr @held_destination${n} goto held`).concat(
        both((ip, n) => {
          const limit = readRate(rate, 'limits.destination');
          return `update @destination${n} { ether saddr . ${ip} daddr ${limit} } goto trip_destination${n}`;
        }),
        // Not listed although just added: the set is full, and all such destinations of a device share one limit.
        both((ip, n) => {
          const unlisted = `ether saddr . ${ip} daddr != @destination${n} ether saddr @limit_unlisted`;
          return `${unlisted} goto trip_destination${n}`;
        }),
      ),
    })),
  ];
}

/** Critical nodes are within reach, at a rate of their own, whatever trips. */
const spared = both((ip, n) => `ether saddr . ${ip} daddr @critical${n} goto critical`);

/** Tells of it once a second for each device, counts it, and, unless the device is only watched, holds and drops. */
function tripChains({ hold, spoofing }: DesiredPolicy): Chain[] {
  const timeout = `timeout ${readNumber(hold, 'hold', 1, 3600)}s`;
  const holds: Partial<Record<TripReason, string>> = {
    packets: `update @held { ether saddr ${timeout} }`,
    stateless: `update @held { ether saddr ${timeout} }`,
    connections: `update @held { ether saddr ${timeout} }`,
    destination4: `update @held_destination4 { ether saddr . ip daddr ${timeout} }`,
    destination6: `update @held_destination6 { ether saddr . ip6 daddr ${timeout} }`,
  };
  return TRIP_REASONS.map((reason) => ({
    name: `trip_${reason}`,
    rules: [
      ...(holds[reason] ? spared : []),
      `ether saddr != @told_${reason} add @told_${reason} { ether saddr timeout 1s } log prefix "spin ${reason}" ${LOG}`,
      `ether saddr @count_${reason}`,
      ...(reason === 'spoofing' ? spoofingMode(spoofing.mode) : [`ether saddr @${watchedFor(reason)} return`]),
      ...[holds[reason] ?? []].flat(),
      'drop',
    ],
  }));
}

/** For the whole home; all else goes by the device. */
function spoofingMode(mode: TripMode): string[] {
  return mode === 'watch' ? ['return'] : [];
}

/** What no ordinary device does has the device's mode, and how much it does one of its own. */
function watchedFor(reason: TripReason): string {
  return reason === 'unneeded' || reason === 'stateless' ? 'watched' : 'watched_volume';
}

function inboundChains(policy: DesiredPolicy): Chain[] {
  const local = both((ip, n) => `${ip} saddr @local${n} accept`);
  const pair = (name: string) => both((ip, n) => `${ip} daddr . ${ip} saddr @${name}_in${n} accept`);
  const stop = [...both((ip, n) => `${ip} daddr @count_ladder_in${n}`), 'drop'];
  return [
    {
      name: 'inbound',
      hook: 'type filter hook forward priority -10; policy accept;',
      rules: [`oifname ${interfaces(policy)} goto inbound_lan`],
    },
    {
      name: 'inbound_lan',
      rules: [
        // Over a bridge the answers to what `upkeep` lets out come this way.
        'udp sport 67 udp dport 68 ip saddr @local4 accept',
        'udp sport 547 udp dport 546 ip6 saddr @local6 accept',
        'icmpv6 type { 130, 131, 132, 133, 134, 135, 136, 143 } ip6 saddr @local6 accept',
        ...both((ip, n) => `tcp sport @page_ports ${ip} daddr @consoles${n} ${ip} saddr @page${n} accept`),
        ...both((ip, n) => `${ip} daddr @isolated_in${n} drop`),
        ...both((ip, n) => `th sport 53 meta l4proto { 6, 17 } ${ip} saddr @resolvers${n} accept`),
        ...both((ip, n) => `${ip} daddr @allow_device_in${n} accept`),
        ...both((ip, n) => `${ip} saddr @allow_device_in${n} accept`),
        ...both((_, n) => `meta nfproto ipv${n} jump in${n}`),
        ...HOME_SHAPES.filter((shape) => shape.direction === 'in' && shape.family === 0).map(drop),
        ...both((ip, n) => `${ip} daddr @ruled_in${n} jump ruled_in${n}`),
        ...both((ip, n) => `${ip} saddr != @local${n} ${ip} daddr @pause_in${n} drop`),
        ...both((ip, n) => `${ip} saddr != @local${n} oifname @pause_home drop`),
        ...both((ip, n) => `${ip} daddr vmap @ladder_in${n}`),
      ],
    },
    ...both4(({ n, ip }) => ({
      name: `in${n}`,
      rules: [...allowNode(n, `${ip} saddr`), ...drops('in', n, HOME_SHAPES)],
    })),
    ...both4(({ n }) => ({ name: `ruled_in${n}`, rules: drops('in', n, DEVICE_SHAPES) })),
    { name: 'essential_in', rules: [...local, ...pair('critical'), ...pair('essential'), ...stop] },
    { name: 'local_in', rules: [...local, ...pair('critical'), ...stop] },
  ];
}
