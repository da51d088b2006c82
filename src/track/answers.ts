import type { Address } from '../model/address.ts';
import type { DnsAnswer } from '../model/observation.ts';

/** Longest chain of aliases followed; resolvers give up at about this length too. */
const CHAIN = 16;

/**
 * The addresses that a DNS answer gives for the name asked for, through its chain of aliases (RFC 1034 §3.6.2), each
 * with the smallest time to live on the way, seconds. Records outside the chain say nothing.
 */
export function answeredAddresses(
  asked: string,
  answers: readonly DnsAnswer[],
  found: (address: Address, ttl: number) => void,
): void {
  let name = asked;
  let ttl = Number.POSITIVE_INFINITY;
  for (let step = 0; step < CHAIN; step++) {
    let alias: DnsAnswer | undefined;
    for (const answer of answers) {
      if (answer.name !== name) continue;
      if (answer.type === 'CNAME') alias = answer;
      else found(answer.address, Math.min(ttl, answer.ttl));
    }
    if (alias?.type !== 'CNAME') return;
    name = alias.target;
    ttl = Math.min(ttl, alias.ttl);
  }
}
