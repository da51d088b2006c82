import type { Conversation } from '../../model/home.ts';

/** Frames of a TCP connection without data: header of Ethernet, IPv6 and TCP with options (RFC 9293 §3.1). */
const EMPTY_SEGMENT = 94;
/** The longest that a frame without data can be: the same with all the options that fit. */
const LONGEST_EMPTY = 14 + 40 + 60;

/** What came of a conversation so far. */
export type Exchange = 'silence' | 'refusal' | 'answers';

/**
 * Whether the far end ever answered with more than a refusal, by the counters alone. Nobody sends data over TCP before
 * the connection was granted, so who does was answered, on the line that was not watched.
 */
export function exchangeOf({ protocol, packetsUp, packetsDown, bytesUp, bytesDown }: Conversation): Exchange {
  if (packetsDown === 0) return protocol === 'tcp' && bytesUp > packetsUp * LONGEST_EMPTY ? 'answers' : 'silence';
  if (protocol !== 'tcp') return 'answers';
  const isEmpty = bytesDown <= packetsDown * 60 && bytesUp <= packetsUp * EMPTY_SEGMENT && packetsDown <= packetsUp;
  return isEmpty ? 'refusal' : 'answers';
}
