import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Observation } from '../model/observation.ts';
import { BEYOND, CAMERA, flows, PHONE, ROUTER, START } from '../track/testing.ts';
import { QUIET } from './quiet.ts';
import { DAY, SECOND, watch } from './testing/watch.ts';

const text = fc.oneof(
  fc.string({ maxLength: 80 }),
  fc.constantFrom(
    '',
    '.',
    '..',
    'a.',
    '.a',
    'x'.repeat(253),
    '__proto__',
    'constructor.example',
    '\\000\\255.t.example',
  ),
);
const address = fc.oneof(fc.ipV4(), fc.ipV6(), text, fc.constant(CAMERA.address), fc.constant(ROUTER.address));
const end = fc.oneof(
  fc.constantFrom(CAMERA, PHONE, ROUTER),
  fc.record({ mac: fc.constantFrom(CAMERA.mac, 'nonsense'), address }),
  fc.record({ address }),
);
const port = fc.integer({ min: 0, max: 65_535 });
const number = fc.oneof(fc.integer(), fc.constantFrom(0, -1, Number.MAX_SAFE_INTEGER));
const network = fc.record({ routers: fc.array(address), resolvers: fc.array(address), server: end });

/** What a home may hear, made of whatever a sender likes. */
const heard = fc.oneof(
  fc.record({
    ...{
      kind: fc.constant('dns' as const),
      client: end,
      server: end,
      response: fc.boolean(),
      name: text,
      type: number,
    },
    ...{ rcode: fc.integer({ min: 0, max: 15 }), size: fc.nat(), answers: fc.constant([]) },
  }),
  fc.record({
    ...{ kind: fc.constant('hello' as const), client: end, server: end, protocol: fc.constantFrom('tcp', 'udp') },
    ...{ clientPort: port, serverPort: port, serverName: text, alpn: fc.array(text), obsolete: fc.constant('TLS 1.0') },
  }),
  fc.record({
    ...{ kind: fc.constant('words' as const), client: end, server: end, clientPort: port, serverPort: port },
    ...{ language: fc.constantFrom('stratum', 'irc', 'bittorrent') },
  }),
  fc.record({
    ...{ kind: fc.constant('mapping' as const), client: end, gateway: end, via: fc.constantFrom('upnp', 'pcp') },
    ...{ granted: fc.boolean(), protocol: fc.constantFrom('tcp', 'udp'), externalPort: port, internalPort: port },
    ...{ internalAddress: address, lifetime: number },
  }),
  fc.record({
    ...{ kind: fc.constant('lease' as const), mac: fc.constantFrom(CAMERA.mac, 'x'), source: fc.constant('dhcp4') },
    ...{ message: fc.constant('ack'), addresses: fc.array(address), network },
  }),
  fc.record({
    ...{ kind: fc.constant('neighbour' as const), mac: fc.constantFrom(CAMERA.mac, PHONE.mac, 'x'), address },
    source: fc.constantFrom('arp', 'ndp', 'kernel'),
  }),
  fc.record({
    ...{
      kind: fc.constant('router' as const),
      mac: fc.constantFrom(CAMERA.mac, ROUTER.mac),
      addresses: fc.array(address),
    },
    ...{ prefixes: fc.array(text), resolvers: fc.array(address) },
  }),
  fc.record({
    ...{ kind: fc.constant('service' as const), device: end, protocol: fc.constant('mdns'), service: text },
  }),
);

it('no detector fails, whatever is heard and in whatever order', () => {
  const steps = fc.array(fc.tuple(heard, fc.integer({ min: 0, max: DAY }), port), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (all) => {
      const watched = watch(...QUIET);
      let at = START;
      for (const [observation, later, service] of all) {
        at += later;
        const events = watched.take(
          { ...observation, at } as unknown as Observation,
          flows(at, { from: CAMERA, to: BEYOND(`203.0.113.${service & 255}`), port: service, at, slot: service & 63 }),
          flows(at, { from: BEYOND('198.51.100.9'), to: CAMERA, port: service, at, slot: 64 + (service & 63) }),
          { kind: 'tick', at: at + SECOND },
        );
        for (const event of events) if (event.kind === 'coverage') expect(event.notes).toEqual([]);
      }
      for (const finding of watched.findings()) expect(finding.confidence).toBeGreaterThan(0);
    }),
    { numRuns: 150 },
  );
});
