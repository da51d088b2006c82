import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OTHERS } from '../model/event.ts';
import { FLAG } from '../model/flow.ts';
import type { Observation } from '../model/observation.ts';
import { createPipeline } from '../pipeline.ts';
import type { Limits } from './limits.ts';
import { type FlowSpec, flows, hello, lookUp, START } from './testing.ts';

/** So small that every table overflows within a few observations. */
const TINY: Limits = {
  devices: 4,
  newDevices: 3,
  newDeviceEvery: 5000,
  silentDevices: 1,
  undecidedStations: 3,
  conversations: 6,
  conversationsPerDevice: 4,
  names: 5,
  namesPerDevice: 3,
  addresses: 6,
  addressesPerDevice: 3,
  slots: 8,
};

const macs = [undefined, ...[1, 2, 3, 4, 5].map((n) => `02:00:00:00:00:0${n}`), 'ff:ff:ff:ff:ff:ff'];
const addresses = [
  ...[1, 2, 3, 4].map((n) => `192.168.1.${n}`),
  ...[1, 2, 3].map((n) => `203.0.113.${n}`),
  ...['198.51.100.1', '0.0.0.0', '255.255.255.255', '224.0.0.251', '127.0.0.1', '10.0.0.1'],
  ...['fe80::1', 'fe80::2', '2001:db8:1::1', '2001:db8:1::2', '2001:db8:2::1', 'ff02::fb', '::'],
];
const end = fc
  .record({ mac: fc.constantFrom(...macs), address: fc.constantFrom(...addresses) })
  .map(({ mac, address }) => ({
    address,
    ...(mac === undefined ? {} : { mac }),
  }));
const record: fc.Arbitrary<FlowSpec> = fc.record({
  from: end,
  to: end,
  slot: fc.integer({ min: 0, max: 9 }),
  port: fc.constantFrom(53, 443),
  protocol: fc.constantFrom(1, 6, 17),
  up: fc.integer({ min: 0, max: 5 }),
  down: fc.integer({ min: 0, max: 5 }),
  flags: fc.integer({ min: 0, max: 63 }),
});
const known = fc.constantFrom(...addresses.slice(0, 8));
const mac = fc.constantFrom(...(macs.slice(1, 6) as string[]));
type Step = (at: number) => Observation;
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.array(record, { maxLength: 6 }).map((specs) => (at: number) => flows(at, ...specs)) },
  fc.constant((at: number) => ({ kind: 'tick', at }) as const),
  fc.tuple(end, known, fc.constantFrom('a.example', 'b.example')).map(
    ([client, address, name]): Step =>
      (at) =>
        lookUp(at, client, name, [address]),
  ),
  fc.tuple(end, end).map(
    ([client, server]): Step =>
      (at) =>
        hello(at, client, server, 'c.example'),
  ),
  fc.tuple(mac, known, fc.boolean()).map(
    ([mac, address, gone]): Step =>
      (at) => ({ kind: 'neighbour', at, mac, address, source: 'arp', ...(gone ? { gone: true } : {}) }),
  ),
  fc.tuple(mac, known).map(
    ([mac, address]): Step =>
      (at) => ({
        kind: 'lease',
        at,
        mac,
        source: 'dhcp4',
        addresses: [address],
        network: { routers: ['192.168.1.1'], resolvers: [] },
      }),
  ),
  mac.map(
    (mac): Step =>
      (at) => ({ kind: 'router', at, mac, addresses: ['fe80::1'], prefixes: ['2001:db8:1::/64'], resolvers: [] }),
  ),
  mac.map(
    (mac): Step =>
      (at) => ({
        kind: 'source',
        at,
        source: 'test',
        home: { prefixes: ['192.168.1.0/24', '203.0.113.2/32'], macs: [] },
        own: { macs: [mac], addresses: [] },
        coverage: [],
        lost: { events: 0, packets: 0 },
      }),
  ),
);
const steps = fc.array(fc.tuple(step, fc.constantFrom(0, 1, 90, 1000, 61_000, 700_000)), { maxLength: 40 });

/** Plays steps and gives each observation to `take`. */
function play(sequence: [Step, number][], take: (observation: Observation) => void): void {
  let at = START;
  for (const [make, later] of sequence) {
    at += later;
    take(make(at));
  }
  take({ kind: 'tick', at: at + 60_000 });
}

