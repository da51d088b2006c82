/** What a digest and a decoder of DNS and DHCP would say of exchanges. */
import { parseAddress, parseMac } from '../../src/model/address.ts';
import { D, FLAG, FlowBatch, W } from '../../src/model/flow.ts';
import type { DnsObservation, Observation } from '../../src/model/observation.ts';
import type { Call, Member } from './life.ts';

export const ROUTER = { mac: '02:5d:00:00:00:01', address: '192.168.1.1' } as const;
const PREFIX = '192.168.1.0/24';
const PREFIX6 = '2001:2:0:1::/64';
const [A, AAAA] = [1, 28];
const TCP = 6;

/** Part of an exchange: its share of packets and bytes, and whether it is the first or the last. */
export type Piece = {
  at: number;
  call: Call;
  slot: number;
  port: number;
  share: number;
  first: boolean;
  last: boolean;
};

const batch = FlowBatch.ofCapacity(1);

export function flowOf({ at, call, slot, port, share, first, last }: Piece): Observation {
  const { words, doubles } = batch;
  const [from, to] = [parseMac(call.member.mac)!, parseMac(ROUTER.mac)!];
  words.fill(0);
  words[W.slot] = slot;
  words[W.flags] = FLAG.initiatorKnown | (first ? FLAG.fresh : 0) | (last ? FLAG.ended : 0);
  words[W.protocol] = call.protocol;
  words[W.ports] = (port << 16) | call.port;
  words.set(parseAddress(sourceOf(call))!, W.source);
  words.set(parseAddress(call.address)!, W.destination);
  words[W.macHigh] = (from.hi << 16) | to.hi;
  words[W.sourceMacLow] = from.lo;
  words[W.destinationMacLow] = to.lo;
  words[W.packetsUp] = Math.ceil(call.up * share);
  words[W.packetsDown] = Math.ceil(call.down * share);
  words[W.syns] = first && call.protocol === TCP ? 1 : 0;
  doubles[D.first] = first ? at : call.at;
  doubles[D.last] = at;
  doubles[D.bytesUp] = Math.ceil(call.bytesUp * share);
  doubles[D.bytesDown] = Math.ceil(call.bytesDown * share);
  batch.count = 1;
  return { kind: 'flows', at, flows: batch };
}

/** Of the family of the far end. */
function sourceOf({ member, address }: Call): string {
  return address.includes(':') ? member.address6! : member.address;
}

export function lookedUp({ at, member, name = '', address }: Call, ttl: number): DnsObservation[] {
  const type = address.includes(':') ? 'AAAA' : 'A';
  const both = { kind: 'dns', client: member, server: ROUTER, name, type: type === 'A' ? A : AAAA, rcode: 0 } as const;
  return [
    { ...both, at, response: false, size: 60, answers: [] },
    { ...both, at, response: true, size: 120, answers: [{ type, name, ttl, address }] },
  ];
}

export function leased(at: number, { mac, address, hostname, vendorClass }: Member): Observation {
  const network = { prefix: PREFIX, routers: [ROUTER.address], resolvers: [ROUTER.address] };
  const told = { hostname, ...(vendorClass !== '' && { vendorClass }), network };
  return { kind: 'lease', at, mac, source: 'dhcp4', message: 'acknowledged', addresses: [address], ...told };
}

export function routed(at: number): Observation {
  const { mac, address } = ROUTER;
  return { kind: 'router', at, mac, addresses: [address], prefixes: [PREFIX, PREFIX6], resolvers: [address] };
}
