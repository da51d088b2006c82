import { describe, expect, test } from 'vitest';
import { FLAG } from '../model/flow.ts';
import type { Conversation } from '../model/home.ts';
import type { Observation } from '../model/observation.ts';
import { createPipeline } from '../pipeline.ts';
import type { Home } from './home.ts';
import { BEYOND, CAMERA, flows, hello, lookUp, PHONE, ROUTER, START } from './testing.ts';

const CLOUD = BEYOND('203.0.113.5');

function homeOf(...observations: Observation[]): Home {
  const { home, step } = createPipeline();
  for (const observation of observations) step(observation);
  return home;
}

function conversations(home: Home): Conversation[] {
  return home.conversationIds().map((id) => home.conversation(id)!);
}

const ids = (home: Home) => home.devices().map((device) => device.id);
const nodes = (home: Home) => conversations(home).map((one) => one.node.name ?? one.node.addresses.at(-1));

describe('a conversation', () => {
  test('gathers the flows of a device to one service of one far end', () => {
    const home = homeOf(
      flows(
        START,
        { from: CAMERA, to: CLOUD, up: 3, down: 2 },
        { from: CAMERA, to: CLOUD, sourcePort: 40_001, up: 1, down: 0 },
      ),
    );
    expect(conversations(home)).toMatchObject([
      {
        device: 'd-020000000007',
        node: { addresses: ['203.0.113.5'] },
        protocol: 'tcp',
        port: 443,
        initiator: 'device',
        packetsUp: 4,
        packetsDown: 2,
        bytesUp: 400,
        bytesDown: 200,
      },
    ]);
    expect(home.counters('d-020000000007')).toEqual({ packetsUp: 4, packetsDown: 2, bytesUp: 400, bytesDown: 200 });
  });

  test('that the far end starts counts its packets as down', () => {
    const home = homeOf(flows(START, { from: CLOUD, to: CAMERA, port: 22, up: 5, down: 4 }));
    expect(conversations(home)).toMatchObject([
      { device: 'd-020000000007', initiator: 'node', port: 22, packetsUp: 4, packetsDown: 5 },
    ]);
  });

  test('between two devices counts once, under its initiator, and names the other device', () => {
    const home = homeOf(flows(START, { from: CAMERA, to: PHONE, up: 2, down: 3 }));
    expect(conversations(home)).toMatchObject([
      { device: 'd-020000000007', node: { device: 'd-020000000008' }, packetsUp: 2, packetsDown: 3 },
    ]);
    expect(home.counters('d-020000000008')).toEqual({ packetsUp: 0, packetsDown: 0, bytesUp: 0, bytesDown: 0 });
  });

  test('with a device that speaks only later is linked to it then', () => {
    const home = homeOf(
      flows(START, { from: CAMERA, to: PHONE, up: 2, down: 0 }),
      flows(START + 1000, { from: PHONE, to: CLOUD, slot: 1 }),
      { kind: 'tick', at: START + 2000 },
    );
    expect(conversations(home)[0]).toMatchObject({ node: { device: 'd-020000000008' }, packetsUp: 2 });
  });

  test('moves with its past when the initiator was guessed wrong', () => {
    const wrong = { from: CLOUD, to: CAMERA, sourcePort: 443, port: 40_000 };
    const right = { from: CAMERA, to: CLOUD, sourcePort: 40_000, port: 443 };
    const home = homeOf(
      flows(START, { ...wrong, up: 2, down: 1, flags: FLAG.fresh }),
      flows(START + 100, { ...right, up: 5, down: 7, flags: FLAG.swapped | FLAG.initiatorKnown }),
    );
    expect(conversations(home)).toMatchObject([{ port: 443, initiator: 'device', packetsUp: 6, packetsDown: 9 }]);
  });

  test('has port 0 for ICMP', () => {
    const home = homeOf(flows(START, { from: CAMERA, to: CLOUD, protocol: 1, port: 0x0800 }));
    expect(conversations(home)).toMatchObject([{ protocol: 'icmp', port: 0 }]);
  });

  test('is found again for a slot that the home never saw fresh, as after its restart', () => {
    const home = homeOf(flows(START, { from: CAMERA, to: CLOUD, slot: 9, flags: 0 }));
    expect(conversations(home)).toHaveLength(1);
  });

  test('does not take over a slot that another table reuses', () => {
    const home = homeOf(
      flows(START, { from: CAMERA, to: CLOUD, slot: 3 }),
      flows(START + 1, { from: PHONE, to: CLOUD, slot: 3, flags: 0 }),
    );
    expect(conversations(home).map((one) => one.device)).toEqual(['d-020000000007', 'd-020000000008']);
  });
});

