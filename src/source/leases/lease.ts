import { type Address, formatWords, type Mac, parseAddress, parseMac } from '../../model/address.ts';

/** One line of a DHCP server's lease file. */
export type Lease = {
  mac: Mac;
  addresses: Address[];
  hostname?: string;
  /** End of validity, ms since the epoch; absent for an endless lease. */
  until?: number;
};

/** A lease file may hold as many as a DHCP server hands out in a large home, several times over. */
export const MAX_LEASES = 4096;
/** RFC 1035 §2.3.4, less the length octets. */
const MAX_HOSTNAME = 253;

/** The canonical hardware address, or `undefined` for what is none or all zero. */
export function readMac(text: string | undefined): Mac | undefined {
  const mac = parseMac(text ?? '');
  if (!mac || (mac.hi === 0 && mac.lo === 0)) return undefined;
  return (text ?? '').toLowerCase().replaceAll('-', ':');
}

export function readAddress(text: string | undefined): Address | undefined {
  const words = parseAddress(text ?? '');
  return words && formatWords(words);
}

/** A host name as a device gave it: printable ASCII without what separates fields, or nothing. */
export function readHostname(text: string | undefined): string | undefined {
  if (text === undefined || text === '' || text === '*' || text === '-') return undefined;
  return text.length <= MAX_HOSTNAME && /^[\x21-\x7e]+$/.test(text) ? text : undefined;
}

/** Hardware address within a DHCP unique identifier of type LLT or LL over Ethernet (RFC 8415 §11.2, §11.4). */
export function macOfDuid(hex: string): Mac | undefined {
  const digits = hex.replaceAll(':', '').toLowerCase();
  const match = /^(?:00010001[0-9a-f]{8}|00030001)([0-9a-f]{12})$/.exec(digits);
  return match?.[1] && readMac(match[1].replaceAll(/(..)(?!$)/g, '$1:'));
}

/** Makes a lease of its fields; `undefined` where one that must be there is not. */
export function makeLease(fields: {
  mac: Mac | undefined;
  addresses: ReadonlyArray<Address | undefined>;
  hostname?: string | undefined;
  until?: number | undefined;
}): Lease | undefined {
  const addresses = fields.addresses.filter((address) => address !== undefined);
  if (fields.mac === undefined || addresses.length === 0) return undefined;
  const { hostname, until } = fields;
  return {
    mac: fields.mac,
    addresses,
    ...(hostname === undefined ? {} : { hostname }),
    ...(until === undefined ? {} : { until }),
  };
}
