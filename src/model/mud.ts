import { type Address, formatPrefix, inPrefix, type Prefix, parseAddress, parsePrefix } from './address.ts';

/**
 * What a maker says that its device needs: a Manufacturer Usage Description (RFC 8520), read for what concerns
 * connections that the device begins. Where the file came from and who signed it is for the one to check who loads it.
 */
export type MudProfile = {
  url: string;
  /** The maker still looks after the device (§3.7). */
  isSupported: boolean;
  /** What the maker calls it (§3.8). */
  system?: string;
  allowed: MudRule[];
  /** Entries that this reader does not understand; they allow nothing. */
  skipped: number;
};

export type MudRule = {
  to: MudPlace;
  /** IP protocol number; absent: any. */
  protocol?: number;
  /** Destination ports, both included; absent: any. */
  ports?: [number, number];
};

/** `role`: a controller class (§3.10) such as `urn:ietf:params:mud:dns`, which the home has to fill. */
export type MudPlace = { name: string } | { prefix: Prefix } | { role: string } | { anywhere: true } | { local: true };

/** Entries of all lists: real files have some dozens. */
const MAX_ENTRIES = 1024;
const LONGEST = 255;

/** @returns the profile, or why the text is none, with the line where that is known */
export function readMud(text: string): MudProfile | { problem: string; line?: number } {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch (error) {
    return { problem: 'no JSON', line: lineOf(text, error as Error) };
  }
  const mud = member(file, 'ietf-mud:mud');
  const url = textOf(member(mud, 'mud-url'));
  if (url === undefined) return { problem: 'no mud-url' };
  // The first drafts had the older name of the list, and files of that time are about.
  const lists = member(file, 'ietf-access-control-list:acls') ?? member(file, 'ietf-access-control-list:access-lists');
  const wanted = new Set(listOf(member(mud, 'from-device-policy', 'access-lists', 'access-list')).map(nameOf));
  const allowed: MudRule[] = [];
  let skipped = 0;
  const entries = listOf(member(lists, 'acl'))
    .filter((list) => wanted.has(nameOf(list)) && !isOfLink(list))
    .flatMap((list) => listOf(member(list, 'aces', 'ace')));
  if (entries.length > MAX_ENTRIES) return { problem: 'too many entries' };
  for (const entry of entries) {
    if (member(entry, 'actions', 'forwarding') !== 'accept' || isAnswer(entry)) continue;
    const rule = ruleOf(member(entry, 'matches'));
    if (rule) allowed.push(rule);
    else skipped++;
  }
  const system = textOf(member(mud, 'systeminfo'));
  const isSupported = member(mud, 'is-supported') !== false;
  return { url, isSupported, ...(system !== undefined && { system }), allowed, skipped };
}

/** Where the parser stopped; it names no place where the text ended too early. */
function lineOf(text: string, { message }: Error): number {
  const [, position = String(text.length)] = /at position (\d+)/.exec(message) ?? [];
  return text.slice(0, Number(position)).split('\n').length;
}

/** Whether a profile lets the device begin a connection; roles are taken as filled by anybody. */
export function mudAllows(
  profile: MudProfile,
  to: { name?: string | undefined; address: Address },
  service: MudService,
): boolean {
  const words = parseAddress(to.address);
  return profile.allowed.some(({ to: place, protocol, ports }) => {
    if (protocol !== undefined && protocol !== service.protocol) return false;
    if (ports && (service.port < ports[0] || service.port > ports[1])) return false;
    if ('name' in place) return to.name === place.name;
    if ('prefix' in place) return words !== undefined && inPrefix(words, parsePrefix(place.prefix)!);
    return !('local' in place);
  });
}
export type MudService = { protocol: number; port: number };

function ruleOf(matches: unknown): MudRule | undefined {
  const ip = member(matches, 'ipv4') ?? member(matches, 'ipv6');
  const place = placeOf(matches, ip);
  if (!place) return undefined;
  const transport = member(matches, 'tcp') ?? member(matches, 'udp');
  const named = member(matches, 'tcp') === undefined ? (member(matches, 'udp') === undefined ? undefined : 17) : 6;
  const protocol = numberOf(member(ip, 'protocol'), 255) ?? named;
  const ports = portsOf(member(transport, 'destination-port'));
  if (ports === 'odd') return undefined;
  return { to: place, ...(protocol !== undefined && { protocol }), ...(ports && { ports }) };
}

function placeOf(matches: unknown, ip: unknown): MudPlace | undefined {
  const name = textOf(member(ip, 'ietf-acldns:dst-dnsname'));
  if (name !== undefined) return { name: name.toLowerCase().replace(/\.$/, '') };
  const mud = member(matches, 'ietf-mud:mud');
  if (mud !== undefined) {
    const role = textOf(member(mud, 'controller'));
    if (role !== undefined) return { role };
    const classes = ['local-networks', 'same-manufacturer', 'manufacturer', 'model', 'my-controller'];
    return classes.some((name) => member(mud, name) !== undefined) ? { local: true } : undefined;
  }
  const network = textOf(member(ip, 'destination-ipv4-network')) ?? textOf(member(ip, 'destination-ipv6-network'));
  if (network === undefined) return { anywhere: true };
  const prefix = parsePrefix(network);
  return prefix && { prefix: formatPrefix(prefix) };
}

/** Entries for connections that others begin, or for the answers of the device's own services. */
function isAnswer(entry: unknown): boolean {
  const tcp = member(entry, 'matches', 'tcp');
  if (member(tcp, 'ietf-mud:direction-initiated') === 'to-device') return true;
  const transport = tcp ?? member(entry, 'matches', 'udp');
  return member(transport, 'source-port') !== undefined && member(transport, 'destination-port') === undefined;
}

function isOfLink(list: unknown): boolean {
  return textOf(member(list, 'type'))?.startsWith('ethernet') === true;
}

function portsOf(port: unknown): [number, number] | 'odd' | undefined {
  if (port === undefined) return undefined;
  const one = numberOf(member(port, 'port'), 65_535);
  if (one !== undefined) return member(port, 'operator') === 'eq' ? [one, one] : 'odd';
  const lower = numberOf(member(port, 'lower-port'), 65_535);
  const upper = numberOf(member(port, 'upper-port'), 65_535);
  return lower === undefined || upper === undefined ? 'odd' : [lower, upper];
}

/** What lies at the end of a path of keys, own ones only. */
function member(value: unknown, ...path: string[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function nameOf(list: unknown): string | undefined {
  return textOf(member(list, 'name'));
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.length > 0 && value.length <= LONGEST ? value : undefined;
}

function numberOf(value: unknown, most: number): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most ? value : undefined;
}
