/** Policy → entries of the sets. */
import type { DesiredPolicy, LadderStep, PolicyBlock, PolicyDevice, PolicyNode, TripMode } from '../model/policy.ts';
import { TRIP_REASONS } from '../model/policy.ts';
import { profileOf } from './names.ts';
import type { Sets } from './sets.ts';
import { DEVICE_SHAPES, HOME_SHAPES, type NodeForm, type ServiceForm, serviceForm, setOf } from './shapes.ts';
import {
  elementOf,
  outermost,
  PolicyError,
  type ReadAddress,
  type ReadPrefix,
  readAddress,
  readInterface,
  readMac,
  readNumber,
  readPrefix,
  readRate,
} from './validate.ts';

/** Addresses that never leave the home, beside the home's own. */
export const LOCAL = ['169.254.0.0/16', '224.0.0.0/4', '255.255.255.255/32', 'fe80::/10', 'ff00::/8'];
/** What a device has before it has an address of the home (RFC 1122 §3.2.1.3, RFC 4862 §5.4.2, RFC 3927, RFC 4291). */
export const BEFORE_ADDRESS = ['0.0.0.0/32', '169.254.0.0/16', '::/128', 'fe80::/10'];

/** A home of more is several homes: the kernel's tables are sized for it. */
export const MAX_DEVICES = 1024;
/** DHCP and neighbour discovery of one device; ten times what a device does while it joins. */
const UPKEEP = 'limit rate over 50/second burst 100 packets';
/** Critical nodes of one device while it is held. */
const CRITICAL = 'limit rate over 100/second burst 200 packets';

type Ends = { id: string; macs: string[]; addresses: ReadAddress[] };

/** A device with rules of its own: each of its packets takes the long way. */
function addOwn(sets: Sets, { macs, addresses }: Omit<Ends, 'id'>): void {
  for (const mac of macs) sets.add('own', mac, 'goto guard_all');
  for (const { family, text } of addresses) sets.add(`own_in${family}`, text, 'goto inbound_all');
}

export function fill(sets: Sets, policy: DesiredPolicy): void {
  if (policy.devices.length > MAX_DEVICES) throw new PolicyError('devices', `more than ${MAX_DEVICES}`);
  policy.lan.forEach((name, i) => {
    sets.add('lan', readInterface(name, `lan[${i}]`));
  });
  fillHome(sets, policy);
  const devices = new Map<string, Ends>();
  each('devices', policy.devices, (device, field) => {
    const allowed = policy.allows.some((allow) => allow.device === device.id);
    devices.set(device.id, fillDevice(sets, device, allowed, field));
  });
  const deviceOf = (id: string, field: string): Ends => {
    const found = devices.get(id);
    if (!found) throw new PolicyError(field, 'no such device');
    return found;
  };
  each('allows', policy.allows, (allow, field) => {
    if ((allow.device === undefined) === (allow.node === undefined))
      throw new PolicyError(field, 'either a device or a node');
    if (allow.device !== undefined) {
      const ends = deviceOf(allow.device, `${field}.device`);
      fillEnds(sets, 'allow_device', ends, allow.id);
    } else if (allow.node) fillNode(sets, 'allow_node', allow.node, allow.id, field);
  });
  each('blocks', policy.blocks, (block, field) => {
    const ends = block.device === undefined ? undefined : deviceOf(block.device, `${field}.device`);
    fillBlock(sets, policy, block, ends, field);
  });
  // Those with rules of their own are limited on the long way; which of the others there is less than those limits anyway.
  for (const [mac, limit] of sets.all.get('limit_packets')!.elements)
    sets.add('own', mac, `${limit} : jump trip_packets`);
  dropCovered(sets);
}

/** A set that is full is the fault of the entry that it has no room for. */
function each<T>(list: string, entries: readonly T[], fillOne: (entry: T, field: string) => void): void {
  entries.forEach((entry, i) => {
    const field = `${list}[${i}]`;
    try {
      fillOne(entry, field);
    } catch (error) {
      throw error instanceof RangeError ? new PolicyError(field, error.message) : error;
    }
  });
}

function fillHome(sets: Sets, policy: DesiredPolicy): void {
  const home = policy.home.map((prefix, i) => readPrefix(prefix, `home[${i}]`));
  const addPrefixes = (name: string, prefixes: ReadPrefix[]) => {
    for (const { family, text } of outermost(prefixes)) sets.add(`${name}${family}`, elementOf(text));
  };
  addPrefixes('home', home);
  addPrefixes('local', [...home, ...LOCAL.map((prefix) => readPrefix(prefix, 'local'))]);
  addPrefixes(
    'before',
    BEFORE_ADDRESS.map((prefix) => readPrefix(prefix, 'before')),
  );
  policy.routers.forEach((mac, i) => {
    const router = readMac(mac, `routers[${i}]`);
    sets.add('routers', router);
    sets.add('own', router, 'accept');
  });
  policy.spoofing.exempt.forEach((mac, i) => {
    sets.add('spoofing_exempt', readMac(mac, `spoofing.exempt[${i}]`));
  });
  addAddresses(sets, 'resolvers', policy.resolvers, 'resolvers');
  addAddresses(sets, 'page', policy.page.addresses, 'page.addresses');
  policy.page.ports.forEach((port, i) => {
    sets.add('page_ports', readNumber(port, `page.ports[${i}]`, 1, 65_535));
  });
  policy.consoles.forEach((console, i) => {
    const mac = readMac(console.mac, `consoles[${i}].mac`);
    sets.add('consoles', mac);
    const addresses = addAddresses(sets, 'consoles', console.addresses, `consoles[${i}].addresses`);
    addOwn(sets, { macs: [mac], addresses });
  });
}

