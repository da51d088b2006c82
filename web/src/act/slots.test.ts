import { describe, expect, it } from 'vitest';
import { dayNames, endsNextDay, slotProblem, slotWords } from './slots.ts';

const evening = { from: '21:00', to: '07:00' };

describe('A weekly slot in words', () => {
  it.each([
    [[1, 2, 3, 4, 5], 'Mon–Fri 21:00–07:00'],
    [[6, 7], 'Sat, Sun 21:00–07:00'],
    [[3], 'Wed 21:00–07:00'],
    [[7, 1, 2, 3], 'Mon–Wed, Sun 21:00–07:00'],
    [[1, 2, 3, 4, 5, 6, 7], 'every day 21:00–07:00'],
    [[5, 5, 1], 'Mon, Fri 21:00–07:00'],
  ])('%j is %s', (days, words) => {
    expect(slotWords({ days, ...evening }, 'en-GB', 'every day')).toBe(words);
  });

  it('speaks the language of the page, with Monday first', () => {
    expect(dayNames('nl-NL', 'long')[1]).toBe('maandag');
    expect(dayNames('nl-NL', 'short')[7]).toBe('zo');
  });

  it('knows when it runs into the next day', () => {
    expect(endsNextDay({ days: [1], from: '21:00', to: '07:00' })).toBe(true);
    expect(endsNextDay({ days: [1], from: '00:00', to: '00:00' })).toBe(true);
    expect(endsNextDay({ days: [1], from: '08:00', to: '12:30' })).toBe(false);
  });
});

describe('Slots that nobody can use', () => {
  it('are told by slot and field', () => {
    const fine = { days: [1], ...evening };
    expect(slotProblem([fine])).toBeUndefined();
    expect(slotProblem([fine, { days: [], ...evening }])).toEqual({ index: 1, field: 'days' });
    expect(slotProblem([{ days: [1], from: '', to: '07:00' }])).toEqual({ index: 0, field: 'from' });
    expect(slotProblem([{ days: [1], from: '07:00', to: '' }])).toEqual({ index: 0, field: 'to' });
  });
});