describe('a far end is named', () => {
  test('by the name asked for, through aliases', () => {
    const home = homeOf(
      flows(START, { from: CAMERA, to: ROUTER, port: 53, protocol: 17 }),
      lookUp(START + 1, CAMERA, 'camera.example.com', ['203.0.113.5'], 60, ['a.example.net', 'b.example.net']),
      flows(START + 2, { from: CAMERA, to: CLOUD, slot: 1 }),
    );
    expect(nodes(home)).toEqual(['192.168.1.1', 'camera.example.com']);
    expect(conversations(home)[1]!.node.nameSource).toBe('dns');
  });

  test('by each device for itself', () => {
    const home = homeOf(
      lookUp(START, CAMERA, 'one.example', ['203.0.113.5']),
      flows(START, { from: CAMERA, to: CLOUD }, { from: PHONE, to: CLOUD }),
      lookUp(START + 1, CAMERA, 'one.example', ['203.0.113.5']),
      flows(START + 2, { from: CAMERA, to: CLOUD, slot: 5 }, { from: PHONE, to: CLOUD, slot: 6 }),
    );
    const named = conversations(home).filter((one) => one.node.name !== undefined);
    expect(named.map((one) => one.device)).toEqual(['d-020000000007']);
  });

  test('by the last answer, until its time to live is over, and at least for ten seconds', () => {
    const known = flows(START, { from: CAMERA, to: ROUTER, port: 53, protocol: 17 });
    const nodesAfter = (ms: number, ttl: number) =>
      homeOf(
        known,
        lookUp(START, CAMERA, 'old.example', ['203.0.113.5'], ttl),
        lookUp(START, CAMERA, 'new.example', ['203.0.113.5'], ttl),
        flows(START + ms, { from: CAMERA, to: CLOUD, slot: 1 }),
      );
    expect(nodes(nodesAfter(59_000, 60))[1]).toBe('new.example');
    expect(nodes(nodesAfter(61_000, 60))[1]).toBe('203.0.113.5');
    expect(nodes(nodesAfter(9000, 0))[1]).toBe('new.example');
    expect(nodes(nodesAfter(11_000, 0))[1]).toBe('203.0.113.5');
  });

  test('never by an answer to another question', () => {
    const forged = lookUp(START + 1, CAMERA, 'asked.example', []);
    forged.answers.push({ type: 'A', name: 'other.example', ttl: 60, address: '203.0.113.5' });
    const home = homeOf(
      flows(START, { from: CAMERA, to: ROUTER, port: 53, protocol: 17 }),
      forged,
      flows(START + 2, { from: CAMERA, to: CLOUD, slot: 1 }),
    );
    expect(nodes(home)[1]).toBe('203.0.113.5');
  });

  test('by the server name of its greeting where nothing was looked up, also what came before it', () => {
    const home = homeOf(
      flows(START, { from: CAMERA, to: CLOUD, up: 1, down: 1 }),
      hello(START + 50, CAMERA, CLOUD, 'cloud.example'),
      flows(START + 100, { from: CAMERA, to: CLOUD, up: 8, down: 9, flags: 0 }),
    );
    expect(conversations(home)).toMatchObject([
      { node: { name: 'cloud.example', nameSource: 'hello' }, packetsUp: 9, packetsDown: 10 },
    ]);
  });

  test('with all addresses it was reached at', () => {
    const home = homeOf(
      flows(START, { from: CAMERA, to: ROUTER, port: 53, protocol: 17 }),
      lookUp(START, CAMERA, 'many.example', ['203.0.113.5', '203.0.113.6']),
      flows(START, { from: CAMERA, to: CLOUD, slot: 1 }, { from: CAMERA, to: BEYOND('203.0.113.6'), slot: 2 }),
    );
    expect(conversations(home)[1]!.node.addresses).toEqual(['203.0.113.5', '203.0.113.6']);
  });
});

