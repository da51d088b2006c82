/** How often an attacker does something, and to whom. */
import { LAN, SINKS } from '../plan.ts';
import { between, type Random } from '../random.ts';
import { MAX_DEEDS, MAX_PER_SECOND } from '../scenario/attack.ts';
import { pause } from './clock.ts';
import { octets } from './segment.ts';
import type { Stage } from './stage.ts';

/** Hosts of the sinks' prefixes that are tried, and the last of the home's. */
const SINK_HOSTS = 126;
const SINK_HOSTS6 = 0xfff0;
const LAST_HOST = 254;
/** Shortest time between two turns of a loop that sends many, ms. */
const TURN = 5;

/** Does it `count` times, `perSecond` times a second; what a slow machine missed is made up for in the next turn. */
export async function paced(
  { perSecond, count }: { perSecond: number; count: number },
  { device: { signal }, speed }: Stage,
  deed: () => void,
): Promise<void> {
  const rate = Math.min(MAX_PER_SECOND, perSecond * speed);
  const most = Math.min(MAX_DEEDS, count);
  const start = performance.now();
  for (let done = 0; done < most && !signal.aborted; ) {
    const due = Math.min(most, 1 + Math.floor(((performance.now() - start) * rate) / 1000));
    for (; done < due; done++) deed();
    await pause(Math.max(TURN, start + (done * 1000) / rate - performance.now()), signal);
  }
}

/** The address of a sink by its number. */
export function sinkAddress(host: number, over?: 6): string {
  if (over === 6) return SINKS.v6.replace(/\/\d+$/, (1 + host).toString(16));
  const base = octets(SINKS.v4.split('/')[0]!);
  return [...base.subarray(0, 3), base[3]! + 1 + (host % SINK_HOSTS)].join('.');
}

export function anyAddress(where: 'sinks' | 'home', random: Random, over?: 6): string {
  if (where === 'sinks') return sinkAddress(between(random, 0, (over === 6 ? SINK_HOSTS6 : SINK_HOSTS) - 1), over);
  return LAN.router4.replace(/\d+$/, String(between(random, 2, LAST_HOST)));
}
