/**
 * Attacks by well-known programs of Debian, from the test bed's device. Each is a command for a rate; what none of them can
 * send is said so.
 */
import { FAR, HOME, ROUTER } from '../../src/source/live/testbed.ts';
import type { Sent } from './capture.ts';

export type Family = 'v4' | 'v6';

export type Attack = {
  name: string;
  family: Family;
  /** Packets of one kind, or whole connections that a program opens as fast as it can. */
  counts: 'packets' | 'connections';
  /** Nothing ordinary sends it: held to the bar from every device. */
  absolute: boolean;
  /** At the limit's rate it goes on. */
  neverCut?: true;
  isOf(packet: Sent): boolean;
  command(rate: number, seconds: number): readonly string[];
};

const TCP = 6;
const UDP = 17;
const GRE = 47;
/** Benchmark and documentation addresses behind the far end, which answer nothing (RFC 2544, RFC 3849). */
export const SCANNED = { v4: '198.18.0.0/15', v6: '2001:db8:bad::/48' } as const;
const SPOOFED = '2001:db8:5900::7';
const PORT = { victim: 80, dns: 53, smtp: 25, telnet: 23, discard: 9 } as const;
/** Behind the smallest prefix that has as many addresses. */
const net = (family: Family, count: number) => {
  const bits = Math.ceil(Math.log2(count));
  return family === 'v4' ? `198.18.0.0/${32 - bits}` : `2001:db8:bad::/${128 - bits}`;
};

const flags = { S: 'syn', A: 'ack' } as const;

/** hping3 speaks IPv4 only, mausezahn both. */
function hping(...words: string[]) {
  return (rate: number, seconds: number) => {
    const interval = `u${Math.round(1e6 / rate)}`;
    return ['hping3', '-q', '-i', interval, '-c', String(rate * seconds), ...words, FAR.v4];
  };
}

/** @param varied the packet's description, with ports that count up through the range */
function mausezahn(type: string, words: (ports: string) => string, source: string = HOME.v6, varies = true) {
  return (rate: number, seconds: number) => {
    const count = rate * seconds;
    const description = words(`10000-${10_000 + count - 1}`);
    const ends = ['-a', HOME.mac, '-b', ROUTER.mac, '-A', source, '-B', FAR.v6];
    const pace = ['-c', String(varies ? 1 : count), '-d', `${Math.round(1e6 / rate)}usec`];
    return ['mausezahn', 'eth0', '-6', '-q', ...ends, ...pace, '-t', type, description];
  };
}

function nmap(family: Family, scan: '-sS' | '-sT', port: number) {
  return (rate: number, seconds: number) => {
    const pace = ['--min-rate', String(rate), '--max-rate', String(rate), '--max-retries', '0'];
    const six = family === 'v6' ? ['-6'] : [];
    return ['nmap', ...six, scan, '-n', '-Pn', '-p', String(port), ...pace, net(family, rate * seconds)];
  };
}

const to = (protocol: number, port?: number) => (packet: Sent) =>
  packet.protocol === protocol && (port === undefined || packet.destinationPort === port);
const packets = { counts: 'packets', absolute: false } as const;
const absolute = { counts: 'packets', absolute: true } as const;
const connections = { counts: 'connections', absolute: false } as const;

const tcpFlood = (family: Family, flag: 'S' | 'A') =>
  family === 'v4'
    ? hping(`-${flag}`, '-p', String(PORT.victim))
    : mausezahn('tcp', (ports) => `flags=${flags[flag]},dp=${PORT.victim},sp=${ports}`);

function ofFamily(family: Family): Attack[] {
  const v4 = family === 'v4';
  return [
    { name: 'SYN flood', family, ...packets, isOf: to(TCP, PORT.victim), command: tcpFlood(family, 'S') },
    { name: 'ACK flood', family, ...absolute, isOf: to(TCP, PORT.victim), command: tcpFlood(family, 'A') },
    {
      name: 'UDP flood, one port',
      family,
      ...packets,
      isOf: to(UDP, PORT.discard),
      command: v4
        ? hping('--udp', '-s', '4000', '-k', '-p', String(PORT.discard))
        : mausezahn('udp', () => `sp=4000,dp=${PORT.discard}`, HOME.v6, false),
    },
    {
      name: 'UDP flood, changing ports',
      family,
      ...packets,
      isOf: ({ protocol, destinationPort }) => protocol === UDP && destinationPort >= 10_000,
      command: v4 ? hping('--udp', '-p', '++10000') : mausezahn('udp', (ports) => `sp=4000,dp=${ports}`),
    },
    { name: 'SYN scan', family, ...packets, isOf: to(TCP, PORT.victim), command: nmap(family, '-sS', PORT.victim) },
    {
      name: 'telnet scan',
      family,
      ...packets,
      isOf: to(TCP, PORT.telnet),
      command: nmap(family, '-sS', PORT.telnet),
    },
    {
      name: 'DNS flood',
      family,
      ...packets,
      neverCut: true,
      isOf: to(UDP, PORT.dns),
      command: (rate, seconds) => {
        const pace = ['-Q', String(rate), '-l', String(seconds), '-q', '60000', '-t', '1', '-c', '1'];
        return ['dnsperf', '-s', FAR[family], ...pace];
      },
    },
    {
      name: 'GRE flood',
      family,
      ...absolute,
      isOf: to(GRE),
      command: v4
        ? hping('--rawip', '--ipproto', String(GRE), '-d', '32')
        : mausezahn('ip', () => `next=${GRE}`, HOME.v6, false),
    },
    {
      name: 'SYN flood, spoofed',
      family,
      ...absolute,
      isOf: to(TCP, PORT.victim),
      command: v4
        ? hping('-S', '--rand-source', '-p', String(PORT.victim))
        : mausezahn('tcp', (ports) => `flags=syn,dp=${PORT.victim},sp=${ports}`, SPOOFED),
    },
    {
      name: 'HTTP flood',
      family,
      ...connections,
      isOf: to(TCP, PORT.victim),
      command: (rate, seconds) => {
        const host = v4 ? FAR.v4 : `[${FAR.v6}]`;
        const many = String(Math.min(rate, 1000));
        return ['wrk', '-t', '1', '-c', many, '-d', `${seconds}s`, '-H', 'Connection: close', `http://${host}/`];
      },
    },
    {
      name: 'SMTP fan-out',
      family,
      ...connections,
      isOf: to(TCP, PORT.smtp),
      command: nmap(family, '-sT', PORT.smtp),
    },
  ];
}

export const ATTACKS: readonly Attack[] = [...ofFamily('v4'), ...ofFamily('v6')];
