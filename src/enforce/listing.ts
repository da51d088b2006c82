/** What `nft -j -n list table inet spin` prints → what is in the kernel. */
import { type Actual, type Ruleset, SCHEMA_MARK } from './ruleset.ts';

export type Counted = { packets: number; bytes: number };
export type Listing = Actual & {
  /** `set key` → what was counted there. */
  counters: ReadonlyMap<string, Counted>;
};

type Json = Record<string, unknown>;

/** @param text as nft prints it, with numbers for names (`-n`) */
export function readListing(text: string): Listing {
  const { nftables = [] } = JSON.parse(text) as { nftables?: Json[] };
  const sets = new Map<string, Map<string, string>>();
  const chains = new Map<string, number>();
  const counters = new Map<string, Counted>();
  let schema: string | undefined;
  for (const item of nftables) {
    const set = (item.set ?? item.map) as Json | undefined;
    if (set) {
      const name = String(set.name);
      if (name.startsWith(SCHEMA_MARK)) schema = name.slice(SCHEMA_MARK.length);
      else sets.set(name, readElements(name, set, counters));
    }
    const chain = item.chain as Json | undefined;
    if (chain) chains.set(String(chain.name), 0);
    const rule = item.rule as Json | undefined;
    if (rule) chains.set(String(rule.chain), (chains.get(String(rule.chain)) ?? 0) + 1);
  }
  return { schema, sets, chains, counters };
}

function readElements(name: string, set: Json, counters: Map<string, Counted>): Map<string, string> {
  const elements = new Map<string, string>();
  const quoted = set.type === 'ifname';
  for (const element of (set.elem as unknown[] | undefined) ?? []) {
    // Of a map: [key, verdict].
    const [value, verdict] = Array.isArray(element) ? (element as unknown[]) : [element];
    const body = (value as Json).elem as Json | undefined;
    const key = keyText(body ? body.val : value, quoted);
    elements.set(key, verdict === undefined ? limitText(body?.limit) : verdictText(verdict as Json));
    const counter = body?.counter as Counted | undefined;
    if (counter) counters.set(`${name} ${key}`, { packets: counter.packets, bytes: counter.bytes });
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

/** As `readRate` and the step `slow` write it. nft leaves out a burst of 0 and a unit of packets. */
function limitText(limit: unknown): string {
  if (typeof limit !== 'object' || limit === null) return '';
  const { rate, burst = 0, rate_unit: unit } = limit as { rate: number; burst?: number; rate_unit?: string };
  return unit
    ? `limit rate over ${inBytes(rate, unit)} bytes/second burst ${inBytes(burst, unit)} bytes`
    : `limit rate over ${rate}/second burst ${burst} packets`;
}

function inBytes(value: number, unit: string): number {
  return value * (unit === 'mbytes' ? 1024 * 1024 : unit === 'kbytes' ? 1024 : 1);
}

/** What each entry of the policy stopped, and each device's tripwires counted, by id. */
export function countersOf(ruleset: Ruleset, { counters }: Listing): Map<string, Counted> {
  const sums = new Map<string, Counted>();
  for (const { name, origins } of ruleset.sets.values()) {
    for (const [key, id] of origins) {
      const counted = counters.get(`${name} ${key}`);
      if (!counted) continue;
      const sum = sums.get(id) ?? { packets: 0, bytes: 0 };
      sums.set(id, { packets: sum.packets + counted.packets, bytes: sum.bytes + counted.bytes });
    }
  }
  return sums;
}
