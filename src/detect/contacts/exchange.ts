import type { Conversation } from '../../model/home.ts';

/** Frames of a TCP connection without data: header of Ethernet, IPv6 and TCP with options (RFC 9293 §3.1). */
const EMPTY_SEGMENT = 94;

/** What came of a conversation so far. */
export type Exchange = 'silence' | 'refusal' | 'answers';

/** Whether the far end ever answered with more than a refusal, by the counters alone. */
export function exchangeOf({ protocol, packetsUp, packetsDown, bytesUp, bytesDown }: Conversation): Exchange {
  if (packetsDown === 0) return 'silence';
  if (protocol !== 'tcp') return 'answers';
  const isEmpty = bytesDown <= packetsDown * 60 && bytesUp <= packetsUp * EMPTY_SEGMENT && packetsDown <= packetsUp;
  return isEmpty ? 'refusal' : 'answers';
}
