import type { Belief, Reason } from '../../model/identity.ts';
import type { Hit } from './hits.ts';

/** Reasons given for one answer. */
const REASONS = 4;

/** An answer with what it rests on, the weightiest first, each once. */
export function belief<T>(value: T, confidence: number, hits: readonly Hit[], weight: (hit: Hit) => number): Belief<T> {
  const sorted = [...hits].sort((a, b) => weight(b) - weight(a));
  return { value, confidence: rounded(confidence), because: firstReasons(sorted.map(reasonOf)) };
}

export function firstReasons(reasons: readonly Reason[]): Reason[] {
  const first: Reason[] = [];
  for (const reason of reasons)
    if (first.length < REASONS && !first.some(({ from, saw }) => from === reason.from && saw === reason.saw))
      first.push(reason);
  return first;
}

function reasonOf({ signal, saw }: Hit): Reason {
  return { from: signal.from, saw };
}

/** To hundredths, never up to certainty: devices may lie. */
export function rounded(confidence: number): number {
  return Math.min(0.99, Math.floor(confidence * 100) / 100);
}
