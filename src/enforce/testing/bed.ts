/**
 * A router that enforces, two devices behind it, and the internet, where packets are counted: what came through is
 * judged there and by the devices' own programs.
 */
import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { DesiredPolicy, PolicyDevice } from '../../model/policy.ts';
import { FAR, HOME, ROUTER, Testbed } from '../../source/live/testbed.ts';
import { enterNamespace } from '../../source/netlink/libc.ts';
import { NftablesReader } from '../../source/netlink/nftables.ts';
import { NftablesWriter } from '../../source/netlink/nftables-writer.ts';
import type { Counted } from '../counters.ts';
import { TABLE } from '../names.ts';
import { Nftables, removeAll } from '../nftables.ts';
import type { Order } from './peer.ts';

export { FAR, HOME, ROUTER };
export const OTHER = { v4: '192.0.2.3', v6: '2001:db8:1::3', mac: '02:00:00:00:01:03' } as const;
/** Far address of a second node. */
export const SECOND = { v4: '203.0.113.3', v6: '2001:db8:2::3' } as const;
export const PORTS = [53, 80, 443, 7746];

/** Counts by protocol and destination port, before anything else. */
const COUNTER = `table inet far {
  set seen { type nf_proto . inet_proto . inet_service; size 65535; flags dynamic; counter; }
  set others { type inet_proto; size 256; flags dynamic; counter; }
  chain c {
    type filter hook prerouting priority -400
    meta l4proto { 6, 17 } update @seen { meta nfproto . meta l4proto . th dport counter }
    update @others { meta l4proto counter }
  }
}
`;

export class Peer {
  readonly child: ChildProcess;
  readonly #waiting: Array<(answer: unknown) => void> = [];

