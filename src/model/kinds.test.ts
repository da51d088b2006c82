import { describe, expect, it } from 'vitest';
import { classOf, isKind, KINDS } from './kinds.ts';

describe('the class of a kind', () => {
  it.each([
    ['camera', 'appliance'],
    ['smoke-alarm', 'critical'],
    ['lock', 'critical'],
    ['medical', 'critical'],
    ['storage', 'general'],
    ['computer', 'general'],
    ['router', 'infrastructure'],
  ])('%s is %s', (kind, expected) => expect(classOf(kind)).toBe(expected));

  it.each([undefined, '', 'toaster', 'constructor', '__proto__'])('%s is no kind, and may be anything', (kind) => {
    expect(classOf(kind)).toBe('general');
    expect(kind !== undefined && isKind(kind)).toBe(false);
  });

  it('is there for every kind', () => {
    expect(KINDS.every(isKind)).toBe(true);
    expect(KINDS.length).toBeGreaterThan(20);
  });
});
