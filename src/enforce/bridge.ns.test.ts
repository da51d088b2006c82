import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DesiredPolicy } from '../model/policy.ts';
import { cannotRun } from '../source/live/testbed.ts';
import { EnforcingBed, FAR, HOME, OTHER, openPolicy, ROUTER, withDevice } from './testing/bed.ts';

const reason = cannotRun();
const PATIENCE = 10_000;
const SILENCE = 150;
/** Of the router behind the bridge, which is where the bed's internet is. */
const GATEWAY_MAC = '02:00:00:00:02:02';

let bed: EnforcingBed;

/** Makes the bed's router a bridge between devices and the router that is now at its far side. */
function becomeBridge({ bed: { run, write, router, internet, home } }: EnforcingBed, otherHome: string): void {
  const ip = (namespace: string, ...args: string[]) => run(namespace, ['ip', ...args]);
  for (const port of ['lan', 'wan']) ip(router, 'addr', 'flush', 'dev', port);
  ip(router, 'link', 'add', 'br0', 'type', 'bridge');
  for (const port of ['lan', 'wan']) ip(router, 'link', 'set', port, 'master', 'br0');
  ip(router, 'link', 'set', 'br0', 'up');
  for (const family of ['iptables', 'ip6tables']) write(router, `net/bridge/bridge-nf-call-${family}`, '1');
  ip(internet, 'addr', 'add', `${ROUTER.v4}/24`, 'dev', 'eth0');
  ip(internet, 'addr', 'add', `${ROUTER.v6}/64`, 'dev', 'eth0', 'nodad');
  for (const namespace of [home, otherHome]) ip(namespace, 'neigh', 'flush', 'all');
}

const base = (change: Partial<DesiredPolicy> = {}) =>
  openPolicy({ lan: ['br0'], routers: [GATEWAY_MAC], spoofing: { mode: 'enforce', exempt: [] }, ...change });
const asks = (peer: 'device' | 'other', address: string, wait: number) =>
  bed[peer].tell({ do: 'udp', address, port: 443, wait });

describe.skipIf(reason)(`a bridge before the home's router${reason ? ` (skipped: ${reason})` : ''}`, () => {
  beforeAll(async () => {
    bed = await EnforcingBed.make({ nat: false });
    bed.bed.run = bed.bed.run.bind(bed.bed);
    bed.bed.write = bed.bed.write.bind(bed.bed);
    becomeBridge(bed, `${bed.bed.home}-2`);
  });
  afterAll(() => bed?.remove());

  it.each(['v4', 'v6'] as const)('cuts a device, and the inbound way of a node, and nothing else (%s)', async (v) => {
    await bed.apply(base());
    expect(await asks('device', FAR[v], PATIENCE)).toBe(true);
    await bed.apply(base({ blocks: [{ id: 'b', device: 'd-1' }] }));
    const before = bed.arrived(17, 443);
    expect(await asks('device', FAR[v], SILENCE)).toBe(false);
    expect(bed.arrived(17, 443)).toBe(before);
    expect(await asks('other', FAR[v], PATIENCE)).toBe(true);
    const node = { addresses: [FAR[v]], prefixes: [] };
    await bed.apply(base({ blocks: [{ id: 'n', node }] }));
    const inbound = { do: 'udp', address: HOME[v], port: 8080, source: FAR[v] } as const;
    expect(await bed.far.tell({ ...inbound, wait: SILENCE })).toBe(false);
    await bed.apply(base({ blocks: [{ id: 'n', node }], allows: [{ id: 'a', device: 'd-1' }] }));
    expect(await bed.far.tell({ ...inbound, wait: PATIENCE })).toBe(true);
  });

  it('keeps neighbour discovery and spoofing apart, and ends a flood', async () => {
    const limits = { unanswered: { perSecond: 10, burst: 40 } };
    await bed.apply(withDevice({ mode: 'enforce', limits }, base()));
    const frame = { sourceMac: HOME.mac, destinationMac: GATEWAY_MAC, destination: FAR.v6, protocol: 17 };
    const flood = async (source: string) => {
      const before = bed.arrived(17);
      const order = { do: 'flood', interface: 'eth0', count: 1000, rate: 2000, vary: 'sourcePort' } as const;
      await bed.device.tell({ ...order, frame: { ...frame, source } });
      return bed.arrived(17) - before;
    };
    expect(await flood('2001:db8:bad::1')).toBe(0);
    const escaped = await flood(HOME.v6);
    expect(escaped).toBeGreaterThan(0);
    expect(escaped).toBeLessThanOrEqual(120);
    bed.bed.run(`${bed.bed.home}-2`, ['ip', 'neigh', 'flush', 'all']);
    expect(await asks('other', FAR.v6, PATIENCE)).toBe(true);
    expect(OTHER.mac).not.toBe(HOME.mac);
  });
});
