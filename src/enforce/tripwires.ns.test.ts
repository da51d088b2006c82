import { spawn, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DesiredPolicy, DeviceLimits, PolicyDevice } from '../model/policy.ts';
import { cannotRun, until } from '../source/live/testbed.ts';
import { MAX_DESTINATIONS, MAX_HELD } from './define.ts';
import { LOG_GROUP } from './names.ts';
import { EnforcingBed, FAR, HOME, OTHER, openPolicy, ROUTER, SECOND, withDevice } from './testing/bed.ts';
import type { FrameOptions } from './testing/frames.ts';

const reason = cannotRun();
const PATIENCE = 10_000;
const canListen = spawnSync('tcpdump', ['--version']).status === 0;
const FAMILIES = ['v4', 'v6'] as const;

const LIMITS: DeviceLimits = {
  packets: { perSecond: 2000, burst: 1000 },
  destination: { perSecond: 200, burst: 100 },
  connections: { perSecond: 10, burst: 40 },
  unanswered: { perSecond: 10, burst: 40 },
  stateless: { perSecond: 5, burst: 20 },
  dns: { perSecond: 20, burst: 50 },
};
const UNNEEDED = [{ protocol: 47 }, { protocol: 6, port: 25 }];
const GRE = 47;

let bed: EnforcingBed;

const appliance = (change: Partial<PolicyDevice> = {}): DesiredPolicy => {
  const policy = openPolicy({ spoofing: { mode: 'enforce', exempt: [] } });
  return withDevice({ mode: 'enforce', limits: LIMITS, unneeded: UNNEEDED, ...change }, policy);
};
const packet = (v: 'v4' | 'v6', change: Partial<FrameOptions>): FrameOptions => ({
  sourceMac: HOME.mac,
  destinationMac: ROUTER.mac,
  source: HOME[v],
  destination: FAR[v],
  protocol: 17,
  ...change,
});

type Flood = {
  frame: FrameOptions;
  vary?: 'sourcePort' | 'destinationPort' | 'destination';
  count?: number;
  rate?: number;
};

/** Sends a flood and tells what of its protocol reached the internet and how many connections the table gained. */
async function flood({ frame, vary, count = 2000, rate = 2000 }: Flood): Promise<{ escaped: number; tracked: number }> {
  const [before, tracked] = [bed.arrived(frame.protocol), bed.conntrackCount()];
  await bed.device.tell({ do: 'flood', interface: 'eth0', frame, count, rate, ...(vary ? { vary } : {}) });
  return { escaped: bed.arrived(frame.protocol) - before, tracked: bed.conntrackCount() - tracked };
}

/** Every hold is over: the table is made anew. */
async function fresh(policy: DesiredPolicy): Promise<void> {
  await bed.forget();
  await bed.panic();
  bed.bed.run(bed.bed.router, ['conntrack', '-F']);
  await bed.apply(policy);
}

const counted = async (id: string) => (await bed.counters()).get(id)?.packets ?? 0;