describe('whatever happens, with tables that overflow at once', () => {
  test('every packet and byte is in a conversation, among the evicted, or nobody’s', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const { home, step } = createPipeline({ limits: TINY });
        let fed = 0;
        play(sequence, (observation) => {
          if (observation.kind === 'flows') fed += fedBy(observation);
          step(observation);
          const { conversations, evicted, noConversation } = home.totals();
          expect(conversations.packets + evicted.packets + noConversation.packets).toBe(fed);
          expect(conversations.bytes + evicted.bytes + noConversation.bytes).toBe(fed * 100);
          const listed = home.conversationIds().map((id) => home.conversation(id)!);
          expect(listed.reduce((sum, one) => sum + one.packetsUp + one.packetsDown, 0)).toBe(conversations.packets);
        });
      }),
      { numRuns: 400 },
    );
  });

  test('a device’s totals are its conversations and its evicted ones', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const { home, step } = createPipeline({ limits: TINY });
        play(sequence, step);
        for (const { id } of home.devices()) {
          const sum = home.evicted(id);
          for (const one of home.conversationIds(id).map((number) => home.conversation(number)!)) {
            expect(one.device).toBe(id);
            sum.packetsUp += one.packetsUp;
            sum.packetsDown += one.packetsDown;
            sum.bytesUp += one.bytesUp;
            sum.bytesDown += one.bytesDown;
          }
          expect(sum).toEqual(home.counters(id));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('no table outgrows its bound, and no two conversations are the same', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const { home, step } = createPipeline({ limits: TINY });
        play(sequence, (observation) => {
          step(observation);
          expect(home.devices().length).toBeLessThanOrEqual(TINY.devices);
          const listed = home.conversationIds().map((id) => home.conversation(id)!);
          expect(listed.length).toBeLessThanOrEqual(TINY.conversations);
          const keys = listed.map(({ device, node, protocol, port, initiator }) =>
            [
              device,
              node.name !== undefined && !node.device ? node.name : (node.device ?? node.addresses.at(-1)),
              protocol,
              port,
              initiator,
            ].join(),
          );
          expect(new Set(keys).size).toBe(keys.length);
        });
      }),
      { numRuns: 300 },
    );
  });

  test('the same observations give the same events, and minute rows miss nothing of a home that stays as it is', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const run = () => {
          const { step } = createPipeline({ limits: TINY, history: true });
          const events: unknown[] = [];
          play(sequence, (observation) => events.push(...step(observation)));
          return JSON.stringify(events);
        };
        expect(run()).toBe(run());
      }),
      { numRuns: 100 },
    );
  });
});

test('evicted conversations reach the history as the device’s others', () => {
  const { step } = createPipeline({ limits: { ...TINY, devices: 8 }, history: true });
  const specs = Array.from({ length: 20 }, (_, i) => ({
    from: { mac: macs[2]!, address: '192.168.1.2' },
    to: { mac: macs[1]!, address: `203.0.113.${i}` },
    slot: i,
    up: 1,
    down: 0,
  }));
  step(flows(START, ...specs));
  const minute = step({ kind: 'tick', at: START + 60_000 }).find((event) => event.kind === 'minute');
  const rows = minute?.rows ?? [];
  expect(rows.reduce((sum, row) => sum + row.packetsUp, 0)).toBe(20);
  expect(rows.find((row) => row.node === OTHERS)?.packetsUp).toBe(16);
});

test('a chatty device cannot displace what a quiet one holds', () => {
  const { home, step } = createPipeline({ limits: { conversations: 100, conversationsPerDevice: 90 } });
  const quiet = Array.from({ length: 30 }, (_, i) => flowTo(2, i, FLAG.fresh));
  step(flows(START, ...quiet));
  for (let round = 0; round < 20; round++) {
    const chatty = Array.from({ length: 100 }, (_, i) => flowTo(3, round * 100 + i, FLAG.fresh));
    step(flows(START + round, ...chatty));
  }
  expect(home.conversationIds('d-020000000002')).toHaveLength(30);
  expect(home.evicted('d-020000000003').packetsUp).toBe(2000 - home.conversationIds('d-020000000003').length);
});

function flowTo(who: number, i: number, flags: number): FlowSpec {
  const to = { mac: '02:00:00:00:00:01', address: `203.0.${i >> 8}.${i & 255}` };
  return { from: { mac: `02:00:00:00:00:0${who}`, address: `192.168.1.${who}` }, to, slot: i, up: 1, down: 0, flags };
}

function fedBy(observation: Observation & { kind: 'flows' }): number {
  const { words, count } = observation.flows;
  let packets = 0;
  for (let i = 0; i < count; i++) packets += words[i * 32 + 20]! + words[i * 32 + 21]!;
  return packets;
}
