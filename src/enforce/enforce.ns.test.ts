import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DesiredPolicy, LadderStep, PolicyBlock } from '../model/policy.ts';
import { cannotRun } from '../source/live/testbed.ts';
import { Nftables } from './nftables.ts';
import { EnforcingBed, FAR, HOME, OTHER, openPolicy, ROUTER, SECOND, withDevice } from './testing/bed.ts';

const reason = cannotRun();
const FAMILIES = ['v4', 'v6'] as const;
/** An answer takes well below a millisecond; a busy machine may take long. */
const PATIENCE = 10_000;
/** As long as an answer is awaited that must not come. */
const SILENCE = 150;
const node = (...addresses: string[]) => ({ addresses, prefixes: [] });

let bed: EnforcingBed;

const reaches = (address: string, port: number, from: 'device' | 'other' | 'far' = 'device') =>
  bed[from].tell({ do: 'udp', address, port, wait: PATIENCE });

/**
 * Whether neither an answer comes back nor a packet of it reaches the internet. Of its family alone: connections that
 * earlier tests cut send again for long, and arrive when the next test cuts something else.
 */
async function isCut(address: string, port: number, from: 'device' | 'other' = 'device'): Promise<boolean> {
  const family = address.includes(':') ? 'v6' : 'v4';
  const arrived = () => bed.arrived(17, port, family) + bed.arrived(6, port, family);
  const before = arrived();
  const answers = [
    await bed[from].tell({ do: 'udp', address, port, wait: SILENCE }),
    await bed[from].tell({ do: 'tcp', address, port, wait: SILENCE }),
  ];
  return !answers.includes(true) && arrived() === before;
}

const block = (change: Partial<PolicyBlock>): DesiredPolicy => openPolicy({ blocks: [{ id: 'b', ...change }] });