describe.skipIf(reason)(`tripwires, judged on the far side${reason ? ` (skipped: ${reason})` : ''}`, () => {
  beforeAll(async () => {
    bed = await EnforcingBed.make({ nat: true });
  });
  afterAll(() => bed?.remove());
  beforeEach(() => fresh(appliance()));

  describe.each(FAMILIES)('%s', (v) => {
    it.each([
      ['UDP flood to one port', { frame: packet(v, {}) }],
      ['UDP flood from ever new ports', { frame: packet(v, {}), vary: 'sourcePort' }],
      ['SYN flood', { frame: packet(v, { protocol: 6, destinationPort: 80 }), vary: 'sourcePort' }],
      ['SYN scan of ports', { frame: packet(v, { protocol: 6 }), vary: 'destinationPort' }],
      ['ACK flood without a connection', { frame: packet(v, { protocol: 6, flags: 0x10 }), vary: 'sourcePort' }],
    ] as Array<[string, Flood]>)('ends a %s; few packets escape and no connection entries stay', async (_, attack) => {
      const { escaped, tracked } = await flood(attack);
      expect(escaped).toBeGreaterThan(0);
      expect(escaped).toBeLessThanOrEqual(120);
      expect(tracked).toBeLessThanOrEqual(escaped);
      expect(await counted('d-1')).toBeGreaterThan(1500);
      const again = await flood(attack);
      expect(again.escaped).toBe(0);
      expect(again.tracked).toBeLessThanOrEqual(0);
    });

    it('ends what the device never needs with its first packet', async () => {
      const attacks = [packet(v, { protocol: GRE }), packet(v, { protocol: 6, destinationPort: 25 })];
      for (const frame of attacks) expect(await flood({ frame, count: 100 })).toEqual({ escaped: 0, tracked: 0 });
    });

    it('ends spoofed sources with their first packet, also under unknown hardware addresses', async () => {
      const source = v === 'v4' ? '198.51.100.7' : '2001:db8:bad::7';
      expect(await flood({ frame: packet(v, { source }), count: 500 })).toEqual({ escaped: 0, tracked: 0 });
      const stranger = packet(v, { source, sourceMac: '02:aa:aa:aa:aa:aa' });
      expect((await flood({ frame: stranger, count: 500 })).escaped).toBe(0);
    });

    it('leaves the device its resolver and critical nodes during a hold, and others everything', async () => {
      await fresh(appliance({ critical: [SECOND[v]] }));
      await flood({ frame: packet(v, {}), vary: 'sourcePort' });
      expect(await bed.device.tell({ do: 'udp', address: FAR[v], port: 443, wait: 150 })).toBe(false);
      expect(await bed.device.tell({ do: 'udp', address: SECOND[v], port: 443, wait: PATIENCE })).toBe(true);
      expect(await bed.device.tell({ do: 'udp', address: ROUTER[v], port: 8080, wait: PATIENCE })).toBe(true);
      expect(await bed.other.tell({ do: 'udp', address: FAR[v], port: 443, wait: PATIENCE })).toBe(true);
    });

    it('ends a flood within a running connection', async () => {
      await fresh(appliance({ limits: { packets: { perSecond: 50, burst: 100 } } }));
      const ports = { sourcePort: 4100, destinationPort: 443 };
      const frame = packet(v, ports);
      await bed.device.tell({ do: 'udp', address: FAR[v], port: 443, wait: PATIENCE, sourcePort: ports.sourcePort });
      const { escaped } = await flood({ frame });
      expect(escaped).toBeGreaterThan(0);
      expect(escaped).toBeLessThanOrEqual(200);
    });

    it('is not lifted by allowing the device', async () => {
      await fresh({ ...appliance(), allows: [{ id: 'a', device: 'd-1' }] });
      expect((await flood({ frame: packet(v, {}), vary: 'sourcePort' })).escaped).toBeLessThanOrEqual(120);
    });

    it('counts only, where the household watches only', async () => {
      const policy = appliance({ mode: 'watch' });
      await fresh({ ...policy, spoofing: { mode: 'watch', exempt: [] } });
      expect((await flood({ frame: packet(v, {}), vary: 'sourcePort', count: 1000 })).escaped).toBe(1000);
      expect((await flood({ frame: packet(v, { protocol: GRE }), count: 100 })).escaped).toBe(100);
      const source = v === 'v4' ? '198.51.100.7' : '2001:db8:bad::7';
      expect((await flood({ frame: packet(v, { source }), count: 100 })).escaped).toBe(100);
      expect(await counted('d-1')).toBeGreaterThan(1000);
    });
  });

  it('counts how much a device does, and stops what nothing ordinary sends, where only volume is watched', async () => {
    await fresh(appliance({ volume: 'watch' }));
    expect((await flood({ frame: packet('v4', {}), vary: 'sourcePort', count: 500 })).escaped).toBe(500);
    expect(await counted('d-1')).toBeGreaterThan(300);
    const ack = packet('v4', { protocol: 6, flags: 0x10 });
    expect((await flood({ frame: ack, vary: 'sourcePort' })).escaped).toBeLessThanOrEqual(120);
    // Held for the second, it is held for the first too.
    expect((await flood({ frame: packet('v4', {}), vary: 'destinationPort', count: 200 })).escaped).toBe(0);
    expect((await flood({ frame: packet('v4', { protocol: GRE }), count: 100 })).escaped).toBe(0);
  });

  it('gives back what was held when the hold is over', async () => {
    await fresh({ ...appliance(), hold: 1 });
    await flood({ frame: packet('v4', {}), vary: 'sourcePort', count: 300 });
    expect(await bed.device.tell({ do: 'udp', address: FAR.v4, port: 443, wait: 100 })).toBe(false);
    const end = performance.now() + PATIENCE;
    let answered: unknown = false;
    while (!answered && performance.now() < end)
      answered = await bed.device.tell({ do: 'udp', address: FAR.v4, port: 443, wait: 200 });
    expect(answered).toBe(true);
  });

  it('limits hardware addresses that are no device yet, all together', async () => {
    await fresh(openPolicy({ strangers: { mode: 'enforce', connections: { perSecond: 20, burst: 50 } } }));
    const frame = packet('v4', { sourceMac: '02:aa:aa:aa:aa:aa' });
    expect((await flood({ frame, vary: 'sourcePort' })).escaped).toBeLessThanOrEqual(90);
    expect(await bed.other.tell({ do: 'udp', address: FAR.v4, port: 443, wait: PATIENCE })).toBe(true);
  });

  it('limits a device’s packets in all before its destinations can fill the set of destinations', async () => {
    const limits = { packets: { perSecond: 50, burst: 60 }, destination: { perSecond: 10, burst: 10 } };
    await fresh(appliance({ limits }));
    expect((await flood({ frame: packet('v4', {}), vary: 'destination' })).escaped).toBeLessThanOrEqual(130);
    const listed = bed.bed.run(bed.bed.router, ['nft', '-j', 'list', 'set', 'inet', 'spin', 'destination4']);
    expect(listed.split(HOME.mac).length - 1).toBeLessThanOrEqual(130);
  });

  it('limits destinations that a full set has no place for, and another device keeps its own share', async () => {
    const limits = { packets: { perSecond: 100_000, burst: 100_000 }, destination: { perSecond: 50, burst: 50 } };
    const policy = appliance({ limits });
    const [first, second] = policy.devices;
    await fresh({ ...policy, devices: [first!, { ...second!, mode: 'enforce', limits }] });
    fillDestinations();
    const { escaped } = await flood({ frame: packet('v4', {}), vary: 'destination', count: 1000 });
    expect(escaped).toBeLessThanOrEqual(110);
    expect(await bed.other.tell({ do: 'udp', address: FAR.v4, port: 443, wait: PATIENCE })).toBe(true);
  });

  it.each(['held', 'told_connections'])('still limits a device when the set %s is full', async (name) => {
    fillHeld(name);
    const began = performance.now();
    const { escaped, tracked } = await flood({ frame: packet('v4', {}), vary: 'sourcePort' });
    const seconds = (performance.now() - began) / 1000;
    expect(escaped).toBeLessThanOrEqual(40 + 10 * (seconds + 1));
    expect(tracked).toBeLessThanOrEqual(escaped);
    expect(await bed.other.tell({ do: 'udp', address: FAR.v4, port: 443, wait: PATIENCE })).toBe(true);
  });

  it.skipIf(!canListen)('tells who and why through NFLOG at once, and once a second', async () => {
    const listener = listen();
    try {
      await until('the listener', () => listener.noise.includes('listening'), PATIENCE);
      await flood({ frame: packet('v4', {}), vary: 'sourcePort', count: 400, rate: 1000 });
      await until('the message', () => listener.told.includes(HOME.v4), PATIENCE);
      expect(listener.told.trim().split('\n')).toHaveLength(1);
    } finally {
      listener.child.kill('SIGKILL');
    }
  });

  it('is in force also when nothing of ours runs', async () => {
    await bed.forget();
    expect((await flood({ frame: packet('v4', {}), vary: 'sourcePort' })).escaped).toBeLessThanOrEqual(120);
    await bed.apply(appliance());
    expect((await flood({ frame: packet('v4', {}), vary: 'sourcePort', count: 200 })).escaped).toBe(0);
  });
});

