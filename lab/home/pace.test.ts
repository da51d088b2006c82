import { describe, expect, it } from 'vitest';
import { inPrefix, parseAddress, parsePrefix } from '../../src/model/address.ts';
import { LAN, SINKS } from '../plan.ts';
import { randomFor } from '../random.ts';
import { anyAddress, sinkAddress } from './pace.ts';

describe('whom an attacker aims at', () => {
  const isWithin = (address: string, prefix: string) => inPrefix(parseAddress(address)!, parsePrefix(prefix)!);

  it('is a sink, whatever its number, and each number has one of its own', () => {
    const all = Array.from({ length: 300 }, (_, i) => sinkAddress(i));
    for (const address of all) expect(isWithin(address, SINKS.v4)).toBe(true);
    expect(new Set(all.slice(0, 126)).size).toBe(126);
  });

  it('by chance is a sink or the home, never anybody else, and the same for the same seed', () => {
    const [random, again] = [randomFor(3, 'aim'), randomFor(3, 'aim')];
    for (let i = 0; i < 500; i++) {
      const where = i % 2 === 0 ? 'sinks' : 'home';
      const address = anyAddress(where, random);
      expect(isWithin(address, where === 'sinks' ? SINKS.v4 : LAN.prefix4)).toBe(true);
      expect(anyAddress(where, again)).toBe(address);
    }
  });
});
