import { type Address, parseAddress } from '../../model/address.ts';
import type { LeaseObservation } from '../../model/observation.ts';
import type { Home } from '../../track/home.ts';
import type { Detector, Threshold } from '../detector.ts';

const HOUR = 3_600_000;

/** A second DHCP server that gives out another router or other resolvers leads everybody’s traffic where it wants. */
const WINDOW = {
  value: 24 * HOUR,
  unit: 'ms within which both servers were heard',
  reason: 'leases last a day; a router that was replaced is not heard again',
} satisfies Threshold;
const HOLD = 6 * HOUR;
/** Servers remembered; a home has one. */
const MAX_SERVERS = 16;

type Server = { heard: number; leads: string };

export const rogueDhcp: Detector = {
  name: 'rogue-dhcp',
  needs: ['control'],
  start({ home, claim }) {
    const servers = new Map<Address, Server>();
    return {
      observe: {
        lease({ at, source, message, network }) {
          if (source !== 'dhcp4' || message !== 'ack' || !network?.server) return;
          const { address } = network.server;
          const first = firstOther(servers, address, at);
          if (servers.size < MAX_SERVERS || servers.has(address)) {
            const known = servers.get(address);
            servers.set(address, { heard: at, leads: known?.leads ?? leadsTo(network) });
          }
          if (!first || isGateway(home, address)) return;
          const device = indexAt(home, address);
          if (device < 0) return;
          const diverts = leadsTo(network) !== first.leads;
          const itself = network.routers.includes(address) || network.resolvers.includes(address);
          const confidence = diverts ? (itself ? 0.9 : 0.75) : 0.5;
          const resolver = network.resolvers[0] ?? '';
          const evidence = { server: address, router: network.routers[0] ?? '', resolver, diverts };
          claim({ device, subject: address, evidence, confidence, hold: HOLD });
        },
      },
    };
  },
};

/** The server heard first among the others that are still about. */
function firstOther(servers: ReadonlyMap<Address, Server>, address: Address, at: number): Server | undefined {
  for (const [other, server] of servers) {
    if (other === address) return undefined;
    if (at - server.heard <= WINDOW.value) return server;
  }
  return undefined;
}

function leadsTo({ routers, resolvers }: NonNullable<LeaseObservation['network']>): string {
  return `${[...routers].sort().join(' ')} | ${[...resolvers].sort().join(' ')}`;
}

function isGateway(home: Home, address: Address): boolean {
  const words = parseAddress(address);
  return words !== undefined && home.isGateway(words);
}

function indexAt(home: Home, address: Address): number {
  const words = parseAddress(address);
  return words === undefined ? -1 : home.deviceAt(words);
}