/** What the kernel tells about tripwires, as text. */
function listen() {
  const command = ['netns', 'exec', bed.bed.router, 'tcpdump', '-l', '-n', '-i', `nflog:${LOG_GROUP}`];
  const child = spawn('ip', command, { stdio: ['ignore', 'pipe', 'pipe'] });
  const listener = { child, told: '', noise: '' };
  child.stdout.on('data', (text: Buffer) => {
    listener.told += text.toString();
  });
  child.stderr.on('data', (text: Buffer) => {
    listener.noise += text.toString();
  });
  return listener;
}

/** Puts foreign entries into sets that the kernel fills, until it takes no more. */
function fill(name: string, size: number, keyOf: (n: number) => string): void {
  const lines: string[] = [];
  for (let start = 0; start < size; start += 4096) {
    const keys = Array.from({ length: Math.min(4096, size - start) }, (_, i) => `${keyOf(start + i)} timeout 60s`);
    lines.push(`add element inet spin ${name} { ${keys.join(', ')} }`);
  }
  bed.bed.run(bed.bed.router, ['nft', '-f', '-'], `${lines.join('\n')}\n`);
}

const hex = (n: number) => n.toString(16).padStart(2, '0');

function fillHeld(name: string): void {
  fill(name, MAX_HELD, (n) => `06:00:00:00:${hex(n >>> 8)}:${hex(n & 255)}`);
}

function fillDestinations(): void {
  fill('destination4', MAX_DESTINATIONS, (n) => `${OTHER.mac} . 10.${n >>> 16}.${(n >>> 8) & 255}.${n & 255}`);
}
