/** What `nft -j -n list table inet spin` prints → what is in the kernel. */
import { type Actual, SCHEMA_MARK } from './ruleset.ts';

type Json = Record<string, unknown>;

/** @param text as nft prints it, with numbers for names (`-n`) */
export function readListing(text: string): Actual {
  const { nftables = [] } = JSON.parse(text) as { nftables?: Json[] };
  const sets = new Map<string, Map<string, string>>();
  const chains = new Map<string, number>();
  let schema: string | undefined;
  for (const item of nftables) {
    const set = (item.set ?? item.map) as Json | undefined;
    if (set) {
      const name = String(set.name);
      if (name.startsWith(SCHEMA_MARK)) schema = name.slice(SCHEMA_MARK.length);
      else sets.set(name, readElements(set));
    }
    const chain = item.chain as Json | undefined;
    if (chain) chains.set(String(chain.name), 0);
    const rule = item.rule as Json | undefined;
    if (rule) chains.set(String(rule.chain), (chains.get(String(rule.chain)) ?? 0) + 1);
  }
  return { schema, sets, chains };
}

function readElements(set: Json): Map<string, string> {
  const elements = new Map<string, string>();
  const quoted = set.type === 'ifname';
  for (const element of (set.elem as unknown[] | undefined) ?? []) {
    // Of a map: [key, verdict].
    const [value, verdict] = Array.isArray(element) ? (element as unknown[]) : [element];
    const body = (value as Json).elem as Json | undefined;
    const key = keyText(body ? body.val : value, quoted);
    const limit = limitText(body?.limit);
    const then = verdict === undefined ? '' : verdictText(verdict as Json);
    elements.set(key, limit === '' || then === '' ? limit + then : `${limit} : ${then}`);
  }
  return elements;
}

function keyText(value: unknown, quoted: boolean): string {
  if (typeof value !== 'object' || value === null) return quoted ? `"${String(value)}"` : String(value);
  const { concat, prefix } = value as { concat?: unknown[]; prefix?: { addr: string; len: number } };
  if (concat) return concat.map((field) => keyText(field, false)).join(' . ');
  if (prefix) return `${prefix.addr}/${prefix.len}`;
  return JSON.stringify(value);
}

function verdictText(verdict: Json): string {
  const [[word, to] = ['', undefined]] = Object.entries(verdict);
  return to === null ? word : `${word} ${String((to as Json).target)}`;
}

/** As `readRate` and the step `slow` write it; one that nothing is over, nothing. nft leaves out a burst of 0 and a unit of packets. */
function limitText(limit: unknown): string {
  if (typeof limit !== 'object' || limit === null || !(limit as Json).inv) return '';
  const { rate, burst = 0, rate_unit: unit } = limit as { rate: number; burst?: number; rate_unit?: string };
  return unit
    ? `limit rate over ${inBytes(rate, unit)} bytes/second burst ${inBytes(burst, unit)} bytes`
    : `limit rate over ${rate}/second burst ${burst} packets`;
}

function inBytes(value: number, unit: string): number {
  return value * (unit === 'mbytes' ? 1024 * 1024 : unit === 'kbytes' ? 1024 : 1);
}
