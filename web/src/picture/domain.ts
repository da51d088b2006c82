/**
 * Second-level labels under which countries register names (`co.uk`, `com.au` …). The picture only needs a good guess to
 * draw names together; nothing is decided by it, so the public suffix list is not worth its 100 kB here.
 */
const SHARED_SECOND_LEVEL = new Set([
  'ac',
  'co',
  'com',
  'edu',
  'gov',
  'go',
  'mil',
  'ne',
  'net',
  'or',
  'org',
  'gob',
  'nhs',
]);
const ADDRESS = /^[\d.]+$|:/;

/** The part of a name that somebody registered, or `undefined` for addresses and single labels. */
export function registrableDomain(name: string): string | undefined {
  if (ADDRESS.test(name)) return undefined;
  const labels = name.split('.');
  if (labels.length < 2) return undefined;
  const top = labels[labels.length - 1] ?? '';
  const second = labels[labels.length - 2] ?? '';
  const kept = top.length === 2 && SHARED_SECOND_LEVEL.has(second) && labels.length > 2 ? 3 : 2;
  return labels.slice(-kept).join('.');
}
