import { describe, expect, it } from 'vitest';
import { DEVICES } from './plan.ts';

describe('the devices', () => {
  it('are ten, with locally administered unicast hardware addresses of their own', () => {
    expect(DEVICES).toHaveLength(10);
    expect(new Set(DEVICES.map(({ mac }) => mac)).size).toBe(10);
    for (const { mac } of DEVICES) expect(Number.parseInt(mac.slice(0, 2), 16) & 3).toBe(2);
  });

  it('have names that fit an interface of the router', () => {
    for (const { name } of DEVICES) expect(name).toMatch(/^[a-z-]{2,15}$/);
  });
});
