/** The sets of the table, each with its key. */
import { TRIP_REASONS } from '../model/policy.ts';
import { PASSED } from './names.ts';
import { Sets } from './sets.ts';
import { DEVICE_SHAPES, HOME_SHAPES, setOf, typeOf } from './shapes.ts';

/**
 * Destinations counted at one time. Each device's packets are limited before they are counted by destination, so that
 * one device can list no more of them than its own limit of all packets lets through within the timeout of a second.
 */
export const MAX_DESTINATIONS = 262_144;
/** Held devices, and devices told of: as many as there may be devices, and strangers that spoof. */
export const MAX_HELD = 8192;

const INTERVAL = 'flags interval';
const DYNAMIC = 'flags dynamic,timeout';
/**
 * Devices by hardware address, and their addresses, as the home has at most. Every packet is looked up in these: told
 * the size, the kernel takes a table that is found in faster, of 256 kB each.
 */
export const MAX_OWN = 16_384;
/** Addresses of one family that are blocked for every device. As of devices: every packet is looked up; 512 kB each. */
export const MAX_BLOCKED = 49_152;
/** Running connections that are remembered; those beyond take longer. As many as a busy home has. */
export const MAX_PASSED = 65_536;
/** Always within: what stands beside an element of a map that has no limit of its own. */
const ALWAYS = 'limit rate 1000000000/second burst 1000000000 packets';
/** Own rates stand beside each entry; the one of the set is never used. */
const LIMIT = 'limit rate over 1/second burst 1 packets';

export type Bounds = { destinations: number; held: number };
export const BOUNDS: Bounds = { destinations: MAX_DESTINATIONS, held: MAX_HELD };

export function define(bounds: Bounds): Sets {
  const sets = new Sets();
  const plain = (type: string, ...names: string[]) => {
    for (const name of names) sets.define(name, type);
  };
  plain('ifname', 'lan');
  sets.define('pause_home', 'ifname', 'counter');
  plain('ether_addr', 'routers', 'spoofing_exempt', 'consoles', 'known', 'watched', 'watched_volume', 'ruled');
  plain('inet_service', 'page_ports');
  for (const n of [4, 6] as const) byFamily(sets, n, bounds);
  const limits = [
    'upkeep',
    'critical_rate',
    'limit_packets',
    'limit_connections',
    'limit_unanswered',
    'limit_stateless',
    'limit_dns',
  ];
  for (const name of [...limits, 'limit_unlisted']) sets.define(name, 'ether_addr', LIMIT);
  sets.define('slow', 'ether_addr', 'limit rate over 1600 bytes/second burst 1600 bytes');
  for (const name of ['allow_device', 'isolated', 'pause', 'count_ladder', 'count_held'])
    sets.define(name, 'ether_addr', 'counter');
  for (const reason of TRIP_REASONS) {
    sets.define(`count_${reason}`, 'ether_addr', 'counter');
    sets.define(`told_${reason}`, 'ether_addr', `size ${bounds.held}`, DYNAMIC, 'timeout 1s');
  }
  sets.define('unneeded_protocol', 'ether_addr . inet_proto', 'counter');
  sets.define('unneeded_port', 'ether_addr . inet_proto . inet_service', 'counter');
  sets.define('held', 'ether_addr', `size ${bounds.held}`, DYNAMIC, 'timeout 10s');
  for (const name of ['isolating', 'destination_profile', 'ladder']) sets.define(name, 'ether_addr : verdict');
  sets.define('own', 'ether_addr : verdict', `size ${MAX_OWN}`, ALWAYS);
  for (const name of PASSED) sets.define(name, 'ct id', `size ${MAX_PASSED}`, DYNAMIC, 'timeout 60s');
  for (const shape of [...HOME_SHAPES, ...DEVICE_SHAPES]) {
    if (sets.all.has(setOf(shape))) continue;
    const isOfAll = !shape.device && shape.node === 'address';
    const words = [...(isOfAll ? [`size ${MAX_BLOCKED}`] : []), ...(shape.node === 'prefix' ? [INTERVAL] : [])];
    sets.define(setOf(shape), typeOf(shape), ...words, 'counter');
  }
  return sets;
}

function byFamily(sets: Sets, n: 4 | 6, bounds: Bounds): void {
  const address = `ipv${n}_addr`;
  for (const name of ['home', 'local', 'before']) sets.define(`${name}${n}`, address, INTERVAL);
  for (const name of ['resolvers', 'page', 'consoles', 'ruled_in']) sets.define(`${name}${n}`, address);
  for (const name of ['isolated_in', 'allow_device_in', 'allow_node_address', 'pause_in', 'count_ladder_in'])
    sets.define(`${name}${n}`, address, 'counter');
  sets.define(`allow_node_prefix${n}`, address, INTERVAL, 'counter');
  sets.define(`ladder_in${n}`, `${address} : verdict`);
  sets.define(`own_in${n}`, `${address} : verdict`, `size ${MAX_OWN}`);
  for (const name of ['critical', 'essential']) {
    sets.define(`${name}${n}`, `ether_addr . ${address}`);
    sets.define(`${name}_in${n}`, `${address} . ${address}`);
  }
  const key = `ether_addr . ${address}`;
  sets.define(`destination${n}`, key, `size ${bounds.destinations}`, DYNAMIC, 'timeout 1s');
  sets.define(`held_destination${n}`, key, `size ${bounds.held}`, DYNAMIC, 'timeout 10s');
}
