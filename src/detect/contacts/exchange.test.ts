import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../model/address.ts';
import type { Conversation } from '../../model/home.ts';
import { exchangeOf } from './exchange.ts';

/** Ten calls, each with so many packets and bytes up and down. */
const tenTimes = (packetsUp: number, bytesUp: number, packetsDown: number, bytesDown: number) =>
  ({
    protocol: 'tcp',
    ...{ packetsUp: 10 * packetsUp, bytesUp: 10 * bytesUp, packetsDown: 10 * packetsDown, bytesDown: 10 * bytesDown },
  }) as Conversation;
const far = { v4: parseAddress('198.51.100.7')!, v6: parseAddress('2001:db8::7')! };

describe.each([
  ['frames', false, 14],
  ['IP packets, as the kernel counts', true, 0],
] as const)('what came of a conversation counted in %s', (_what, counted, link) => {
  const of = (family: 'v4' | 'v6', conversation: Conversation) =>
    exchangeOf(conversation, { counted, far: far[family] });

  it('is a refusal where each SYN meets a reset', () => {
    expect(of('v4', tenTimes(1, 60 + link, 1, 40 + link))).toBe('refusal');
    expect(of('v6', tenTimes(1, 80 + link, 1, 60 + link))).toBe('refusal');
  });

  it('is an answer where a word goes each way (SYN, two segments, FIN)', () => {
    const words = (header: number) => 60 + 3 * 52 + 56 + 5 * (header - 20 + link);
    expect(of('v4', tenTimes(5, words(20), 5, words(20)))).toBe('answers');
    expect(of('v6', tenTimes(5, words(40), 5, words(40)))).toBe('answers');
  });

  it('is silence where nothing comes back', () => {
    expect(of('v4', tenTimes(3, 3 * (60 + link), 0, 0))).toBe('silence');
  });
});
