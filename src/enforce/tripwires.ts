/** What a device does too much of, or never needs: noticed in new packets, told of, held. */
import { type DesiredPolicy, TRIP_REASONS, type TripReason } from '../model/policy.ts';
import { LOG_GROUP, profileOf } from './names.ts';
import { both, type Chain } from './rules.ts';
import { readNumber, readRate } from './validate.ts';

/** A packet's headers are enough for the agent. */
const LOG = `group ${LOG_GROUP} snaplen 128`;

export function tripwireChains(policy: DesiredPolicy): Chain[] {
  return [
    { name: 'critical', rules: ['ether saddr @critical_rate drop', 'return'] },
    {
      name: 'tripwires',
      rules: [
        'ether saddr @limit_packets goto trip_packets',
        'ct state new,invalid,untracked jump first',
        'ct state new,invalid,untracked ether saddr @held goto held',
        'ether saddr vmap @destination_profile',
      ],
    },
    {
      name: 'first',
      rules: [
        'ether saddr . meta l4proto @unneeded_protocol goto trip_unneeded',
        'ether saddr . meta l4proto . th dport @unneeded_port goto trip_unneeded',
        'ct state invalid ether saddr @limit_stateless goto trip_stateless',
        'ct state new tcp flags & (fin | syn | rst | ack) != syn ether saddr @limit_stateless goto trip_stateless',
        'meta l4proto tcp ether saddr @limit_connections goto trip_connections',
        'meta l4proto != tcp ether saddr @limit_unanswered goto trip_connections',
      ],
    },
    { name: 'held', rules: [...spared, 'ether saddr @watched return', 'ether saddr @count_held', 'drop'] },
    ...profiles(policy),
    ...trips(policy),
  ];
}

/** Critical nodes are within reach, at a rate of their own, whatever trips. */
const spared = both((ip, n) => `ether saddr . ${ip} daddr @critical${n} goto critical`);

/** A limit of a dynamic set stands in the rule: all devices with one limit by destination share a chain. */
function profiles({ devices }: DesiredPolicy): Chain[] {
  const rates = new Map(
    devices.flatMap(({ limits: { destination } }) => (destination ? [[profileOf(destination), destination]] : [])),
  );
  return [...rates].map(([name, rate]) => {
    const limit = readRate(rate, 'limits.destination');
    return {
      name,
      rules: [
        ...both((ip, n) => `ether saddr . ${ip} daddr @held_destination${n} goto held`),
        ...both((ip, n) => `update @destination${n} { ether saddr . ${ip} daddr ${limit} } goto trip_destination${n}`),
        // Not listed although just added: the set is full, and all such destinations of a device share one limit.
        ...both((ip, n) => {
          const unlisted = `ether saddr . ${ip} daddr != @destination${n} ether saddr @limit_unlisted`;
          return `${unlisted} goto trip_destination${n}`;
        }),
      ],
    };
  });
}

/** Tells of it once a second for each device, counts it, and, unless the device is only watched, holds and drops. */
function trips({ hold, spoofing }: DesiredPolicy): Chain[] {
  const timeout = `timeout ${readNumber(hold, 'hold', 1, 3600)}s`;
  const device = `update @held { ether saddr ${timeout} }`;
  const holds: Partial<Record<TripReason, string>> = {
    packets: device,
    stateless: device,
    connections: device,
    destination4: `update @held_destination4 { ether saddr . ip daddr ${timeout} }`,
    destination6: `update @held_destination6 { ether saddr . ip6 daddr ${timeout} }`,
  };
  return TRIP_REASONS.map((reason) => ({
    name: `trip_${reason}`,
    rules: [
      // On the short way packets within the home were counted too.
      ...(reason === 'packets' ? both((ip, n) => `${ip} daddr @local${n} return`) : []),
      ...(holds[reason] ? spared : []),
      `ether saddr != @told_${reason} add @told_${reason} { ether saddr timeout 1s } log prefix "spin ${reason}" ${LOG}`,
      `ether saddr @count_${reason}`,
      ...watching(reason, spoofing.mode === 'watch'),
      ...[holds[reason] ?? []].flat(),
      'drop',
    ],
  }));
}

/**
 * Spoofing has a mode for the whole home. What no ordinary device does has the device's mode, and how much it does one
 * of its own.
 */
function watching(reason: TripReason, spoofingWatched: boolean): string[] {
  if (reason === 'spoofing') return spoofingWatched ? ['return'] : [];
  const absolute = reason === 'unneeded' || reason === 'stateless';
  return [`ether saddr @${absolute ? 'watched' : 'watched_volume'} return`];
}