describe.skipIf(reason)(`what is cut, seen from the internet${reason ? ` (skipped: ${reason})` : ''}`, () => {
  beforeAll(async () => {
    bed = await EnforcingBed.make({ nat: true });
  });
  afterAll(() => bed?.remove());

  describe.each(FAMILIES)('%s', (v) => {
    it('nothing, as long as nothing is blocked', async () => {
      await bed.apply(openPolicy());
      expect(await reaches(FAR[v], 443)).toBe(true);
      expect(await bed.device.tell({ do: 'tcp', address: FAR[v], port: 443, wait: PATIENCE })).toBe(true);
    });

    it('a device, both ways, and no other device', async () => {
      await bed.apply(block({ device: 'd-1' }));
      expect(await isCut(FAR[v], 443)).toBe(true);
      expect(await bed.far.tell({ do: 'udp', address: HOME[v], port: 8080, wait: SILENCE, source: FAR[v] })).toBe(
        false,
      );
      expect(await reaches(FAR[v], 443, 'other')).toBe(true);
      expect(await reaches(OTHER[v], 8080, 'far')).toBe(true);
      expect((await bed.counters()).get('b')!.packets).toBeGreaterThanOrEqual(3);
    });

    it('a node by its address, for all devices, and no other node', async () => {
      await bed.apply(block({ node: node(FAR[v]) }));
      expect(await isCut(FAR[v], 443)).toBe(true);
      expect(await isCut(FAR[v], 443, 'other')).toBe(true);
      expect(await reaches(SECOND[v], 443)).toBe(true);
      expect(await bed.far.tell({ do: 'udp', address: HOME[v], port: 8080, wait: SILENCE, source: FAR[v] })).toBe(
        false,
      );
    });

    it('nodes by prefix', async () => {
      const prefix = v === 'v4' ? '203.0.113.0/31' : '2001:db8:2::/127';
      const wide = v === 'v4' ? '203.0.113.2/31' : '2001:db8:2::2/127';
      await bed.apply(block({ node: { addresses: [], prefixes: [prefix] } }));
      expect(await reaches(FAR[v], 443)).toBe(true);
      await bed.apply(block({ node: { addresses: [], prefixes: [prefix, wide] } }));
      expect(await isCut(FAR[v], 443)).toBe(true);
      expect(await isCut(SECOND[v], 443)).toBe(true);
    });

    it('a conversation: one device with one node', async () => {
      await bed.apply(block({ device: 'd-1', node: node(FAR[v]) }));
      expect(await isCut(FAR[v], 443)).toBe(true);
      expect(await reaches(SECOND[v], 443)).toBe(true);
      expect(await reaches(FAR[v], 443, 'other')).toBe(true);
    });

    it('one service of a conversation', async () => {
      const service = { protocol: 17, port: 443, initiator: 'device' } as const;
      await bed.apply(block({ device: 'd-1', node: node(FAR[v]), service }));
      expect(await bed.device.tell({ do: 'udp', address: FAR[v], port: 443, wait: SILENCE })).toBe(false);
      expect(await bed.device.tell({ do: 'tcp', address: FAR[v], port: 443, wait: PATIENCE })).toBe(true);
      expect(await reaches(FAR[v], 80)).toBe(true);
      expect(await reaches(SECOND[v], 443)).toBe(true);
    });

    it('a port or a protocol, of one device or of all', async () => {
      const service = { protocol: 17, port: 80, initiator: 'device' } as const;
      await bed.apply(block({ device: 'd-1', service }));
      expect(await bed.device.tell({ do: 'udp', address: SECOND[v], port: 80, wait: SILENCE })).toBe(false);
      expect(await reaches(FAR[v], 443)).toBe(true);
      expect(await reaches(FAR[v], 80, 'other')).toBe(true);
      await bed.apply(block({ service }));
      expect(await bed.other.tell({ do: 'udp', address: FAR[v], port: 80, wait: SILENCE })).toBe(false);
      await bed.apply(block({ device: 'd-1', service: { protocol: 17, initiator: 'device' } }));
      expect(await bed.device.tell({ do: 'udp', address: FAR[v], port: 443, wait: SILENCE })).toBe(false);
      expect(await bed.device.tell({ do: 'tcp', address: FAR[v], port: 443, wait: PATIENCE })).toBe(true);
    });

    it('what the device serves, where that is what is blocked', async () => {
      const service = { protocol: 17, port: 8080, initiator: 'node' } as const;
      await bed.apply(block({ device: 'd-1', service }));
      expect(await bed.far.tell({ do: 'udp', address: HOME[v], port: 8080, wait: SILENCE, source: FAR[v] })).toBe(
        false,
      );
      expect(await reaches(OTHER[v], 8080, 'far')).toBe(true);
      expect(await reaches(FAR[v], 443)).toBe(true);
    });

    it('the internet while it is paused, for a device or the home, not the router', async () => {
      await bed.apply(block({ device: 'd-1', internet: true }));
      expect(await isCut(FAR[v], 443)).toBe(true);
      expect(await reaches(FAR[v], 443, 'other')).toBe(true);
      await bed.apply(block({ internet: true }));
      expect(await isCut(FAR[v], 443, 'other')).toBe(true);
      expect(await reaches(ROUTER[v], 8080)).toBe(true);
    });

    it('not what is allowed, at either end', async () => {
      const blocks = [{ id: 'b', device: 'd-1' }];
      await bed.apply(openPolicy({ blocks, allows: [{ id: 'a', node: node(FAR[v]) }] }));
      expect(await reaches(FAR[v], 443)).toBe(true);
      expect(await isCut(SECOND[v], 443)).toBe(true);
      const nodes = [
        { id: 'n', node: node(FAR[v]) },
        { id: 'p', internet: true as const },
      ];
      await bed.apply(openPolicy({ blocks: nodes, allows: [{ id: 'a', device: 'd-1' }] }));
      expect(await reaches(FAR[v], 443)).toBe(true);
      expect(await isCut(FAR[v], 443, 'other')).toBe(true);
    });

    it('a running connection, at once, and not for longer than the rule', async () => {
      await bed.apply(openPolicy());
      expect(await bed.device.tell({ do: 'open', address: FAR[v], port: 443 })).toBe(true);
      expect(await bed.device.tell({ do: 'say', wait: PATIENCE })).toBe(true);
      await bed.apply(block({ device: 'd-1', node: node(FAR[v]) }));
      const before = bed.arrived(6, 443);
      expect(await bed.device.tell({ do: 'say', wait: 500 })).toBe(false);
      expect(bed.arrived(6, 443)).toBe(before);
      await bed.apply(openPolicy());
      expect(await bed.device.tell({ do: 'say', wait: PATIENCE })).toBe(true);
      // What it would send again later is no matter of the next tests.
      await bed.device.tell({ do: 'close' });
    });

    it.each<[string, () => DesiredPolicy]>([
      ['its device', () => block({ device: 'd-1' })],
      ['its node', () => block({ node: node(FAR[v]) })],
      ['its service', () => block({ service: { protocol: 6, port: 443, initiator: 'device' } })],
      ['a pause of its device', () => block({ device: 'd-1', internet: true })],
      ['a pause of the home', () => block({ internet: true })],
      ['essential only', () => withDevice({ ladder: { id: 'q', step: 'essential', essential: [] } })],
      ['local only', () => withDevice({ ladder: { id: 'q', step: 'local' } })],
      ['isolation', () => withDevice({ ladder: { id: 'q', step: 'isolated' } })],
    ])('a running connection, by %s, even where the kernel had counted it among the harmless', async (_, cut) => {
      const limits = { packets: { perSecond: 1000, burst: 1000 } };
      await bed.apply(withDevice({ mode: 'enforce', limits }));
      expect(await bed.device.tell({ do: 'open', address: FAR[v], port: 443 })).toBe(true);
      expect(await bed.device.tell({ do: 'say', wait: PATIENCE })).toBe(true);
      await bed.apply(cut());
      const before = bed.arrived(6, 443);
      expect(await bed.device.tell({ do: 'say', wait: SILENCE })).toBe(false);
      expect(bed.arrived(6, 443)).toBe(before);
      await bed.device.tell({ do: 'close' });
    });

    it('a running connection that was remembered as let through, with the next change', async () => {
      const elsewhere: PolicyBlock[] = [
        { id: 'n', node: { addresses: ['198.51.100.1', '2001:db8:bad::1'], prefixes: ['198.51.100.64/26'] } },
        { id: 's', service: { protocol: 6, port: 4444, initiator: 'device' } },
      ];
      await bed.apply(openPolicy({ blocks: elsewhere }));
      expect(await bed.device.tell({ do: 'open', address: FAR[v], port: 443 })).toBe(true);
      for (let i = 0; i < 3; i++) expect(await bed.device.tell({ do: 'say', wait: PATIENCE })).toBe(true);
      const remembered = bed.bed.run(bed.bed.router, ['nft', 'list', 'set', 'inet', 'spin', 'passed_out']);
      expect(remembered).toContain('expires');
      await bed.apply(openPolicy({ blocks: [...elsewhere, { id: 'b', node: node(FAR[v]) }] }));
      const before = bed.arrived(6, 443);
      expect(await bed.device.tell({ do: 'say', wait: SILENCE })).toBe(false);
      expect(bed.arrived(6, 443)).toBe(before);
      await bed.device.tell({ do: 'close' });
    });

    it('the ladder: essential nodes only, the local network only, nothing but what a device needs to be there', async () => {
      const critical = [SECOND[v]];
      await bed.apply(withDevice({ critical, ladder: { id: 'q', step: 'essential', essential: [FAR[v]] } }));
      expect(await reaches(FAR[v], 443)).toBe(true);
      expect(await reaches(SECOND[v], 443)).toBe(true);
      await bed.apply(withDevice({ critical, ladder: { id: 'q', step: 'essential', essential: [] } }));
      expect(await isCut(FAR[v], 443)).toBe(true);
      expect(await reaches(SECOND[v], 443)).toBe(true);
      await bed.apply(withDevice({ critical, ladder: { id: 'q', step: 'local' } }));
      expect(await isCut(FAR[v], 443)).toBe(true);
      expect(await reaches(SECOND[v], 443)).toBe(true);
      expect(await reaches(ROUTER[v], 8080)).toBe(true);
      await bed.apply(withDevice({ critical, ladder: { id: 'q', step: 'isolated' } }));
      expect(await isCut(SECOND[v], 443)).toBe(true);
      expect(await bed.device.tell({ do: 'udp', address: ROUTER[v], port: 8080, wait: SILENCE })).toBe(false);
      expect((await bed.counters()).get('q')!.packets).toBeGreaterThan(0);
      expect(await reaches(FAR[v], 443, 'other')).toBe(true);
    });

    it('nothing of neighbour discovery, where a device is isolated', async () => {
      await bed.apply(withDevice({ ladder: { id: 'q', step: 'isolated' } }));
      for (const name of [bed.bed.home, bed.bed.router]) bed.bed.run(name, ['ip', 'neigh', 'flush', 'all']);
      expect(await bed.device.tell({ do: 'udp', address: ROUTER[v], port: 8080, wait: SILENCE })).toBe(false);
      expect(bed.bed.run(bed.bed.home, ['ip', 'neigh', 'show', ROUTER[v]])).toContain(ROUTER.mac);
    });

    it('not what runs between a device and its resolver or this machine, whatever is blocked for all', async () => {
      const policy = openPolicy({ resolvers: [FAR[v]] });
      await bed.apply(policy);
      expect(await bed.device.tell({ do: 'open', address: FAR[v], port: 53 })).toBe(true);
      expect(await bed.router.tell({ do: 'open', address: HOME[v], port: 8080 })).toBe(true);
      expect(await bed.other.tell({ do: 'open', address: FAR[v], port: 443 })).toBe(true);
      for (const peer of [bed.device, bed.router, bed.other])
        expect(await peer.tell({ do: 'say', wait: PATIENCE })).toBe(true);
      const prefixes = [v === 'v4' ? '0.0.0.0/0' : '::/0'];
      const blocks: PolicyBlock[] = [
        { id: 'n', node: { addresses: [FAR[v]], prefixes } },
        { id: 's', service: { protocol: 6, initiator: 'device' } },
        { id: 'p', internet: true },
      ];
      await bed.apply({ ...policy, blocks });
      expect(await bed.device.tell({ do: 'say', wait: PATIENCE })).toBe(true);
      expect(await bed.router.tell({ do: 'say', wait: PATIENCE })).toBe(true);
      expect(await bed.other.tell({ do: 'say', wait: SILENCE })).toBe(false);
      for (const peer of [bed.device, bed.router, bed.other]) await peer.tell({ do: 'close' });
    });

    it('not the way of the owner to the page, nor DHCP and neighbour discovery of an isolated device', async () => {
      const policy = withDevice({ ladder: { id: 'q', step: 'isolated' } });
      const page = { addresses: [FAR[v]], ports: [7746] };
      const cut = {
        ...policy,
        page,
        blocks: [
          { id: 'b', device: 'd-1' },
          { id: 'n', node: node(FAR[v]) },
        ],
      };
      await bed.apply({ ...cut, consoles: [{ mac: HOME.mac, addresses: [HOME[v]] }] });
      expect(await bed.device.tell({ do: 'tcp', address: FAR[v], port: 7746, wait: PATIENCE })).toBe(true);
      expect(await isCut(FAR[v], 443)).toBe(true);
      await bed.apply(cut);
      expect(await isCut(FAR[v], 7746)).toBe(true);
      bed.bed.run(bed.bed.home, ['ip', 'neigh', 'flush', 'dev', 'eth0']);
      bed.bed.run(bed.bed.router, ['nft', '-f', '-'], dhcpCounter);
      const dhcp = {
        sourceMac: HOME.mac,
        destinationMac: ROUTER.mac,
        source: v === 'v4' ? '0.0.0.0' : 'fe80::1',
        destination: v === 'v4' ? '255.255.255.255' : 'ff02::1:2',
        protocol: 17,
        sourcePort: v === 'v4' ? 68 : 546,
        destinationPort: v === 'v4' ? 67 : 547,
      };
      await bed.device.tell({ do: 'flood', interface: 'eth0', frame: dhcp, count: 3, rate: 1000 });
      const listed = bed.bed.run(bed.bed.router, ['nft', 'list', 'table', 'inet', 'judge']);
      bed.bed.run(bed.bed.router, ['nft', 'delete', 'table', 'inet', 'judge']);
      expect(listed).toContain('packets 3');
    });
  });

  const dhcpCounter = `table inet judge {
  chain c {
    type filter hook prerouting priority -100
    udp dport { 67, 547 } counter
  }
}
`;

  it.each(FAMILIES)('more than a rate of bytes, on the step slow (%s)', async (v) => {
    await bed.apply(openPolicy());
    await bed.apply(withDevice({ ladder: { id: 'q', step: 'slow', bytesPerSecond: 8000 } }));
    const frame = {
      sourceMac: HOME.mac,
      destinationMac: ROUTER.mac,
      source: HOME[v],
      destination: FAR[v],
      protocol: 17,
    };
    const before = bed.arrived(17, 9);
    await bed.device.tell({ do: 'flood', interface: 'eth0', frame, count: 2000, rate: 4000 });
    const passed = bed.arrived(17, 9) - before;
    // Packets of 36 or 56 bytes: a burst of 222 or 142, and as many a second.
    expect(passed).toBeGreaterThan(100);
    expect(passed).toBeLessThan(1000);
  });
});