describe('a device', () => {
  test('is known by its hardware address, with many addresses', () => {
    const home = homeOf(
      {
        kind: 'router',
        at: START,
        mac: ROUTER.mac,
        addresses: ['fe80::1'],
        prefixes: ['2001:db8:1::/64'],
        resolvers: [],
      },
      flows(
        START,
        { from: CAMERA, to: CLOUD },
        { from: { mac: CAMERA.mac, address: '2001:db8:1::a1' }, to: BEYOND('2001:db8:9::1') },
        { from: { mac: CAMERA.mac, address: '2001:db8:1::b2' }, to: BEYOND('2001:db8:9::1') },
      ),
    );
    expect(ids(home)).toEqual(['d-020000000007']);
    expect(home.devices()[0]!.addresses).toEqual(['192.168.1.7', '2001:db8:1::a1', '2001:db8:1::b2']);
  });

  test('that spoofs a thousand sources is one device and does not own them', () => {
    const specs = Array.from({ length: 1000 }, (_, i) => ({
      from: { mac: CAMERA.mac, address: `198.51.100.${i % 250}` },
      to: BEYOND(`203.0.113.${i % 200}`),
      slot: i,
      down: 0,
    }));
    const home = homeOf(flows(START, { from: CAMERA, to: CLOUD }), flows(START + 1, ...specs));
    expect(ids(home)).toEqual(['d-020000000007']);
    expect(home.device('d-020000000007')!.addresses).toEqual(['192.168.1.7']);
    expect(home.totals().noConversation.packets).toBe(0);
  });

  test('without a hardware address is provisional until a neighbour tells it', () => {
    const { home, step } = createPipeline();
    step(flows(START, { from: { address: '192.168.1.7' }, to: { address: '203.0.113.5' }, up: 4, down: 1 }));
    expect(ids(home)).toEqual(['a-192.168.1.7']);
    const events = step({
      kind: 'neighbour',
      at: START + 1,
      mac: CAMERA.mac,
      address: '192.168.1.7',
      source: 'kernel',
    });
    expect(events.filter((event) => event.kind === 'merged')).toMatchObject([
      { device: 'a-192.168.1.7', into: 'd-020000000007' },
    ]);
    step(
      flows(START + 2, { from: { address: '192.168.1.7' }, to: { address: '203.0.113.5' }, up: 1, down: 1, flags: 0 }),
    );
    expect(ids(home)).toEqual(['d-020000000007']);
    expect(conversations(home)).toMatchObject([{ device: 'd-020000000007', packetsUp: 5, packetsDown: 2 }]);
  });

  test('is not made by being spoken to from inside', () => {
    const specs = Array.from({ length: 200 }, (_, i) => ({
      from: { address: '192.168.1.7' },
      to: { address: `192.168.1.${i + 20}` },
      down: 0,
      slot: i,
    }));
    expect(ids(homeOf(flows(START, ...specs)))).toEqual(['a-192.168.1.7']);
  });

  test('flood of made-up hardware addresses stays within the allowance', () => {
    const { home, step } = createPipeline({ limits: { newDevices: 10, newDeviceEvery: 10_000 } });
    const specs = Array.from({ length: 300 }, (_, i) => ({
      from: {
        mac: `02:00:00:00:${(i >> 8).toString(16).padStart(2, '0')}:${(i & 255).toString(16).padStart(2, '0')}`,
        address: `10.0.${i >> 8}.${i & 255}`,
      },
      to: BEYOND('203.0.113.5'),
      slot: i,
    }));
    step(flows(START, ...specs));
    expect(home.devices().length).toBeLessThanOrEqual(10);
    const { conversations: counted, noConversation } = home.totals();
    expect(counted.packets + noConversation.packets).toBe(600);
  });

  test('falls silent and comes back', () => {
    const { step } = createPipeline();
    const changes: string[] = [];
    const note = (observation: Observation) => {
      for (const event of step(observation)) if (event.kind === 'device') changes.push(event.change);
    };
    note(flows(START, { from: CAMERA, to: CLOUD }));
    for (let minute = 1; minute <= 12; minute++) note({ kind: 'tick', at: START + minute * 60_000 });
    note(flows(START + 13 * 60_000, { from: CAMERA, to: CLOUD }));
    note({ kind: 'tick', at: START + 14 * 60_000 });
    expect(changes.filter((change) => change !== 'changed')).toEqual(['found', 'gone', 'found']);
  });

  test('has its names best first, and the name that its owner gives it before all', () => {
    const { home, step } = createPipeline();
    step({
      kind: 'lease',
      at: START,
      mac: CAMERA.mac,
      source: 'dhcp4',
      addresses: [CAMERA.address],
      hostname: 'cam-1',
    });
    step({
      kind: 'service',
      at: START + 1,
      device: CAMERA,
      protocol: 'mdns',
      hostname: 'camera',
      service: '_rtsp._tcp',
    });
    step({
      kind: 'command',
      at: START + 2,
      by: 'owner',
      command: { name: 'rename-device', device: 'd-020000000007', to: 'Porch' },
    });
    expect(home.devices()).toMatchObject([{ names: ['Porch', 'cam-1', 'camera'], givenName: 'Porch', kind: 'camera' }]);
    step({
      kind: 'command',
      at: START + 3,
      by: 'owner',
      command: { name: 'rename-device', device: 'd-020000000007', to: '' },
    });
    expect(home.devices()[0]!.names).toEqual(['cam-1', 'camera']);
  });

  test('that nobody knows is not renamed, and the refusal says so', () => {
    const { home, step } = createPipeline();
    const command = { name: 'rename-device', device: 'd-nobody', to: 'x' } as const;
    expect(step({ kind: 'command', at: START, by: 'owner', command })).toEqual([]);
    expect(home.refusal).toEqual({ command, reason: 'unknown-device' });
    step({ kind: 'tick', at: START + 1 });
    expect(home.refusal).toBeUndefined();
  });

  test('that the store knew keeps its id, names and addresses', () => {
    const { home, step } = createPipeline();
    const known = { macs: [CAMERA.mac], addresses: [CAMERA.address], hostnames: ['cam-1'], firstSeen: 5, lastSeen: 9 };
    step({ kind: 'restore', at: START, devices: [{ id: 'a-192.168.1.200', givenName: 'Porch', ...known }] });
    step(flows(START + 1, { from: CAMERA, to: CLOUD }));
    expect(home.devices()).toMatchObject([{ id: 'a-192.168.1.200', names: ['Porch', 'cam-1'], firstSeen: 5 }]);
  });
});

