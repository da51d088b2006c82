import { describe, expect, test } from 'vitest';
import type { Device } from '../../model/home.ts';
import type { HouseholdRule } from '../../model/household.ts';
import type { DnsObservation, Observation } from '../../model/observation.ts';
import { essentialOf } from './essential.ts';
import { factsOf, type Sources } from './facts.ts';
import { HOME, MAX_HEARD_PER_NAME, MAX_NAMES, MAX_NAMES_PER_DEVICE, NAME_HOLDS, NameBook } from './name-book.ts';
import { Network, RETIRED_FOR, SETTLES_IN } from './network.ts';

const NOW = Date.UTC(2026, 6, 10);
const DAY = 24 * 3_600_000;

const device = (id: string, more: Partial<Device> = {}): Device => ({
  id,
  macs: ['02:00:00:00:00:07'],
  addresses: ['192.0.2.7', '2001:db8:1::7'],
  names: [],
  services: [],
  firstSeen: NOW - 30 * DAY,
  lastSeen: NOW,
  ...more,
});
const rule = (more: Partial<HouseholdRule>): HouseholdRule => ({
  id: 'r',
  action: 'block',
  target: {},
  when: { always: true },
  by: 'owner',
  since: NOW,
  ...more,
});
const book = () =>
  new NameBook(
    ({ mac }) => mac,
    ({ address }) => address === '192.0.2.1',
  );
const facts = (more: Partial<Sources> = {}) =>
  factsOf({
    at: NOW,
    network: new Network(() => NOW),
    names: book(),
    devices: [device('d-1')],
    groups: new Map(),
    rules: [],
    lan: [],
    page: { addresses: [], ports: [] },
    consoles: [],
    criticalOf: () => [],
    guardOf: () => ({ mayAct: true }),
    essentialOf: () => ['update.example.com'],
    ...more,
  });

const answered = (name: string, address: string, server = '192.0.2.1'): DnsObservation => ({
  kind: 'dns',
  at: NOW,
  client: { mac: 'd-1', address: '192.0.2.7' },
  server: { address: server },
  response: true,
  name,
  type: 1,
  rcode: 0,
  size: 80,
  answers: [{ type: 'A', name, ttl: 1, address }],
});

