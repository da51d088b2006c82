import { describe, expect, it } from 'vitest';
import { en } from './en.ts';
import { nl } from './nl.ts';

/** Names of multicast groups stay as they are where a language adds none. */
const OWN = /^far\.groups/;

function keysOf(texts: object, path = ''): string[] {
  return Object.entries(texts).flatMap(([key, value]) => {
    const own = path ? `${path}.${key}` : key;
    if (OWN.test(own)) return [];
    return typeof value === 'object' && value !== null ? keysOf(value as object, own) : [own];
  });
}

/** What a text says when it is given the names of its own places. */
function said(texts: object, key: string): string {
  const value = key.split('.').reduce<unknown>((of, part) => (of as Record<string, unknown>)[part], texts);
  return typeof value === 'function'
    ? String((value as (...all: string[]) => string)('«1»', '«2»', '«3»', '«4»'))
    : String(value);
}

describe('Every language', () => {
  it('has the same texts', () => {
    expect(keysOf(nl).sort()).toEqual(keysOf(en).sort());
  });

  it.each([
    ['English', en],
    ['Dutch', nl],
  ])('leaves no text empty in %s', (_name, texts) => {
    expect(keysOf(texts).filter((key) => said(texts, key).trim() === '')).toEqual([]);
  });

  it('puts the same names and numbers into a sentence', () => {
    const places = (texts: object, key: string) => [...new Set(said(texts, key).match(/«\d»/g))].sort();
    expect(keysOf(en).filter((key) => `${places(en, key)}` !== `${places(nl, key)}`)).toEqual([]);
  });
});