describe.skipIf(reason)('a device that the router hands connections of the internet to', () => {
  beforeAll(async () => {
    bed = await EnforcingBed.make({ nat: true });
    bed.bed.run(bed.bed.router, ['nft', '-f', '-'], PORT_FORWARD);
  });
  afterAll(() => bed?.remove());

  const WAN = '203.0.113.1';
  const comesIn = (wait: number) => bed.far.tell({ do: 'tcp', address: WAN, port: 8081, wait });

  it('is reached, until the device, the service or the far end is blocked', async () => {
    await bed.apply(openPolicy());
    expect(await comesIn(PATIENCE)).toBe(true);
    const service = { protocol: 6, port: 8080, initiator: 'node' } as const;
    for (const cut of [{ device: 'd-1' }, { device: 'd-1', service }, { node: node(FAR.v4) }]) {
      await bed.apply(block(cut));
      expect(await comesIn(SILENCE)).toBe(false);
      await bed.apply(openPolicy());
      expect(await comesIn(PATIENCE)).toBe(true);
    }
  });

  it('answers within its limits, however many connections come in', async () => {
    const limits = { connections: { perSecond: 1, burst: 1 }, unanswered: { perSecond: 1, burst: 1 } };
    await bed.apply(withDevice({ mode: 'enforce', limits }));
    for (let i = 0; i < 5; i++) expect(await comesIn(PATIENCE)).toBe(true);
  });
});