function addAddresses(sets: Sets, name: string, addresses: readonly string[], field: string): ReadAddress[] {
  return addresses.map((address, i) => {
    const read = readAddress(address, `${field}[${i}]`);
    sets.add(`${name}${read.family}`, read.text);
    return read;
  });
}

function fillDevice(sets: Sets, device: PolicyDevice, allowed: boolean, field: string): Ends {
  const ends: Ends = {
    id: device.id,
    macs: device.macs.map((mac, i) => readMac(mac, `${field}.macs[${i}]`)),
    addresses: device.addresses.map((address, i) => readAddress(address, `${field}.addresses[${i}]`)),
  };
  const critical = device.critical.map((address, i) => readAddress(address, `${field}.critical[${i}]`));
  for (const mac of ends.macs) {
    sets.add('known', mac);
    sets.add('upkeep', mac, UPKEEP);
    for (const reason of [...TRIP_REASONS, 'held']) sets.add(`count_${reason}`, mac, '', device.id);
    if (critical.length > 0) sets.add('critical_rate', mac, CRITICAL);
  }
  pairs(sets, 'critical', ends, critical);
  // Isolation acts before the rules that allow, and an allowed device is not isolated.
  if (device.ladder && !allowed) fillStep(sets, device.ladder, ends, `${field}.ladder`);
  if (device.mode !== 'off') fillTripwires(sets, device, ends, device.mode, field);
  return ends;
}

function fillTripwires(
  sets: Sets,
  { limits, unneeded, ...device }: PolicyDevice,
  ends: Ends,
  mode: TripMode,
  field: string,
): void {
  const volume = device.volume ?? mode;
  if (limits.destination && !limits.packets)
    throw new PolicyError(`${field}.limits.destination`, 'needs a limit of all packets');
  for (const mac of ends.macs) {
    if (mode === 'watch') sets.add('watched', mac);
    if (volume === 'watch') sets.add('watched_volume', mac);
    for (const reason of ['packets', 'connections', 'unanswered', 'stateless', 'dns'] as const) {
      const rate = volume === 'off' && reason !== 'stateless' ? undefined : limits[reason];
      if (rate) sets.add(`limit_${reason}`, mac, readRate(rate, `${field}.limits.${reason}`));
    }
    if (limits.destination && volume !== 'off') {
      const limit = readRate(limits.destination, `${field}.limits.destination`);
      sets.add('limit_unlisted', mac, limit);
      sets.add('own', mac, 'goto guard_all');
      sets.add('destination_profile', mac, `jump ${profileOf(limits.destination)}`);
    }
    unneeded.forEach(({ protocol, port }, i) => {
      const number = readNumber(protocol, `${field}.unneeded[${i}].protocol`, 0, 255);
      if (port === undefined) sets.add('unneeded_protocol', `${mac} . ${number}`);
      else {
        const text = readNumber(port, `${field}.unneeded[${i}].port`, 0, 65_535);
        sets.add('unneeded_port', `${mac} . ${number} . ${text}`);
      }
    });
  }
}

function fillStep(sets: Sets, ladder: LadderStep, ends: Ends, field: string): void {
  if (ladder.step === 'isolated') {
    for (const mac of ends.macs) sets.add('isolating', mac, 'goto isolated');
    fillEnds(sets, 'isolated', ends, ladder.id);
    return;
  }
  addOwn(sets, ends);
  for (const mac of ends.macs) {
    sets.add('ladder', mac, `goto ${ladder.step}_out`);
    sets.add('count_ladder', mac, '', ladder.id);
  }
  if (ladder.step === 'slow') {
    const bytes = readNumber(ladder.bytesPerSecond, `${field}.bytesPerSecond`, 1600, 1_000_000_000);
    for (const mac of ends.macs) sets.add('slow', mac, `limit rate over ${bytes} bytes/second burst ${bytes} bytes`);
    return;
  }
  for (const { family, text } of ends.addresses) {
    sets.add(`ladder_in${family}`, text, `goto ${ladder.step}_in`);
    sets.add(`count_ladder_in${family}`, text, '', ladder.id);
  }
  if (ladder.step === 'essential') {
    const essential = ladder.essential.map((address, i) => readAddress(address, `${field}.essential[${i}]`));
    pairs(sets, 'essential', ends, essential);
  }
}

