/**
 * What each device sends and gets, counted by the kernel for every device at once, while there are too many connections
 * to read each of them every second. It costs every packet a look-up, so it is there only as long as it is needed, in a
 * table of its own, which comes and goes without touching a rule that is in force.
 */
import { readFileSync } from 'node:fs';
import type { ReceivedTotal, SentTotal, TotalsObservation } from '../../model/observation.ts';
import { NftablesReader } from '../netlink/nftables.ts';
import { nft } from './nftables.ts';

const TABLE = 'spin-totals';
/** Connections above which it begins, and below which it ends. */
const MANY = 10_000;
const FEW = 8_000;
/** Senders and receivers counted at a time; those that are silent for a minute make room. */
const MAX_SENDERS = 4096;
const MAX_RECEIVERS = 8192;
/** Entries of one observation, some 80 bytes each: within a frame. */
const MAX_TOTALS = 1000;
/** As nft takes it between quotes. */
const INTERFACE = /^[A-Za-z0-9_.@+=~-]{1,15}$/;

const SETS = [
  { name: 'sent', type: 'ether_addr' },
  { name: 'received4', type: 'ipv4_addr' },
  { name: 'received6', type: 'ipv6_addr' },
] as const;

export type DeviceTotalsOptions = {
  lan: readonly string[];
  now: () => number;
  log: (line: string) => void;
  onTotals: (observation: TotalsObservation) => void;
};

type Counted = { packets: number; bytes: number };
type Total = { key: string } & Counted;

export class DeviceTotals {
  readonly #options: DeviceTotalsOptions;
  #reader: NftablesReader | undefined;
  /** A change of the table that is under way. */
  #changing: Promise<void> | undefined;
  /** `undefined`: a killed agent may have left it. */
  #on: boolean | undefined;
  #before = new Map<string, Counted>();

  constructor(options: DeviceTotalsOptions) {
    this.#options = options;
  }

  /** To be called every second. @param connections that the kernel tracks now */
  beat(connections: number): void {
    if (this.#changing) return;
    if (connections > MANY && !this.#on) this.#change(true);
    else if (connections < FEW && this.#on !== false) this.#change(false);
    else if (this.#on) this.#tell();
  }

  async close(): Promise<void> {
    await this.#changing;
    if (this.#on) await removeTotals().catch((error: Error) => this.#options.log(error.message));
    this.#reader?.close();
  }

  #change(on: boolean): void {
    const { lan, log } = this.#options;
    if (on && !lan.every((name) => INTERFACE.test(name))) return;
    this.#changing = (on ? nft(['-f', '-'], tableText(lan)) : removeTotals())
      .then(
        () => {
          if (on || this.#on)
            log(on ? 'counts devices as a whole: there are very many connections' : 'counts connections');
          this.#on = on;
          this.#before.clear();
        },
        (error: Error) => log(`devices cannot be counted as a whole: ${error.message}`),
      )
      .finally(() => {
        this.#changing = undefined;
      });
  }

  #tell(): void {
    try {
      const [sent, received4, received6] = this.#read();
      this.#send(
        sent!.map(({ key, ...counted }) => ({ mac: key, ...counted })),
        [...received4!, ...received6!].map(({ key, ...counted }) => ({ address: key, ...counted })),
      );
    } catch (error) {
      // Somebody removed it: it is made anew.
      this.#options.log(`devices as a whole: ${String(error)}`);
      this.#on = undefined;
    }
  }

  /** What each set gained since the last time. */
  #read(): Total[][] {
    const reader = this.#reader ?? new NftablesReader();
    this.#reader = reader;
    const before = this.#before;
    this.#before = new Map();
    return SETS.map(({ name, type }) => {
      const gained: Total[] = [];
      reader.counters(TABLE, name, type, (key, packets, bytes) => {
        // An entry that was silent for long begins at nothing again.
        const past = before.get(key);
        const base = past && past.packets <= packets ? past : { packets: 0, bytes: 0 };
        this.#before.set(key, { packets, bytes });
        if (packets > base.packets) gained.push({ key, packets: packets - base.packets, bytes: bytes - base.bytes });
      });
      return gained;
    });
  }

  /** Also of a second in which nothing passed: who hears nothing takes it that connections are read every second again. */
  #send(sent: SentTotal[], received: ReceivedTotal[]): void {
    const at = this.#options.now();
    for (let i = 0; i < Math.max(1, sent.length, received.length); i += MAX_TOTALS) {
      const part = <T>(list: T[]) => list.slice(i, i + MAX_TOTALS);
      this.#options.onTotals({ kind: 'totals', at, sent: part(sent), received: part(received) });
    }
  }
}

/** Connections in the kernel's table now; 0 where it tracks none. */
export function trackedConnections(): number {
  try {
    return Number(readFileSync('/proc/sys/net/netfilter/nf_conntrack_count', 'utf8'));
  } catch {
    return 0;
  }
}

/** No table is no error. @throws Error with nft's own words */
export async function removeTotals(): Promise<void> {
  await nft(['-f', '-'], `add table inet ${TABLE}\ndelete table inet ${TABLE}\n`);
}

/**
 * After what the policy drops on the way in, and after address translation is undone on the way out. One transaction,
 * whatever stood there.
 */
function tableText(lan: readonly string[]): string {
  const links = lan.map((name) => `"${name}"`).join(', ');
  const dynamic = (size: number) => `size ${size}; flags dynamic,timeout; timeout 1m;`;
  return `add table inet ${TABLE}
delete table inet ${TABLE}
add table inet ${TABLE}
add set inet ${TABLE} sent { type ether_addr; ${dynamic(MAX_SENDERS)} }
add set inet ${TABLE} received4 { type ipv4_addr; ${dynamic(MAX_RECEIVERS)} }
add set inet ${TABLE} received6 { type ipv6_addr; ${dynamic(MAX_RECEIVERS)} }
add chain inet ${TABLE} out { type filter hook prerouting priority -140; policy accept; }
add chain inet ${TABLE} in { type filter hook postrouting priority 310; policy accept; }
add rule inet ${TABLE} out iifname { ${links} } update @sent { ether saddr counter }
add rule inet ${TABLE} in oifname { ${links} } update @received4 { ip daddr counter }
add rule inet ${TABLE} in oifname { ${links} } update @received6 { ip6 daddr counter }
`;
}
