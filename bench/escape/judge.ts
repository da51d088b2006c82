/** What of an attack came through, from what was sent and what arrived. */
import type { Sent } from './capture.ts';

export type Escape = {
  sent: number;
  /** Packets a second that were sent. */
  rate: number;
  packets: number;
  bytes: number;
  connections: number;
  /** ms from the first to the last packet that came through. */
  lasted: number;
  /** ms from the first packet that was stopped to the last one that came through nevertheless; 0 where all later ones were. */
  late: number;
};

const SYN = 2;
const ACK = 16;
/** A packet takes microseconds to the far end; what takes longer is another one. ms. */
const TRANSIT = 20;

/** @param sent in the order of time, as `arrived`: one kind of packets each, none of which overtakes another */
export function judge(sent: readonly Sent[], arrived: readonly Sent[]): Escape {
  const time = (sent.at(-1)?.at ?? 0) - (sent[0]?.at ?? 0);
  const last = arrived.at(-1)?.at;
  const stopped = firstStopped(sent, arrived);
  return {
    sent: sent.length,
    rate: time > 0 ? ((sent.length - 1) * 1000) / time : 0,
    packets: arrived.length,
    bytes: arrived.reduce((sum, { bytes }) => sum + bytes, 0),
    connections: arrived.filter(({ flags }) => (flags & (SYN | ACK)) === SYN).length,
    lasted: last === undefined ? 0 : last - arrived[0]!.at,
    late: last === undefined || stopped === undefined ? 0 : Math.max(0, last - stopped),
  };
}

/** When the first packet was sent that did not arrive. */
function firstStopped(sent: readonly Sent[], arrived: readonly Sent[]): number | undefined {
  return sent.find(({ at }, i) => {
    const came = arrived[i]?.at;
    return came === undefined || came - at > TRANSIT;
  })?.at;
}
