import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DesiredPolicy, PolicyBlock } from '../model/policy.ts';
import { cannotRun } from '../source/live/testbed.ts';
import { EnforcingBed, FAR, HOME, openPolicy, Peer } from './testing/bed.ts';

const reason = cannotRun();
const PATIENCE = 10_000;
const SILENCE = 150;

/** A device on an interface of its own, beside the bed's. */
const THIRD = { v4: '192.0.3.2', v6: '2001:db8:3::2', mac: '02:00:00:00:03:02' } as const;
const PORT = { v4: '192.0.3.1', v6: '2001:db8:3::1' } as const;

class SecondLan {
  readonly peer: Peer;
  readonly #name: string;

  /** @param link makes the interface `name` of the router and `eth0` of the namespace */
  constructor(bed: EnforcingBed, name: string, link: (namespace: string) => void) {
    const { router, home, internet } = bed.bed;
    this.#name = `${home}-3`;
    ip('netns', 'add', this.#name);
    for (const namespace of [router, this.#name]) bed.bed.write(namespace, 'net/ipv6/conf/default/accept_dad', '0');
    link(this.#name);
    for (const [namespace, card, end] of [
      [router, name, PORT],
      [this.#name, 'eth0', THIRD],
    ] as const) {
      ip('-n', namespace, 'link', 'set', card, 'up');
      ip('-n', namespace, 'addr', 'add', `${end.v4}/24`, 'dev', card);
      ip('-n', namespace, 'addr', 'add', `${end.v6}/64`, 'dev', card, 'nodad');
    }
    ip('-n', this.#name, 'route', 'add', 'default', 'via', PORT.v4);
    ip('-n', this.#name, '-6', 'route', 'add', 'default', 'via', PORT.v6);
    ip('-n', internet, 'route', 'replace', '2001:db8:3::/64', 'via', '2001:db8:2::1');
    this.peer = new Peer(this.#name);
  }

  remove(): void {
    this.peer.child.kill('SIGKILL');
    ip('netns', 'del', this.#name);
  }
}

function ip(...args: string[]): void {
  const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`);
}

function withThird(lan: string[], blocks: PolicyBlock[] = []): DesiredPolicy {
  const policy = openPolicy({ lan, blocks, spoofing: { mode: 'enforce', exempt: [] } });
  const third = { ...policy.devices[0]!, id: 'd-3', macs: [THIRD.mac], addresses: [THIRD.v4, THIRD.v6] };
  return {
    ...policy,
    home: [...policy.home, '192.0.3.0/24', '2001:db8:3::/64'],
    devices: [...policy.devices, third],
  };
}

function specify(name: string, make: (bed: EnforcingBed, namespace: string) => void): void {
  let bed: EnforcingBed;
  let second: SecondLan | undefined;
  beforeAll(async () => {
    bed = await EnforcingBed.make({ nat: true });
    second = new SecondLan(bed, name, (namespace) => make(bed, namespace));
  });
  afterAll(async () => {
    second?.remove();
    await bed?.remove();
  });
  const asks = (peer: Peer, v: 'v4' | 'v6', wait: number) => peer.tell({ do: 'udp', address: FAR[v], port: 443, wait });

  it.each(['v4', 'v6'] as const)('cuts a device on it, and not one of another interface (%s)', async (v) => {
    await bed.apply(withThird(['lan', name]));
    expect(await asks(second!.peer, v, PATIENCE)).toBe(true);
    await bed.apply(withThird(['lan', name], [{ id: 'b', device: 'd-3' }]));
    expect(await asks(second!.peer, v, SILENCE)).toBe(false);
    expect(await asks(bed.device, v, PATIENCE)).toBe(true);
    await bed.apply(withThird(['lan', name], [{ id: 'b', device: 'd-1' }]));
    expect(await asks(second!.peer, v, PATIENCE)).toBe(true);
    expect(await asks(bed.device, v, SILENCE)).toBe(false);
    await bed.apply(withThird(['lan', name], [{ id: 'p', internet: true }]));
    expect(await asks(second!.peer, v, SILENCE)).toBe(false);
  });

  it.each(['v4', 'v6'] as const)(
    'cuts two devices from each other, both ways, and from nobody else (%s)',
    async (v) => {
      const ask = (peer: Peer, address: string, wait: number) => peer.tell({ do: 'udp', address, port: 8080, wait });
      await second!.peer.tell({ do: 'serve', addresses: [THIRD[v]], ports: [8080] });
      await bed.apply(withThird(['lan', name]));
      expect(await ask(bed.device, THIRD[v], PATIENCE)).toBe(true);
      expect(await ask(second!.peer, HOME[v], PATIENCE)).toBe(true);
      expect(await bed.device.tell({ do: 'open', address: THIRD[v], port: 8080 })).toBe(true);
      expect(await bed.device.tell({ do: 'say', wait: PATIENCE })).toBe(true);
      const node = { device: 'd-3', addresses: [THIRD.v4, THIRD.v6], prefixes: [] };
      await bed.apply(withThird(['lan', name], [{ id: 'b', device: 'd-1', node }]));
      expect(await bed.device.tell({ do: 'say', wait: SILENCE })).toBe(false);
      expect(await ask(bed.device, THIRD[v], SILENCE)).toBe(false);
      expect(await ask(second!.peer, HOME[v], SILENCE)).toBe(false);
      expect(await ask(bed.other, THIRD[v], PATIENCE)).toBe(true);
      expect(await asks(second!.peer, v, PATIENCE)).toBe(true);
      expect(await asks(bed.device, v, PATIENCE)).toBe(true);
      await bed.device.tell({ do: 'close' });
    },
  );

  it('stops spoofed sources on it, also where the interface came after the rules', async () => {
    await bed.apply(withThird(['lan', name]));
    const frame = { sourceMac: THIRD.mac, destinationMac: macOf(bed, name), destination: FAR.v4, protocol: 17 };
    const sends = async (source: string) => {
      const before = bed.arrived(17, 9);
      const order = { do: 'flood', interface: 'eth0', count: 20, rate: 1000 } as const;
      await second!.peer.tell({ ...order, frame: { ...frame, source } });
      return bed.arrived(17, 9) - before;
    };
    expect(await sends('198.51.100.7')).toBe(0);
    expect(await sends(THIRD.v4)).toBe(20);
  });

  it('leaves what no interface of the home is alone', async () => {
    await bed.apply(withThird([name], [{ id: 'b', device: 'd-1' }]));
    expect(await asks(second!.peer, 'v4', PATIENCE)).toBe(true);
    expect(HOME.mac).not.toBe(THIRD.mac);
  });
}

function macOf(bed: EnforcingBed, name: string): string {
  return bed.bed.run(bed.bed.router, ['cat', `/sys/class/net/${name}/address`]).trim();
}

describe.skipIf(reason)(`a second interface of the home${reason ? ` (skipped: ${reason})` : ''}`, () => {
  specify('lan2', ({ bed: { router } }, namespace) => {
    const peer = ['peer', 'name', 'eth0', 'address', THIRD.mac, 'netns', namespace];
    ip('-n', router, 'link', 'add', 'lan2', 'type', 'veth', ...peer);
  });
});

const noVlan = reason ?? cannotMakeVlans();

describe.skipIf(noVlan)(`a VLAN of the home${noVlan ? ` (skipped: ${noVlan})` : ''}`, () => {
  specify('trunk.10', ({ bed: { router } }, namespace) => {
    ip('-n', router, 'link', 'add', 'trunk', 'type', 'veth', 'peer', 'name', 'trunk', 'netns', namespace);
    const vlan = ['type', 'vlan', 'id', '10'];
    ip('-n', router, 'link', 'add', 'link', 'trunk', 'name', 'trunk.10', ...vlan);
    ip('-n', namespace, 'link', 'add', 'link', 'trunk', 'name', 'eth0', 'address', THIRD.mac, ...vlan);
    for (const name of [router, namespace]) ip('-n', name, 'link', 'set', 'trunk', 'up');
  });
});

/** Why; `undefined` where they can be made. */
function cannotMakeVlans(): string | undefined {
  const name = `spin-vlan-${process.pid}`;
  const made = [
    ['netns', 'add', name],
    ['-n', name, 'link', 'add', 'link', 'lo', 'name', 'lo.10', 'type', 'vlan', 'id', '10'],
  ].every((args) => spawnSync('ip', args).status === 0);
  spawnSync('ip', ['netns', 'del', name]);
  return made ? undefined : 'the kernel has no 802.1Q';
}