  constructor(namespace: string) {
    const program = `${import.meta.dirname}/peer.ts`;
    this.child = spawn('ip', ['netns', 'exec', namespace, process.execPath, program], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    createInterface(this.child.stdout!).on('line', (line) => {
      this.#waiting.shift()?.((JSON.parse(line) as { answer: unknown }).answer);
    });
  }

  tell(order: Order): Promise<unknown> {
    this.child.stdin!.write(`${JSON.stringify(order)}\n`);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

export class EnforcingBed {
  readonly bed: Testbed;
  readonly device: Peer;
  readonly other: Peer;
  readonly far: Peer;
  readonly router: Peer;
  readonly #otherName: string;
  #nft: Nftables | undefined;
  #kernel: NftablesReader | undefined;
  #writer: NftablesWriter | undefined;

  private constructor(nat: boolean) {
    this.bed = new Testbed({ nat });
    this.#otherName = `${this.bed.home}-2`;
    this.#addOther();
    for (const address of [`${SECOND.v4}/24`, `${SECOND.v6}/64`, '198.18.0.0/15'])
      execFileSync('ip', [
        '-n',
        this.bed.internet,
        'addr',
        'add',
        address,
        'dev',
        'eth0',
        ...(address.includes(':') ? ['nodad'] : []),
      ]);
    this.bed.run(this.bed.router, ['ip', 'route', 'add', '198.18.0.0/15', 'via', FAR.v4]);
    this.bed.run(this.bed.internet, ['nft', '-f', '-'], COUNTER);
    this.device = new Peer(this.bed.home);
    this.other = new Peer(this.#otherName);
    this.far = new Peer(this.bed.internet);
    this.router = new Peer(this.bed.router);
  }

  static async make(options: { nat: boolean }): Promise<EnforcingBed> {
    const made = new EnforcingBed(options.nat);
    await made.far.tell({ do: 'serve', addresses: [FAR.v4, FAR.v6, SECOND.v4, SECOND.v6], ports: PORTS });
    for (const [peer, end] of [
      [made.device, HOME],
      [made.other, OTHER],
      [made.router, ROUTER],
    ] as const)
      await peer.tell({ do: 'serve', addresses: [end.v4, end.v6], ports: [8080] });
    return made;
  }

  /** Namespace of the second device. */
  get otherName(): string {
    return this.#otherName;
  }

  #addOther(): void {
    const name = this.#otherName;
    const ip = (...args: string[]) => execFileSync('ip', args, { stdio: 'pipe' });
    ip('netns', 'add', name);
    this.bed.write(name, 'net/ipv6/conf/default/accept_dad', '0');
    const link = ['name', 'eth1', 'address', OTHER.mac, 'type', 'macvlan', 'mode', 'bridge'];
    ip('-n', this.bed.home, 'link', 'add', 'link', 'eth0', ...link);
    ip('-n', this.bed.home, 'link', 'set', 'eth1', 'netns', name);
    ip('-n', name, 'link', 'set', 'eth1', 'up');
    ip('-n', name, 'addr', 'add', `${OTHER.v4}/24`, 'dev', 'eth1');
    ip('-n', name, 'addr', 'add', `${OTHER.v6}/64`, 'dev', 'eth1', 'nodad');
    ip('-n', name, 'route', 'add', 'default', 'via', ROUTER.v4);
    ip('-n', name, '-6', 'route', 'add', 'default', 'via', ROUTER.v6);
  }

  /** Calls within the router's network namespace: programs started meanwhile are started there. */
  async onRouter<T>(act: () => Promise<T>): Promise<T> {
    enterNamespace(`/run/netns/${this.bed.router}`);
    try {
      return await act();
    } finally {
      enterNamespace(`/proc/${process.pid}/ns/net`);
    }
  }

  async apply(policy: DesiredPolicy): Promise<void> {
    await this.onRouter(async () => {
      this.#kernel ??= new NftablesReader();
      this.#writer ??= new NftablesWriter();
      const { write } = this.#writer;
      const kernel = this.#kernel;
      this.#nft ??= await Nftables.open({ write, rules: (table) => kernel.rules(table) });
      await this.#nft.apply(policy);
    });
  }

  get nft(): Nftables {
    return this.#nft!;
  }

  /** Of the policy's entries, by id. */
  counters(): Promise<Map<string, Counted>> {
    return this.nft.counters((set, type, handle) => this.#kernel!.counters(TABLE, set, type, handle));
  }

  /** As after a crash: rules stay, nothing is remembered. */
  async forget(): Promise<void> {
    await this.#nft?.close();
    this.#nft = undefined;
  }

  panic(): Promise<void> {
    return this.onRouter(removeAll);
  }

  /** Packets that reached the internet, to a port of a protocol or of the protocol in all; of one family or of both. */
  arrived(protocol: number, port?: number, family?: 'v4' | 'v6'): number {
    const name = port === undefined ? 'others' : 'seen';
    const listing = this.bed.run(this.bed.internet, ['nft', '-j', '-n', 'list', 'set', 'inet', 'far', name]);
    const { nftables } = JSON.parse(listing) as { nftables: Array<{ set?: { elem?: SeenElement[] } }> };
    const elements = nftables.flatMap(({ set }) => set?.elem ?? []);
    const isMeant = ({ elem: { val } }: SeenElement) =>
      typeof val === 'object'
        ? val.concat[1] === protocol && val.concat[2] === port && (!family || val.concat[0] === FAMILY[family])
        : val === protocol;
    return elements.filter(isMeant).reduce((sum, { elem }) => sum + elem.counter.packets, 0);
  }

  conntrackCount(): number {
    return Number(this.bed.run(this.bed.router, ['cat', '/proc/sys/net/netfilter/nf_conntrack_count']));
  }

  async remove(): Promise<void> {
    for (const { child } of [this.device, this.other, this.far, this.router]) child.kill('SIGKILL');
    await this.forget();
    this.#kernel?.close();
    this.#writer?.close();
    try {
      execFileSync('ip', ['netns', 'del', this.#otherName], { stdio: 'pipe' });
    } catch {
      // It was never made.
    }
    this.bed.remove();
  }
}

/** As nft lists it with `-n`. */
const FAMILY = { v4: 2, v6: 10 } as const;
type SeenElement = { elem: { val: number | { concat: number[] }; counter: { packets: number } } };

const device = (id: string, end: typeof HOME | typeof OTHER): PolicyDevice => ({
  id,
  macs: [end.mac],
  addresses: [end.v4, end.v6],
  mode: 'off',
  limits: {},
  unneeded: [],
  critical: [],
});

/** Nothing is blocked; `d-1` and `d-2` are the bed's devices. */
export function openPolicy(change: Partial<DesiredPolicy> = {}): DesiredPolicy {
  return {
    lan: ['lan'],
    home: ['192.0.2.0/24', '2001:db8:1::/64'],
    routers: [],
    resolvers: [ROUTER.v4, ROUTER.v6],
    page: { addresses: [ROUTER.v4, ROUTER.v6], ports: [7746] },
    consoles: [],
    spoofing: { mode: 'off', exempt: [] },
    strangers: { mode: 'off', connections: { perSecond: 100, burst: 200 } },
    hold: 10,
    devices: [device('d-1', HOME), device('d-2', OTHER)],
    allows: [],
    blocks: [],
    ...change,
  };
}

/** The policy with the first device changed. */
export function withDevice(change: Partial<PolicyDevice>, policy = openPolicy()): DesiredPolicy {
  const [first, ...rest] = policy.devices;
  return { ...policy, devices: [{ ...first!, ...change }, ...rest] };
}
