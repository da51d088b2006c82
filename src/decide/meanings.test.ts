import { describe, expect, it } from 'vitest';
import { DETECTORS } from '../detect/all.ts';
import { isPlaced, meaningOf } from './meanings.ts';

describe('what a claim means', () => {
  it('is said of every detector', () => {
    expect(DETECTORS.map(({ name }) => name).filter((name) => !isPlaced(name))).toEqual([]);
  });

  it('of one that nobody placed is a suspicion, whatever its name', () => {
    for (const name of ['of-tomorrow', 'constructor', '__proto__']) expect(meaningOf(name).sort).toBe('suspicion');
  });
});
