import { parseDnsmasq } from './dnsmasq.ts';
import { keaParser } from './kea.ts';
import { type Lease, MAX_LEASES } from './lease.ts';
import { parseOdhcpd } from './odhcpd.ts';

/** Reads any of the known kinds of lease file; lines that are none are passed over. The last line on an address wins. */
export function parseLeases(text: string): Lease[] {
  const lines = text.split('\n');
  const kea = keaParser(lines[0] ?? '');
  const leases = new Map<string, Lease>();
  for (const line of lines) {
    const lease = kea ? kea(line) : line.startsWith('#') ? parseOdhcpd(line) : parseDnsmasq(line);
    if (!lease) continue;
    const subject = lease.addresses.join();
    leases.delete(subject);
    leases.set(subject, lease);
    if (leases.size >= MAX_LEASES) break;
  }
  return [...leases.values()];
}
