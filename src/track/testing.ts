/** What the tests of this folder share: flow records and observations in the words of a home. */
import { parseAddress, parseMac } from '../model/address.ts';
import { D, FLAG, FlowBatch, RECORD_DOUBLES, RECORD_WORDS, W } from '../model/flow.ts';
import type { DnsObservation, HelloObservation, Observation } from '../model/observation.ts';

export const START = 1_700_000_000_000;
export const CAMERA = { mac: '02:00:00:00:00:07', address: '192.168.1.7' };
export const PHONE = { mac: '02:00:00:00:00:08', address: '192.168.1.8' };
export const ROUTER = { mac: '02:00:00:00:00:01', address: '192.168.1.1' };
export const BEYOND = (address: string) => ({ mac: ROUTER.mac, address });

export type FlowSpec = {
  from: { mac?: string; address: string };
  to: { mac?: string; address: string };
  port?: number;
  sourcePort?: number;
  protocol?: number;
  up?: number;
  down?: number;
  /** Of each packet upwards; 100 by default, as of each downwards. */
  bytesEach?: number;
  slot?: number;
  flags?: number;
  at?: number;
};

/** Records of one drain. */
export function flows(at: number, ...specs: FlowSpec[]): Observation {
  const batch = FlowBatch.ofCapacity(Math.max(1, specs.length));
  specs.forEach((spec, i) => {
    writeRecord(batch, i, { at, ...spec });
  });
  batch.count = specs.length;
  return { kind: 'flows', at, flows: batch };
}

function writeRecord(batch: FlowBatch, i: number, spec: FlowSpec & { at: number }): void {
  const { from, to, port = 443, sourcePort = 40_000, protocol = 6, up = 1, down = 1, slot = i } = spec;
  const { bytesEach = 100 } = spec;
  const w = i * RECORD_WORDS;
  const d = i * RECORD_DOUBLES;
  const macs = [from.mac, to.mac].map((mac) => (mac === undefined ? undefined : parseMac(mac)) ?? { hi: 0, lo: 0 });
  batch.words[w + W.slot] = slot;
  batch.words[w + W.flags] = spec.flags ?? FLAG.fresh | FLAG.initiatorKnown;
  batch.words[w + W.protocol] = protocol;
  batch.words[w + W.ports] = (sourcePort << 16) | port;
  batch.words.set(parseAddress(from.address)!, w + W.source);
  batch.words.set(parseAddress(to.address)!, w + W.destination);
  batch.words[w + W.macHigh] = (macs[0]!.hi << 16) | macs[1]!.hi;
  batch.words[w + W.sourceMacLow] = macs[0]!.lo;
  batch.words[w + W.destinationMacLow] = macs[1]!.lo;
  batch.words[w + W.packetsUp] = up;
  batch.words[w + W.packetsDown] = down;
  batch.doubles[d + D.first] = spec.at;
  batch.doubles[d + D.last] = spec.at;
  batch.doubles[d + D.bytesUp] = up * bytesEach;
  batch.doubles[d + D.bytesDown] = down * 100;
}

export function lookUp(
  at: number,
  client: { mac?: string; address: string },
  name: string,
  addresses: string[],
  ttl = 300,
  aliases: string[] = [],
): DnsObservation {
  const chain = [name, ...aliases];
  const answers: DnsObservation['answers'] = aliases.map((target, i) => ({
    type: 'CNAME',
    name: chain[i]!,
    ttl,
    target,
  }));
  for (const address of addresses) answers.push({ type: 'A', name: chain.at(-1)!, ttl, address });
  return { kind: 'dns', at, client, server: ROUTER, response: true, name, type: 1, rcode: 0, size: 99, answers };
}

export function hello(
  at: number,
  client: { mac?: string; address: string },
  server: { mac?: string; address: string },
  serverName: string,
): HelloObservation {
  const ports = { clientPort: 40_000, serverPort: 443 };
  return { kind: 'hello', at, client, server, protocol: 'tcp', ...ports, serverName, alpn: [] };
}
