import type { DeviceView } from '../../../src/contract/api.ts';

type Formats = { number: (value: number) => string };

/** A probability as whole per cents. */
export function percent(confidence: number, f: Formats): string {
  return `${f.number(Math.round(100 * confidence))}\u00a0%`;
}

/** How sure SPIN is of the kind that is shown; nothing where the owner said it. */
export function sureOf(
  { kind, givenKind, identity }: Pick<DeviceView, 'kind' | 'givenKind' | 'identity'>,
  f: Formats,
): string | undefined {
  const belief = identity?.kind;
  if (!belief || givenKind !== undefined || belief.value !== kind) return undefined;
  return percent(belief.confidence, f);
}