const PORT_FORWARD = `table ip forward {
  chain prerouting {
    type nat hook prerouting priority -100
    iifname "wan" tcp dport 8081 dnat to ${HOME.v4}:8080
  }
}
`;

describe.skipIf(reason)('the table', () => {
  beforeAll(async () => {
    bed = await EnforcingBed.make({ nat: false });
    bed.bed.run(bed.bed.router, ['nft', '-f', '-'], 'table ip theirs {\n chain c {\n }\n}\n');
  });
  afterAll(() => bed?.remove());

  it('is exactly what was wanted, also after changes by elements, and keeps its counters', async () => {
    const wide = openPolicy({
      spoofing: { mode: 'enforce', exempt: [OTHER.mac] },
      strangers: { mode: 'enforce', connections: { perSecond: 50, burst: 100 } },
      blocks: [
        { id: 'b', device: 'd-1' },
        { id: 'p', internet: true },
        {
          id: 'n',
          node: { addresses: [FAR.v6], prefixes: ['0.0.0.0/0', '9.9.9.0/24', '2001:db8::/32', '9.9.9.9/32'] },
        },
        {
          id: 'c',
          device: 'd-2',
          node: { addresses: [], prefixes: ['10.0.0.0/8', '10.1.0.0/16'] },
          service: { protocol: 6, port: 22, initiator: 'device' },
        },
      ],
    });
    await bed.apply(openPolicy({ blocks: [{ id: 'b', device: 'd-1' }] }));
    expect(await isCut(FAR.v4, 443)).toBe(true);
    await bed.apply(
      withDevice(
        {
          mode: 'enforce',
          limits: APPLIANCE,
          unneeded: [{ protocol: 47 }, { protocol: 6, port: 25 }],
          ladder: { id: 'q', step: 'slow', bytesPerSecond: 100_000 },
        },
        wide,
      ),
    );
    expect(await bed.onRouter(() => bed.nft.check())).toEqual([]);
    expect((await bed.counters()).get('b')!.packets).toBeGreaterThan(0);
    await bed.apply(openPolicy());
    expect(await bed.onRouter(() => bed.nft.check())).toEqual([]);
  });

  it('is exactly what was wanted after any sequence of changes, most of them made without nft', async () => {
    const address = fc.constantFrom(FAR.v4, FAR.v6, SECOND.v4, SECOND.v6, '198.51.100.1', '2001:db8:bad::1');
    const service = fc.record({
      protocol: fc.constantFrom(6, 17),
      port: fc.constantFrom(80, 443),
      initiator: fc.constantFrom('device' as const, 'node' as const),
    });
    const device = fc.constantFrom('d-1', 'd-2');
    const nodes = fc.uniqueArray(address, { maxLength: 4 }).map((addresses) => ({ addresses, prefixes: [] }));
    const one = fc.oneof(
      fc.record({ device }),
      fc.record({ device, node: nodes }),
      fc.record({ device, node: nodes, service }),
      fc.record({ device, service }),
      fc.record({ device, internet: fc.constant(true as const) }),
      fc.record({ node: nodes }),
    );
    const ladder = fc.constantFrom<LadderStep | undefined>(
      { id: 'q', step: 'slow', bytesPerSecond: 64_000 },
      { id: 'q', step: 'essential', essential: [FAR.v4, FAR.v6] },
      { id: 'q', step: 'local' },
      undefined,
    );
    const packets = fc.record({ perSecond: fc.integer({ min: 1, max: 9 }), burst: fc.constant(7) });
    const policy = fc
      .tuple(fc.array(one, { maxLength: 3 }), ladder, fc.option(packets, { nil: undefined }))
      .map(([blocks, step, limit]) =>
        withDevice(
          { ...(step && { ladder: step }), ...(limit && { mode: 'enforce', limits: { packets: limit } }) },
          openPolicy({ blocks: blocks.map((block, i) => ({ id: `b${i}`, ...block })) }),
        ),
      );
    await fc.assert(
      fc.asyncProperty(fc.array(policy, { minLength: 2, maxLength: 4 }), async (sequence) => {
        for (const next of sequence) await bed.apply(next);
        expect(await bed.onRouter(() => bed.nft.check())).toEqual([]);
      }),
      { numRuns: 25, endOnFailure: true },
    );
  });

  it('that somebody changed behind our back becomes what is wanted with the next change all the same', async () => {
    await bed.apply(openPolicy({ blocks: [{ id: 'b', device: 'd-1' }] }));
    bed.bed.run(bed.bed.router, ['nft', 'flush', 'set', 'inet', 'spin', 'block_out_device']);
    await bed.apply(openPolicy());
    expect(await bed.onRouter(() => bed.nft.check())).toEqual([]);
    bed.bed.run(bed.bed.router, ['nft', 'delete', 'table', 'inet', 'spin']);
    await bed.apply(openPolicy({ blocks: [{ id: 'b', device: 'd-1' }] }));
    expect(await bed.onRouter(() => bed.nft.check())).toEqual([]);
    expect(await isCut(FAR.v4, 443)).toBe(true);
  });

  it('stays when the program dies, and is adopted without a gap', async () => {
    await bed.apply(block({ device: 'd-1' }));
    expect(await isCut(FAR.v4, 443)).toBe(true);
    await bed.forget();
    expect(await isCut(FAR.v4, 443)).toBe(true);
    await bed.apply(block({ device: 'd-1' }));
    expect((await bed.counters()).get('b')!.packets).toBeGreaterThanOrEqual(4);
    expect(await bed.onRouter(() => bed.nft.check())).toEqual([]);
  });

  it('of another version is replaced', async () => {
    await bed.forget();
    await bed.panic();
    const old =
      'table inet spin {\n set schema_old { type mark; }\n chain gone { type filter hook forward priority 5; drop; }\n}\n';
    bed.bed.run(bed.bed.router, ['nft', '-f', '-'], old);
    await bed.apply(openPolicy());
    expect(await reaches(FAR.v4, 443)).toBe(true);
    expect(await bed.onRouter(() => bed.nft.check())).toEqual([]);
  });

  it('that somebody changed or removed is told of and brought back', async () => {
    await bed.apply(block({ device: 'd-1' }));
    bed.bed.run(bed.bed.router, ['nft', 'delete', 'element', 'inet', 'spin', 'block_out_device', `{ ${HOME.mac} }`]);
    bed.bed.run(bed.bed.router, ['nft', 'flush', 'chain', 'inet', 'spin', 'ruled']);
    expect(await bed.onRouter(() => bed.nft.repair())).toEqual([
      'chain ruled: 0 instead of 6 rules',
      `block_out_device: ${HOME.mac} is missing`,
    ]);
    expect(await bed.onRouter(() => bed.nft.check())).toEqual([]);
    bed.bed.run(bed.bed.router, ['nft', 'delete', 'table', 'inet', 'spin']);
    expect(await bed.onRouter(() => bed.nft.repair())).toEqual(['the table is not there']);
    expect(await isCut(FAR.v4, 443)).toBe(true);
    bed.bed.run(bed.bed.router, ['nft', 'delete', 'table', 'inet', 'spin']);
    await bed.apply(block({ device: 'd-1', internet: true }));
    expect(await isCut(FAR.v4, 443)).toBe(true);
  });

  it('that somebody changed is brought back also while an attacker keeps its sets too full to be listed', async () => {
    const limits = { packets: { perSecond: 1000, burst: 1000 } };
    const policy = withDevice({ mode: 'enforce', limits }, openPolicy({ blocks: [{ id: 'b', device: 'd-1' }] }));
    await bed.apply(policy);
    const elements = (i: number) =>
      Array.from({ length: 1000 }, (_, j) => `${HOME.mac} . 10.${i}.${j >> 8}.${j & 255}`);
    const full = Array.from(
      { length: 90 },
      (_, i) =>
        `add element inet spin destination4 { ${elements(i)
          .map((key) => `${key} timeout 300s`)
          .join(', ')} }\n`,
    );
    bed.bed.run(bed.bed.router, ['nft', '-f', '-'], full.join(''));
    expect(await bed.onRouter(() => bed.nft.repair())).toEqual([]);
    bed.bed.run(bed.bed.router, ['nft', 'delete', 'element', 'inet', 'spin', 'ruled', `{ ${HOME.mac} }`]);
    bed.bed.run(bed.bed.router, ['nft', 'flush', 'chain', 'inet', 'spin', 'ruled']);
    expect(await bed.onRouter(() => bed.nft.repair())).toEqual([
      'chain ruled: 0 instead of 6 rules',
      `ruled: ${HOME.mac} is missing`,
    ]);
    expect(await isCut(FAR.v4, 443)).toBe(true);
    expect(await bed.onRouter(() => bed.nft.repair())).toEqual([]);
    bed.bed.run(bed.bed.router, ['nft', 'delete', 'table', 'inet', 'spin']);
    expect(await bed.onRouter(() => bed.nft.repair())).toEqual(['the table is not there']);
  });

  it('has one master', async () => {
    await bed.apply(openPolicy());
    await expect(bed.onRouter(() => Nftables.open())).rejects.toMatchObject({ code: 'second-instance' });
  });

  it('goes as a whole in a panic, and no other table with it', async () => {
    await bed.apply(block({ device: 'd-1' }));
    await bed.panic();
    const tables = bed.bed.run(bed.bed.router, ['nft', 'list', 'tables']);
    expect(tables).toContain('table ip theirs');
    expect(tables).not.toContain('spin');
    expect(await reaches(FAR.v4, 443)).toBe(true);
    await bed.panic();
  });
});

const APPLIANCE = {
  packets: { perSecond: 1000, burst: 500 },
  destination: { perSecond: 200, burst: 100 },
  connections: { perSecond: 10, burst: 40 },
  unanswered: { perSecond: 10, burst: 40 },
  stateless: { perSecond: 5, burst: 20 },
  dns: { perSecond: 20, burst: 50 },
};
