/**
 * Kea's lease files (memfile, CSV with a header line; Kea ARM §7, §8): commas in values are written `&#x2c`. Later
 * lines replace earlier ones. State 0 is a lease in use.
 */
import { type Lease, macOfDuid, makeLease, readAddress, readHostname, readMac } from './lease.ts';

/** A parser for the lines after this header; `undefined` for a header that is not Kea's. */
export function keaParser(header: string): ((line: string) => Lease | undefined) | undefined {
  const columns = header.trimEnd().split(',');
  const place = new Map(columns.map((name, index) => [name, index]));
  if (columns[0] !== 'address' || !place.has('expire')) return undefined;
  return (line) => {
    const values = line.trimEnd().split(',');
    if (values.length !== columns.length) return undefined;
    const value = (name: string) => unescaped(values[place.get(name) ?? -1] ?? '');
    const expire = value('expire');
    if (!/^\d{1,12}$/.test(expire) || (value('state') || '0') !== '0') return undefined;
    return makeLease({
      mac: readMac(value('hwaddr')) ?? macOfDuid(value('duid')),
      addresses: [readAddress(value('address'))],
      hostname: readHostname(value('hostname').replace(/\.$/, '')),
      until: Number(expire) * 1000,
    });
  };
}

function unescaped(value: string): string {
  return value.replaceAll(/&#x([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
