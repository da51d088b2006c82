/**
 * Who lives in the virtual home and which addresses it uses: documentation ranges outside (RFC 5737, RFC 3849), private
 * ones inside (RFC 1918, RFC 4193), locally administered hardware addresses (IEEE 802c), reserved names (RFC 2606).
 */

export type DeviceKind =
  | 'camera'
  | 'bulb'
  | 'plug'
  | 'tv'
  | 'fridge'
  | 'smoke-alarm'
  | 'thermostat'
  | 'speaker'
  | 'phone'
  | 'laptop';

export type DevicePlan = {
  name: string;
  kind: DeviceKind;
  mac: string;
  /** What it tells the DHCP server (options 12, 60, 55 and 161). */
  hostname: string;
  vendorClass: string;
  parameters: number[];
  mudUrl?: string;
  /** Uses temporary IPv6 addresses (RFC 8981). */
  privacy: boolean;
  /** The family it tries first. */
  prefers: 4 | 6;
  /** Services announced by multicast DNS: type, instance name, port, TXT. */
  announces?: { type: string; instance: string; port: number; text: string[] };
  /** UPnP device type announced by SSDP. */
  upnp?: string;
};

export const LAN = {
  interface: 'br-lan',
  router4: '192.168.77.1',
  prefix4: '192.168.77.0/24',
  pool4: ['192.168.77.50', '192.168.77.199'],
  router6: 'fd77:5b:1ab::1',
  /** Unique local and global; devices take an address from each. */
  prefixes6: ['fd77:5b:1ab::/64', '2001:db8:77::/64'],
} as const;

export const WAN = {
  interface: 'wan0',
  router4: '203.0.113.2',
  provider4: '203.0.113.1',
  router6: '2001:db8:ff::2',
  provider6: '2001:db8:ff::1',
} as const;

/** Where nobody lives: packets that arrive here are counted by address, for attacks to aim at. */
export const SINKS = { v4: '198.51.100.128/25', v6: '2001:db8:dead::/48' } as const;

const EMBEDDED = [1, 3, 6, 12, 15, 28, 42];
const LINUX_TINY = [1, 3, 28, 6];
const HANDSET = [1, 3, 6, 15, 26, 28, 51, 58, 59, 43, 114, 108];
const DESKTOP = [1, 2, 6, 12, 15, 26, 28, 121, 3, 33, 40, 41, 42, 119, 249, 252, 17];

export const DEVICES: readonly DevicePlan[] = [
  {
    name: 'camera',
    kind: 'camera',
    mac: '02:c4:3e:10:00:01',
    hostname: 'garden-camera',
    vendorClass: 'udhcp 1.36.1',
    parameters: EMBEDDED,
    mudUrl: 'https://mud.camera.example/garden.json',
    privacy: false,
    prefers: 4,
  },
  {
    name: 'bulb',
    kind: 'bulb',
    mac: '12:b0:1b:10:00:02',
    hostname: 'hall-bulb',
    vendorClass: '',
    parameters: LINUX_TINY,
    mudUrl: 'https://mud.light.example/bulb.json',
    privacy: false,
    prefers: 4,
    announces: { type: '_hap._tcp', instance: 'Hall bulb', port: 8080, text: ['md=Bulb A60', 'ci=5'] },
  },
  {
    name: 'plug',
    kind: 'plug',
    mac: '22:91:06:10:00:03',
    hostname: 'kettle-plug',
    vendorClass: '',
    parameters: LINUX_TINY,
    privacy: false,
    prefers: 4,
  },
  {
    name: 'tv',
    kind: 'tv',
    mac: '32:7e:1e:10:00:04',
    hostname: 'Living-Room-TV',
    vendorClass: 'SmartTV 7.2',
    parameters: EMBEDDED,
    privacy: false,
    prefers: 6,
    announces: {
      type: '_googlecast._tcp',
      instance: 'Living room TV',
      port: 8009,
      text: ['md=TV 55', 'fn=Living room TV'],
    },
    upnp: 'urn:schemas-upnp-org:device:MediaRenderer:1',
  },
  {
    name: 'fridge',
    kind: 'fridge',
    mac: '42:f1:d9:10:00:05',
    hostname: 'kitchen-fridge',
    vendorClass: 'udhcp 1.24.2',
    parameters: EMBEDDED,
    privacy: false,
    prefers: 4,
  },
  {
    name: 'smoke-alarm',
    kind: 'smoke-alarm',
    mac: '52:50:0e:10:00:06',
    hostname: 'smoke-alarm-landing',
    vendorClass: '',
    parameters: LINUX_TINY,
    mudUrl: 'https://mud.alarm.example/smoke.json',
    privacy: false,
    prefers: 4,
  },
  {
    name: 'thermostat',
    kind: 'thermostat',
    mac: '62:7e:40:10:00:07',
    hostname: 'thermostat',
    vendorClass: 'udhcp 1.31.0',
    parameters: EMBEDDED,
    privacy: false,
    prefers: 6,
    announces: { type: '_hap._tcp', instance: 'Thermostat', port: 8081, text: ['md=Thermostat 3', 'ci=9'] },
  },
  {
    name: 'speaker',
    kind: 'speaker',
    mac: '72:5b:ea:10:00:08',
    hostname: 'kitchen-speaker',
    vendorClass: 'dhcpcd-6.8.2:Linux',
    parameters: EMBEDDED,
    privacy: false,
    prefers: 4,
    announces: { type: '_raop._tcp', instance: 'Kitchen speaker', port: 7000, text: ['am=Speaker 1', 'vs=2.1'] },
    upnp: 'urn:schemas-upnp-org:device:MediaRenderer:1',
  },
  {
    name: 'phone',
    kind: 'phone',
    mac: '82:9a:11:10:00:09',
    hostname: 'Annes-phone',
    vendorClass: 'android-dhcp-15',
    parameters: HANDSET,
    privacy: true,
    prefers: 6,
  },
  {
    name: 'laptop',
    kind: 'laptop',
    mac: '92:1a:97:10:00:0a',
    hostname: 'study-laptop',
    vendorClass: '',
    parameters: DESKTOP,
    privacy: true,
    prefers: 6,
    announces: { type: '_companion-link._tcp', instance: 'Study laptop', port: 49152, text: ['model=Laptop 14'] },
  },
];