/** Device × address of a node, for each direction. */
function pairs(sets: Sets, name: string, ends: Ends, nodes: readonly ReadAddress[]): void {
  for (const node of nodes) {
    for (const mac of ends.macs) sets.add(`${name}${node.family}`, `${mac} . ${node.text}`);
    for (const own of ends.addresses) {
      if (own.family === node.family) sets.add(`${name}_in${node.family}`, `${own.text} . ${node.text}`);
    }
  }
}

function fillEnds(sets: Sets, name: string, ends: Ends, id: string): void {
  addOwn(sets, ends);
  for (const mac of ends.macs) sets.add(name, mac, '', id);
  for (const { family, text } of ends.addresses) sets.add(`${name}_in${family}`, text, '', id);
}

function fillNode(sets: Sets, name: string, node: PolicyNode, id: string, field: string): void {
  for (const { form, family, text } of nodeEntries(node, field)) sets.add(`${name}_${form}${family}`, text, '', id);
}

type NodeEntry = { form: NodeForm; family: 4 | 6; text: string };

function nodeEntries(node: PolicyNode, field: string): NodeEntry[] {
  const addresses = node.addresses.map((address, i) => readAddress(address, `${field}.node.addresses[${i}]`));
  const prefixes = node.prefixes.map((prefix, i) => readPrefix(prefix, `${field}.node.prefixes[${i}]`));
  return [
    ...addresses.map(({ family, text }) => ({ form: 'address' as const, family, text })),
    ...prefixes.map(({ family, text }) => ({ form: 'prefix' as const, family, text: elementOf(text) })),
  ];
}

function fillBlock(sets: Sets, policy: DesiredPolicy, block: PolicyBlock, ends: Ends | undefined, field: string): void {
  const { node, service, id } = block;
  if (block.internet) {
    if (node || service) throw new PolicyError(`${field}.internet`, 'goes with a device alone, or with nothing');
    if (ends) fillEnds(sets, 'pause', ends, id);
    else for (const name of policy.lan) sets.add('pause_home', readInterface(name, 'lan'), '', id);
    return;
  }
  if (!ends && (node === undefined) === (service === undefined))
    throw new PolicyError(field, 'without a device either a node or a service');
  const port = readService(service, field);
  const nodes = node ? nodeEntries(node, field) : [undefined];
  for (const { shape, name } of shapesOf(ends !== undefined, serviceForm(service))) {
    for (const own of ownKeys(shape.direction, shape.family, ends)) {
      for (const entry of nodes) {
        if (shape.node !== entry?.form || (entry && shape.family !== entry.family)) continue;
        const fields = [own, entry?.text, port].filter(Boolean);
        sets.add(name, fields.length === 1 ? fields[0]! : fields.join(' . '), '', id);
      }
    }
  }
  if (!ends) return;
  addOwn(sets, ends);
  for (const mac of ends.macs) sets.add('ruled', mac);
  for (const { family, text } of ends.addresses) sets.add(`ruled_in${family}`, text);
}

const SHAPES = [...DEVICE_SHAPES, ...HOME_SHAPES].map((shape) => ({ shape, name: setOf(shape) }));

function shapesOf(device: boolean, service: ServiceForm | undefined) {
  return SHAPES.filter(({ shape }) => shape.device === device && shape.service === service);
}

function readService(service: PolicyBlock['service'], field: string): string | undefined {
  if (!service) return undefined;
  const protocol = readNumber(service.protocol, `${field}.service.protocol`, 0, 255);
  if (service.port === undefined) return protocol;
  return `${protocol} . ${readNumber(service.port, `${field}.service.port`, 0, 65_535)}`;
}

function ownKeys(direction: 'out' | 'in', family: number, ends: Ends | undefined): string[] {
  if (!ends) return [''];
  if (direction === 'out') return ends.macs;
  return ends.addresses.filter((own) => own.family === family).map((own) => own.text);
}

/** Within a set of intervals, those that another one covers go: nftables refuses overlaps. */
function dropCovered(sets: Sets): void {
  for (const set of sets.all.values()) {
    if (!set.words.includes('flags interval') || set.elements.size < 2) continue;
    const groups = new Map<string, Array<{ key: string; prefix: ReadPrefix }>>();
    for (const key of set.elements.keys()) {
      const fields = key.split(' . ');
      const at = set.type.split(' . ').findLastIndex((field) => /^ipv[46]_addr$/.test(field));
      const prefix = readPrefix(fields[at]!, set.name);
      const rest = fields.toSpliced(at, 1).join(' . ');
      const group = groups.get(rest) ?? [];
      group.push({ key, prefix });
      groups.set(rest, group);
    }
    for (const group of groups.values()) {
      const kept = new Set(outermost(group.map(({ prefix }) => prefix)));
      for (const { key, prefix } of group) if (!kept.has(prefix)) set.elements.delete(key);
    }
  }
}
