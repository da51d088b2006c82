/** Which of a device's conversations are cut. */
import type { IncidentFinding } from '../model/incident.ts';
import type { OffendingTarget } from '../model/verdict.ts';

/** Conversations that are cut one by one for one incident; who offends in more ways is cut off as a whole long before. */
export const MAX_BLOCKS = 16;

/** With what newly offends; the same list where nothing does. @param critical what must never be cut */
export function withTargets(
  blocks: OffendingTarget[],
  acting: readonly IncidentFinding[],
  critical: readonly string[],
): OffendingTarget[] {
  const known = new Set(blocks.map(targetKey));
  const fresh = acting.flatMap(({ target }) => {
    if (!target || known.has(targetKey(target)) || isOneOf(critical, target)) return [];
    known.add(targetKey(target));
    return [target];
  });
  return fresh.length === 0 ? blocks : [...blocks, ...fresh].slice(0, MAX_BLOCKS);
}

function isOneOf(critical: readonly string[], { node }: OffendingTarget): boolean {
  return node !== undefined && critical.includes(Object.values(node)[0] as string);
}

/** One text for one target. */
export function targetKey({ node, service }: OffendingTarget): string {
  const far = node ? Object.values(node)[0] : '*';
  return `${far} ${service ? `${service.protocol}/${service.port ?? '*'}/${service.initiator}` : '*'}`;
}
