/** Loads of the test bed: who sends what, and what the kernel let through. */
import { join } from 'node:path';
import { FAR, ROUTER, type Testbed } from '../../src/source/live/testbed.ts';

const SENDER = join(import.meta.dirname, 'sender.ts');
/** Before everything else on the machine: who sends late does not send at its rate. */
const AT_ONCE = ['chrt', '--fifo', '1'];

export type Load = {
  family: 'v4' | 'v6';
  protocol: 'udp' | 'tcp';
  /** Every connection to another address, as a scanner does. */
  scan?: boolean;
  /** New connections a second; 0: packets of a single connection, as fast as can be. */
  rate: number;
  count: number;
  /** Connections that were begun before and stand still: those of this load are other ones. */
  before?: number;
};

/** Addresses for benchmarks (RFC 2544) lie behind the far end. */
export function routeScans(bed: Testbed): void {
  bed.run(bed.router, ['ip', 'route', 'add', '198.18.0.0/15', 'via', FAR.v4]);
}

/** @returns ms that sending took */
export function send(bed: Testbed, { family, protocol, scan, rate, count, before = 0 }: Load): Promise<number> {
  const numbers = [rate, count, before].map(String);
  const args = ['eth0', ROUTER.mac, ...numbers, family, protocol, ...(scan ? ['scan'] : [])];
  const child = bed.start(bed.home, [...AT_ONCE, process.execPath, SENDER, ...args]);
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.on('exit', () =>
      text === '' ? reject(new Error('the sender failed')) : resolve((JSON.parse(text) as { ms: number }).ms),
    );
  });
}

/** New connections that the kernel let through so far, by the counter of the rule that asks for tracking. */
export function begun(bed: Testbed): number {
  const listing = bed.run(bed.router, ['nft', 'list', 'table', 'inet', 'spin']);
  return Number(/ct state new counter packets (\d+)/.exec(listing)?.[1] ?? Number.NaN);
}

/** Ends all connections at once: the worst burst of events. */
export function endAll(bed: Testbed): void {
  bed.run(bed.router, ['conntrack', '-F']);
}

/** Entries in the kernel's table. */
export function standing(bed: Testbed): number {
  return Number(bed.run(bed.router, ['cat', '/proc/sys/net/netfilter/nf_conntrack_count']));
}

/** Keeps UDP connections standing for an hour. */
export function keepStanding(bed: Testbed): void {
  for (const name of ['udp_timeout', 'udp_timeout_stream', 'tcp_timeout_syn_sent']) {
    bed.write(bed.router, `net/netfilter/nf_conntrack_${name}`, '3600');
  }
}
