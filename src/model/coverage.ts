import type { CoverageCode } from './observation.ts';

/**
 * How much a coverage note matters. `inherent`: the nature of the source or of this start, with nothing to be done.
 * `loss`: traffic or history is missing that should be there, so the household must know.
 */
export type CoverageSeverity = 'inherent' | 'loss';

const SEVERITY: Record<CoverageCode, CoverageSeverity> = {
  'flow-offload': 'loss',
  'hardware-offload': 'loss',
  'no-accounting': 'loss',
  'no-conntrack': 'loss',
  'no-capture': 'loss',
  'no-neighbours': 'loss',
  'no-right': 'loss',
  'headers-not-seen': 'inherent',
  'flow-log': 'inherent',
  'look-ups-not-seen': 'inherent',
  'connections-from-before': 'inherent',
  'events-lost': 'loss',
  'packets-lost': 'loss',
  'mirror-one-way': 'loss',
  recorded: 'inherent',
  'agent-gone': 'loss',
  'store-failing': 'loss',
  'detector-failing': 'loss',
  'detector-blind': 'inherent',
  'file-left-out': 'loss',
  'lines-left-out': 'inherent',
};

/** Unknown codes, as of a newer agent, count as losses. */
export function severityOf(code: string): CoverageSeverity {
  return Object.hasOwn(SEVERITY, code) ? SEVERITY[code as CoverageCode] : 'loss';
}
