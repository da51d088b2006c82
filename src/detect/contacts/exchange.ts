import { isV4 } from '../../model/address.ts';
import type { Conversation } from '../../model/home.ts';
import type { Contact } from './contacts.ts';

/** Frames of a TCP connection without data: header of Ethernet, IPv6 and TCP with options (RFC 9293 §3.1). */
const EMPTY_SEGMENT = 94;
/** The longest that a frame without data can be: the same with all the options that fit. */
const LONGEST_EMPTY = 14 + 40 + 60;
/** A refusal has no options. Over IPv4 its frame is padded; as the kernel counts, it has no Ethernet header. */
const REFUSAL = { frame: { v4: 60, v6: 74 }, packet: { v4: 40, v6: 60 } } as const;

/** What came of a conversation so far. */
export type Exchange = 'silence' | 'refusal' | 'answers';

/**
 * Whether the far end ever answered with more than a refusal, by the counters alone. Nobody sends data over TCP before
 * the connection was granted, so who does was answered, on the line that was not watched.
 */
export function exchangeOf(
  { protocol, packetsUp, packetsDown, bytesUp, bytesDown }: Conversation,
  { counted, far }: Pick<Contact, 'counted' | 'far'>,
): Exchange {
  if (packetsDown === 0) return protocol === 'tcp' && bytesUp > packetsUp * LONGEST_EMPTY ? 'answers' : 'silence';
  if (protocol !== 'tcp') return 'answers';
  const refusal = REFUSAL[counted ? 'packet' : 'frame'][isV4(far) ? 'v4' : 'v6'];
  const isEmpty =
    bytesDown <= packetsDown * refusal && bytesUp <= packetsUp * EMPTY_SEGMENT && packetsDown <= packetsUp;
  return isEmpty ? 'refusal' : 'answers';
}
