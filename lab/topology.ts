/** Namespaces, links and addresses of one lab, and what its two routers hold. The host itself gets no interface. */
import { writeFileSync } from 'node:fs';
import { ip, run } from './command.ts';
import type { LabInfo } from './instance.ts';
import { NAME_PREFIX } from './instance.ts';
import { SITE_PREFIX4, SITE_PREFIX6 } from './internet/sites.ts';
import { inNamespace } from './netns.ts';
import { DEVICES, LAN, SINKS, WAN } from './plan.ts';

const DEVICE_INTERFACE = 'eth0';
const PROVIDER_INTERFACE = 'isp0';
/** Packets on these links are as large as on a real cable, not the 64 kB that hosts hand to their network cards. */
const ONE_SEGMENT = 'gso_max_segs 1';
/** Addresses that a sink counts one by one; 2^16 of 32 bytes are enough for a scan of a /16. */
const SINK_SIZE = 65_536;

export function describe(id: string, directory: string): LabInfo {
  const name = (part: string) => `${NAME_PREFIX}${id}-${part}`;
  return {
    id,
    directory,
    router: {
      namespace: name('router'),
      lan: LAN.interface,
      wan: WAN.interface,
      leaseFile: `${directory}/dnsmasq.leases`,
      addresses: [LAN.router4, LAN.router6, WAN.router4, WAN.router6],
      prefixes: [LAN.prefix4, ...LAN.prefixes6],
    },
    devices: DEVICES.map(({ name: device, kind, mac }) => ({
      name: device,
      kind,
      mac,
      namespace: name(device),
      interface: DEVICE_INTERFACE,
    })),
    internet: { namespace: name('internet'), interface: PROVIDER_INTERFACE, sinks: [SINKS.v4, SINKS.v6] },
  };
}

export async function build(info: LabInfo): Promise<void> {
  const { router, internet, devices } = info;
  const all = [router.namespace, internet.namespace, ...devices.map((device) => device.namespace)];
  await ip(all.map((name) => `netns add ${name}`));
  for (const name of all) inNamespace(name, () => settle(name === router.namespace || name === internet.namespace));
  inNamespace(internet.namespace, () => sysctl('ipv6/ip_nonlocal_bind', 1));
  await ip(routerLines(info), router.namespace);
  await ip(internetLines(info), internet.namespace);
  await Promise.all([
    run('ip', ['netns', 'exec', router.namespace, 'nft', '-f', '-'], NAT),
    run('ip', ['netns', 'exec', internet.namespace, 'nft', '-f', '-'], COUNT_SINKS),
  ]);
}

/** Links up the devices, which from then on look for a router; to be called when there is one. */
export async function plugIn(info: LabInfo): Promise<void> {
  for (const device of info.devices) {
    const plan = DEVICES.find((entry) => entry.name === device.name);
    if (plan?.privacy) inNamespace(device.namespace, () => sysctl(`ipv6/conf/${device.interface}/use_tempaddr`, 2));
  }
  await Promise.all(
    info.devices.map((device) =>
      ip(['link set lo up', `link set ${device.interface} ${ONE_SEGMENT} up`], device.namespace),
    ),
  );
}

function routerLines({ router, internet, devices }: LabInfo): string[] {
  const lines = [
    'link set lo up',
    `link add ${router.lan} type bridge forward_delay 0 stp_state 0`,
    `link add ${router.wan} type veth peer name ${internet.interface} netns ${internet.namespace}`,
    `addr add ${LAN.router4}/24 dev ${router.lan}`,
    `addr add ${LAN.router6}/64 dev ${router.lan} nodad`,
    `addr add ${globalRouter()}/64 dev ${router.lan} nodad`,
    `addr add ${WAN.router4}/24 dev ${router.wan}`,
    `addr add ${WAN.router6}/64 dev ${router.wan} nodad`,
  ];
  for (const { name, namespace, mac, interface: eth } of devices) {
    lines.push(`link add name ${name} type veth peer name ${eth} address ${mac} netns ${namespace}`);
    lines.push(`link set ${name} master ${router.lan} up`);
  }
  lines.push(`link set ${router.lan} up`, `link set ${router.wan} up`);
  lines.push(`route add default via ${WAN.provider4}`, `route add default via ${WAN.provider6}`);
  return lines;
}

/** The whole of a prefix counts as this host's own (`local` routes), so that every service address answers. */
function internetLines({ internet }: LabInfo): string[] {
  return [
    'link set lo up',
    ...[SITE_PREFIX4, SITE_PREFIX6, SINKS.v4, SINKS.v6].map((prefix) => `route add local ${prefix} dev lo`),
    `addr add ${WAN.provider4}/24 dev ${internet.interface}`,
    `addr add ${WAN.provider6}/64 dev ${internet.interface} nodad`,
    `link set ${internet.interface} ${ONE_SEGMENT} up`,
    ...LAN.prefixes6.map((prefix) => `route add ${prefix} via ${WAN.router6}`),
  ];
}

function globalRouter(): string {
  return LAN.prefixes6[1].replace('::/64', '::1');
}

function settle(router: boolean): void {
  sysctl('ipv6/conf/all/disable_ipv6', 0);
  sysctl('ipv4/ping_group_range', '0 2147483647');
  if (!router) return;
  sysctl('ipv4/ip_forward', 1);
  sysctl('ipv6/conf/all/forwarding', 1);
  sysctl('ipv6/conf/default/accept_ra', 0);
}

/** Sets a sysctl of the namespace that this thread is in. */
function sysctl(name: string, value: number | string): void {
  writeFileSync(`/proc/sys/net/${name}`, String(value));
}

const NAT = `table ip lab-nat {
  chain postrouting {
    type nat hook postrouting priority srcnat;
    oifname "${WAN.interface}" masquerade
  }
}
`;

const COUNT_SINKS = `table inet lab-sinks {
  set reached4 {
    type ipv4_addr
    size ${SINK_SIZE}
    flags dynamic
    counter
  }
  set reached6 {
    type ipv6_addr
    size ${SINK_SIZE}
    flags dynamic
    counter
  }
  counter sunk { }
  chain prerouting {
    type filter hook prerouting priority raw;
    ip daddr ${SINKS.v4} counter name sunk update @reached4 { ip daddr }
    ip6 daddr ${SINKS.v6} counter name sunk update @reached6 { ip6 daddr }
  }
}
`;
