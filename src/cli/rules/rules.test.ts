import { describe, expect, test } from 'vitest';
import type { DeviceView, GroupView, RuleView } from '../../contract/api.ts';
import { EXIT, Failure } from '../terminal.ts';
import { readDuration, readSlot, readWhen, slotText } from './times.ts';
import { findDevice, findGroup, readNode, readService } from './whom.ts';
import { targetText, whenText } from './words.ts';

const NOON = new Date(2026, 6, 1, 12).getTime();
const wrongUsage = expect.objectContaining({ exitCode: EXIT.usage });

describe('how long', () => {
  test.each([
    ['90m', 90 * 60_000],
    ['1h30m', 90 * 60_000],
    ['2d', 48 * 3_600_000],
    ['1w', 7 * 24 * 3_600_000],
  ])('--for %s', (text, ms) => {
    expect(readDuration(text)).toBe(ms);
  });

  test.each(['', '2', 'h', '2h3', '-2h', '2 h', '2hours'])('--for "%s" is refused', (text) => {
    expect(() => readDuration(text)).toThrow(wrongUsage);
  });

  test('--until is a time of today or tomorrow, or a date', () => {
    expect(readWhen({ until: '20:00' }, NOON)).toEqual({ until: new Date(2026, 6, 1, 20).getTime() });
    expect(readWhen({ until: '07:30' }, NOON)).toEqual({ until: new Date(2026, 6, 2, 7, 30).getTime() });
    expect(readWhen({ until: '2026-07-31T18:00' }, NOON)).toEqual({ until: new Date(2026, 6, 31, 18).getTime() });
    expect(readWhen({ until: '2026-07-31' }, NOON)).toEqual({ until: new Date(2026, 6, 31).getTime() });
    expect(() => readWhen({ until: 'soon' }, NOON)).toThrow(wrongUsage);
  });

  test('a schedule has days and times, also over midnight and the weekend', () => {
    expect(readSlot('mon-fri 21:00-07:00')).toEqual({ days: [1, 2, 3, 4, 5], from: '21:00', to: '07:00' });
    expect(readSlot('sat,sun 08:00-10:00').days).toEqual([6, 7]);
    expect(readSlot('fri-mon 08:00-10:00').days).toEqual([5, 6, 7, 1]);
    expect(readSlot('daily 22:00-06:00').days).toHaveLength(7);
    expect(slotText(readSlot('daily 22:00-06:00'))).toBe('daily 22:00-06:00');
    for (const text of ['mon 9-10', 'someday 09:00-10:00', '09:00-10:00'])
      expect(() => readSlot(text)).toThrow(wrongUsage);
  });

  test('is said exactly once', () => {
    expect(readWhen({ always: true }, NOON)).toEqual({ always: true });
    expect(readWhen({ 'until-tomorrow': true }, NOON)).toEqual({ tomorrow: true });
    expect(() => readWhen({}, NOON)).toThrow(wrongUsage);
    expect(() => readWhen({ always: true, for: '1h' }, NOON)).toThrow(wrongUsage);
  });
});

describe('whom', () => {
  const device = (id: string, label: string, more: Partial<DeviceView> = {}) =>
    ({ id, label, names: [label], macs: [], addresses: [], ...more }) as unknown as DeviceView;
  const devices = [
    device('d-1', 'Camera', { addresses: ['192.0.2.7'] }),
    device('d-2', 'Camera'),
    device('d-3', 'TV', { macs: ['02:00:00:00:00:03'], names: ['TV', 'camera'] }),
  ];

  test('is found by id, name or address, and several are never guessed', () => {
    expect(findDevice('d-2', devices).id).toBe('d-2');
    expect(findDevice('tv', devices).id).toBe('d-3');
    expect(findDevice('192.0.2.7', devices).id).toBe('d-1');
    expect(findDevice('02:00:00:00:00:03', devices).id).toBe('d-3');
    expect(() => findDevice('camera', devices)).toThrow(/several devices .*\n {2}d-1 {2}Camera\n {2}d-2 {2}Camera$/s);
    expect(() => findDevice('fridge', devices)).toThrow(Failure);
  });

  test('what is shown of a name cannot steer the terminal', () => {
    expect(() => findDevice('\u001b[2J', devices)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('\u001b') }),
    );
  });

  test('groups are found by id or name', () => {
    const groups: GroupView[] = [
      { id: 'g-1', name: 'Children', members: [], source: 'own' },
      { id: 'kind:camera', name: 'camera', members: [], source: 'kind' },
    ];
    expect(findGroup('children', groups).id).toBe('g-1');
    expect(findGroup('kind:camera', groups).id).toBe('kind:camera');
  });

  test('far ends and services', () => {
    expect(readNode('2001:db8::1')).toEqual({ address: '2001:db8::1' });
    expect(readNode('192.0.2.0/24')).toEqual({ prefix: '192.0.2.0/24' });
    expect(readNode('a.example.com')).toEqual({ name: 'a.example.com' });
    expect(readService(undefined, '25', false)).toEqual({ protocol: 6, port: 25, initiator: 'device' });
    expect(readService('UDP', undefined, true)).toEqual({ protocol: 17, initiator: 'node' });
    expect(readService('47', undefined, false)).toEqual({ protocol: 47, initiator: 'device' });
    expect(readService(undefined, undefined, false)).toBeUndefined();
    for (const [protocol, port, incoming] of [
      ['smtp', '25', false],
      [undefined, 'x', false],
      [undefined, undefined, true],
    ] as const)
      expect(() => readService(protocol, port, incoming)).toThrow(wrongUsage);
  });
});

test('a rule in words', () => {
  const rule: Pick<RuleView, 'action' | 'target' | 'when' | 'labels'> = {
    action: 'block',
    target: { device: 'd-1', node: { name: 'a.example' }, service: { protocol: 6, port: 25, initiator: 'device' } },
    when: { weekly: [readSlot('mon 08:00-09:00')] },
    labels: { device: 'Camera\u001b', service: 'smtp' },
  };
  expect(targetText(rule)).toMatch(/^Camera.* with a\.example smtp$/);
  expect(targetText(rule)).not.toContain('\u001b');
  expect(whenText(rule.when)).toBe('mon 08:00-09:00');
  expect(targetText({ ...rule, target: {} })).toBe('the home');
});