describe('facts', () => {
  test('a console is the device whose address a session comes from, of either family', () => {
    expect(facts({ consoles: ['2001:db8:1::7'] }).consoles).toEqual(['d-1']);
    expect(facts({ consoles: ['192.0.2.99'] }).consoles).toEqual([]);
  });

  test('a device that the home forgot in a crowd is still known by the address in its id', () => {
    const forgotten = { device: 'd-02000000abcd' };
    const { devices } = facts({ rules: [rule({ target: forgotten })] });
    expect(devices.map(({ id, macs }) => [id, macs])).toEqual([
      ['d-1', ['02:00:00:00:00:07']],
      ['d-02000000abcd', ['02:00:00:00:ab:cd']],
    ]);
  });

  test('the day ends at the home’s midnight, also where the clock is put back before it', () => {
    const zone = process.env.TZ;
    process.env.TZ = 'Europe/Amsterdam';
    try {
      const at = Date.UTC(2026, 9, 24, 22, 30);
      expect(facts({ at })).toMatchObject({ utcOffset: 120, midnight: Date.UTC(2026, 9, 25, 23) });
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });

  test('what is essential is asked for only where a rule keeps it', () => {
    expect(facts().devices[0]!.essential).toEqual([]);
    const kept = facts({ rules: [rule({ action: 'essential', target: { group: 'all' } })] });
    expect(kept.devices[0]!.essential).toEqual(['update.example.com']);
  });

  test('appliances are held by all limits, a computer by absolute marks only', () => {
    const { devices } = facts({ devices: [device('d-1', { kind: 'camera' }), device('d-2', { kind: 'computer' })] });
    expect(devices.map(({ tripwires: { mode, volume } }) => [mode, volume])).toEqual([
      ['enforce', 'enforce'],
      ['enforce', 'watch'],
    ]);
    expect(devices[0]!.groups).toEqual(['kind:camera', 'all']);
  });
});

describe('what a device needs', () => {
  const contact = (name: string, ago: number, services = ['tcp/443']) => ({ name, services, firstSeen: NOW - ago });

  test('is what it met in its first days, and the time', () => {
    const contacts = [
      contact('update.example.com', 29 * DAY),
      contact('bad.example.com', 2 * DAY),
      contact('198.51.100.123', 30 * DAY, ['udp/123']),
      contact('198.51.100.7', 30 * DAY),
      contact('198.51.100.9', DAY, ['udp/123']),
      contact('device:d-2', 30 * DAY),
      contact('(others)', 30 * DAY),
    ];
    expect(essentialOf(device('d-1'), contacts, NOW)).toEqual(['update.example.com', '198.51.100.123']);
  });

  test('of one that came today is what it did when it was set up', () => {
    const born = NOW - 3 * 3_600_000;
    const contacts = [contact('maker.example.com', NOW - born - 60_000), contact('later.example.com', 3_600_000)];
    expect(essentialOf(device('d-1', { firstSeen: born }), contacts, NOW)).toEqual(['maker.example.com']);
  });
});

describe('names', () => {
  test('hold for a day after they were last answered', () => {
    const names = book();
    names.take(answered('a.example.com', '198.51.100.1'));
    expect(names.addresses(HOME, 'a.example.com', NOW + NAME_HOLDS - 1)).toEqual(['198.51.100.1']);
    expect(names.addresses(HOME, 'a.example.com', NOW + NAME_HOLDS)).toEqual([]);
  });

  test('a device that makes up names displaces neither what others know nor what rules need', () => {
    const names = book();
    names.watched = new Set(['kept.example.com']);
    expect(names.take(answered('kept.example.com', '198.51.100.1'))).toBe(true);
    expect(names.take(answered('kept.example.com', '198.51.100.1'))).toBe(false);
    for (let i = 0; i < MAX_NAMES + 10; i++) names.take(answered(`n${i}.example.com`, '198.51.100.2'));
    expect(names.addresses(HOME, 'kept.example.com', NOW)).toEqual(['198.51.100.1']);
    expect(names.addresses(HOME, 'n0.example.com', NOW)).toEqual([]);
    names.take(answered('kept.example.com', '198.51.100.66', '198.51.100.53'));
    for (let i = 0; i < MAX_NAMES_PER_DEVICE + 10; i++)
      names.take(answered(`n${i}.example.com`, '198.51.100.3', '198.51.100.53'));
    expect(names.heard(new Set(['kept.example.com']), NOW, 64)).toEqual(
      new Map([['d-1', new Map([['kept.example.com', ['198.51.100.66']]])]]),
    );
    expect(names.addresses(HOME, 'kept.example.com', NOW)).toEqual(['198.51.100.1']);
  });

  test('devices that make up addresses of a blocked name cannot make the policy too large', () => {
    const names = book();
    for (let i = 0; i < 200; i++) {
      for (const mac of ['d-1', 'd-2'])
        names.take({
          ...answered('kept.example.com', `198.51.100.${i}`, '198.51.100.53'),
          client: { mac, address: '' },
        });
    }
    const heard = names.heard(new Set(['kept.example.com']), NOW, 20);
    expect([...heard].map(([device, page]) => [device, page.get('kept.example.com')?.length])).toEqual([
      ['d-1', 10],
      ['d-2', 10],
    ]);
    expect(heard.get('d-1')?.get('kept.example.com')?.[0]).toBe('198.51.100.199');
    expect(names.addresses('d-1', 'kept.example.com', NOW)).toHaveLength(MAX_HEARD_PER_NAME);
  });

  test('of a first greeting bind the device that greeted', () => {
    const names = book();
    names.watched = new Set(['hidden.example.com']);
    const client = { mac: 'd-1', address: '192.0.2.7' };
    const server = { address: '198.51.100.4' };
    const serverName = 'hidden.example.com';
    names.take({
      kind: 'hello',
      at: NOW,
      client,
      server,
      protocol: 'tcp',
      clientPort: 1,
      serverPort: 443,
      serverName,
      alpn: [],
    });
    expect(names.addresses(HOME, 'hidden.example.com', NOW)).toEqual([]);
    expect(names.addresses('d-1', 'hidden.example.com', NOW)).toEqual(['198.51.100.4']);
  });

  test('go with the device that turned out to be another', () => {
    const names = book();
    names.take(answered('a.example.com', '198.51.100.1', '198.51.100.53'));
    names.merge('d-1', 'd-2');
    expect(names.addresses('d-2', 'a.example.com', NOW)).toEqual(['198.51.100.1']);
    expect(names.addresses('d-1', 'a.example.com', NOW)).toEqual([]);
  });
});

describe('the network', () => {
  const own = { macs: ['02:00:00:00:00:01'], addresses: ['192.0.2.1'] };
  const source = (prefixes: string[]): Observation => ({
    kind: 'source',
    at: NOW,
    source: 's',
    home: { prefixes, macs: [] },
    own,
    coverage: [],
    lost: { events: 0, packets: 0 },
  });
  const router = (mac: string): Observation => ({
    kind: 'router',
    at: NOW,
    mac,
    addresses: [],
    prefixes: [],
    resolvers: ['192.0.2.53'],
  });

  test('a replaced prefix stays home for as long as its addresses may live', () => {
    let now = NOW;
    const network = new Network(() => now);
    network.take(source(['192.0.2.0/24', '2001:db8:1::/64']));
    expect(network.take(source(['192.0.2.0/24', '2001:db8:2::/64']))).toBe(true);
    expect(network.prefixes()).toEqual(['192.0.2.0/24', '2001:db8:2::/64', '2001:db8:1::/64']);
    expect(network.take(source([]))).toBe(false);
    now += RETIRED_FOR;
    expect(network.prefixes()).toEqual(['192.0.2.0/24', '2001:db8:2::/64']);
  });

  test('a new network is given time to show itself, one that was known before needs none', () => {
    let now = NOW;
    const network = new Network(() => now);
    network.take(source(['192.0.2.0/24']));
    expect(network.isSettled).toBe(false);
    now += SETTLES_IN - 1;
    network.take(source(['192.0.2.0/24', '2001:db8:1::/64']));
    now += SETTLES_IN - 1;
    expect(network.isSettled).toBe(false);
    now += 1;
    expect(network.isSettled).toBe(true);
    network.take(source(['192.0.2.0/24']));
    network.take(source(['192.0.2.0/24', '2001:db8:1::/64']));
    expect(network.isSettled).toBe(true);
    const next = new Network(() => now, network.known());
    next.take(source(['192.0.2.0/24']));
    expect(next.isSettled).toBe(true);
    expect(next.prefixes()).toEqual(['192.0.2.0/24', '2001:db8:1::/64']);
  });

  test('resolvers are those that the home’s own routers name', () => {
    const network = new Network(() => NOW);
    network.take(source(['192.0.2.0/24']));
    expect(network.take(router('02:00:00:00:00:66'))).toBe(false);
    expect(network.resolvers()).toEqual(['192.0.2.1']);
    expect(network.take(router('02:00:00:00:00:01'))).toBe(true);
    expect(network.take(router('02:00:00:00:00:01'))).toBe(false);
    expect(network.resolvers()).toEqual(['192.0.2.1', '192.0.2.53']);
    expect(new Network(() => NOW, network.known()).resolvers()).toEqual(['192.0.2.53']);
  });
});
