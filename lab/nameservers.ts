/** The two dnsmasq of a lab: the home router's (DHCP, router advertisements, DNS) and the one that knows the far side's names. */
import { readFileSync, writeFileSync } from 'node:fs';
import { until } from './command.ts';
import type { LabInfo } from './instance.ts';
import { ALIASES, NAME_SERVER, RECORD_TTL, SITES, ZONES } from './internet/sites.ts';
import { inNamespace } from './netns.ts';
import { LAN, SINKS } from './plan.ts';
import { TUNNEL_DOMAIN } from './scenario/attack.ts';

/** DHCP lease time: four minutes, so that renewals (after two) are part of even a short recording. */
const LEASE = '4m';
const START_DEADLINE = 5000;

/** Common to both: nothing of the host's own configuration, hosts file or resolver. */
const ALONE = ['no-resolv', 'no-hosts', 'keep-in-foreground', 'user=root', 'group=root', 'log-facility=-', 'pid-file='];

export function writeRouterConfig({ directory, router }: LabInfo): string {
  const [ula, gua] = LAN.prefixes6.map((prefix) => prefix.replace('/64', ''));
  return write(directory, 'router', [
    ...ALONE,
    'bind-interfaces',
    `interface=${router.lan}`,
    `server=${NAME_SERVER.v4}`,
    `server=${NAME_SERVER.v6}`,
    'domain=home.arpa',
    'local=/home.arpa/',
    'domain-needed',
    'bogus-priv',
    'dhcp-authoritative',
    `dhcp-leasefile=${router.leaseFile}`,
    `dhcp-range=${LAN.pool4[0]},${LAN.pool4[1]},${LEASE}`,
    `dhcp-range=${ula},ra-names,slaac,64,${LEASE}`,
    `dhcp-range=${gua},ra-names,slaac,64,${LEASE}`,
    'enable-ra',
    `ra-param=${router.lan},30,600`,
    'no-ping',
  ]);
}

export function writeInternetConfig({ directory }: LabInfo): string {
  return write(directory, 'internet', [
    ...ALONE,
    `local-ttl=${RECORD_TTL}`,
    ...ZONES.map((zone) => `local=/${zone}/`),
    ...SITES.map(({ name, v4, v6 }) => `host-record=${name},${v4},${v6}`),
    `address=/${TUNNEL_DOMAIN}/${SINKS.v4.replace(/\d+\/.*/, '253')}`,
    ...Object.entries(ALIASES).map(([alias, target]) => `cname=${alias},${target}`),
  ]);
}

/** Waits until something in the namespace listens on UDP port 53. */
export async function nameServerReady(namespace: string): Promise<void> {
  const listening = () =>
    ['udp', 'udp6'].some((table) => / [0-9A-F]+:0035 /.test(readFileSync(`/proc/thread-self/net/${table}`, 'latin1')));
  await until(`the name server of ${namespace}`, START_DEADLINE, () => inNamespace(namespace, listening));
}

function write(directory: string, name: string, lines: readonly string[]): string {
  const file = `${directory}/${name}.dnsmasq.conf`;
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}