describe('the gateway', () => {
  test('is who devices hand far packets to, and no device', () => {
    const home = homeOf(flows(START, { from: CAMERA, to: CLOUD }));
    expect(home.gateway().macs).toEqual([ROUTER.mac]);
    expect(ids(home)).toEqual(['d-020000000007']);
  });

  test('that first looked like a device gives its conversations back', () => {
    const { home, step } = createPipeline();
    step(flows(START, { from: ROUTER, to: CAMERA, port: 80, up: 3, down: 2 }));
    expect(ids(home)).toEqual(['d-020000000001', 'd-020000000007']);
    const events = step(flows(START + 1, { from: CAMERA, to: CLOUD, slot: 1 }));
    expect(events.map((event) => event.kind)).toContain('gateway');
    expect(ids(home)).toEqual(['d-020000000007']);
    expect(conversations(home)).toMatchObject([
      {
        device: 'd-020000000007',
        node: { addresses: ['192.168.1.1'] },
        initiator: 'node',
        packetsUp: 2,
        packetsDown: 3,
      },
      { device: 'd-020000000007', node: { addresses: ['203.0.113.5'] } },
    ]);
    expect(home.gateway()).toEqual({ macs: [ROUTER.mac], addresses: ['192.168.1.1'] });
  });

  test('is recognised among public addresses alone, whoever was taken for home first', () => {
    const server = { mac: CAMERA.mac, address: '198.51.100.7' };
    const clients = ['203.0.113.5', '192.0.2.9', '203.0.113.77'].map((address, i) => ({
      from: BEYOND(address),
      to: server,
      port: 80,
      slot: i,
    }));
    const home = homeOf(flows(START, ...clients));
    expect(ids(home)).toEqual(['d-020000000007']);
    expect(home.gateway().macs).toEqual([ROUTER.mac]);
    expect(conversations(home).map((one) => [one.initiator, one.node.addresses[0]])).toEqual(
      expect.arrayContaining(clients.map((client) => ['node', client.from.address])),
    );
    expect(home.totals().noConversation.packets).toBe(0);
  });

  test('is not a device that has a lease, whatever one forged frame says', () => {
    const lease = (end: typeof CAMERA): Observation => ({
      kind: 'lease',
      at: START,
      mac: end.mac,
      source: 'dhcp4',
      addresses: [end.address],
      network: { routers: [ROUTER.address], resolvers: [] },
    });
    const home = homeOf(
      lease(CAMERA),
      lease(PHONE),
      { kind: 'neighbour', at: START, mac: ROUTER.mac, address: ROUTER.address, source: 'arp' },
      flows(START + 1, { from: CAMERA, to: { mac: PHONE.mac, address: '203.0.113.5' } }),
      { kind: 'router', at: START + 2, mac: PHONE.mac, addresses: [], prefixes: [], resolvers: [] },
    );
    expect(ids(home)).toContain('d-020000000008');
    expect(home.gateway().macs).toEqual([ROUTER.mac]);
  });

  test('of the source itself is never a device', () => {
    const home = homeOf(
      {
        kind: 'source',
        at: START,
        source: 'agent',
        home: { prefixes: ['192.168.1.0/24'], macs: [] },
        own: { macs: [ROUTER.mac], addresses: [ROUTER.address] },
        coverage: [],
        lost: { events: 0, packets: 0 },
      },
      flows(START, { from: { address: '192.168.1.7' }, to: { address: ROUTER.address }, port: 53, protocol: 17 }),
      flows(START, {
        from: { address: ROUTER.address },
        to: { address: '203.0.113.53' },
        port: 53,
        protocol: 17,
        slot: 4,
      }),
    );
    expect(ids(home)).toEqual(['a-192.168.1.7']);
    expect(home.totals().noConversation.packets).toBe(2);
  });
});

test('a minute row tells what each conversation added in that minute', () => {
  const { step } = createPipeline({ history: true });
  const rows: unknown[] = [];
  const start = Math.ceil(START / 60_000) * 60_000;
  const note = (observation: Observation) => {
    for (const event of step(observation)) if (event.kind === 'minute') rows.push([event.start - start, ...event.rows]);
  };
  note(flows(start + 100, { from: CAMERA, to: CLOUD, up: 3, down: 2 }));
  note(flows(start + 59_000, { from: CAMERA, to: CLOUD, up: 1, down: 0, flags: 0 }));
  note(flows(start + 61_000, { from: CAMERA, to: CLOUD, up: 7, down: 0, flags: 0 }));
  note({ kind: 'tick', at: start + 120_000 });
  note({ kind: 'tick', at: start + 180_000 });
  const row = { device: 'd-020000000007', node: '203.0.113.5', protocol: 'tcp', port: 443, initiator: 'device' };
  expect(rows).toMatchObject([
    [0, { ...row, packetsUp: 4, packetsDown: 2 }],
    [60_000, { ...row, packetsUp: 7, packetsDown: 0 }],
  ]);
});
