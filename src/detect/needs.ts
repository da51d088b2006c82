import type { CoverageCode } from '../model/observation.ts';
import type { SourceCoverage } from '../track/coverage.ts';
import type { Detector, Need } from './detector.ts';

/** What a source with such a note does not show. */
const LACKS: Partial<Record<CoverageCode, readonly Need[]>> = {
  'headers-not-seen': ['headers'],
  'no-conntrack': ['connections'],
  'flow-offload': ['connections'],
  'hardware-offload': ['connections'],
  'no-accounting': ['connections'],
  'no-capture': ['syns', 'names', 'control', 'link'],
  'flow-log': ['syns', 'headers', 'control', 'link'],
  'look-ups-not-seen': ['names'],
};

/** Detectors that cannot see all they need from these sources, with what is lacking. */
export function blindDetectors(
  detectors: readonly Detector[],
  sources: readonly SourceCoverage[],
): { name: string; lacks: Need[] }[] {
  const lacking = new Set(sources.flatMap(({ notes }) => notes.flatMap(({ code }) => LACKS[code] ?? [])));
  return detectors
    .map(({ name, needs }) => ({ name, lacks: needs.filter((need) => lacking.has(need)) }))
    .filter(({ lacks }) => lacks.length > 0);
}
