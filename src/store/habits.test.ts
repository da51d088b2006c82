import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Habits } from '../model/habits.ts';
import { MAX_HABIT_LENGTH, MAX_HABITS } from './habits.ts';
import { Store } from './store.ts';

let directory: string;
let store: Store;
let log: string[];
let now = 1_000;
const open = () => new Store({ directory, now: () => now, log: (line) => log.push(line) }).open();
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'spin-habits-'));
  log = [];
  now = 1_000;
  store = open();
});
afterEach(() => {
  store.close();
  rmSync(directory, { recursive: true });
});

const PLACE = { place: 'maker.example tcp/443', first: 1, last: 2 };
const habits = (device: string, more: Partial<Habits> = {}): Habits => ({
  ...{ device, since: 1, days: 3, places: [PLACE], update: { at: 2, name: 'update.maker.example' } },
  ...more,
});

function again(change?: (database: DatabaseSync) => void): void {
  store.close();
  const database = new DatabaseSync(join(directory, 'spin.db'));
  change?.(database);
  database.close();
  store = open();
}

describe('what devices are known to need, on the disk', () => {
  it('outlives a restart, as it was last told', () => {
    expect(store.keepHabits([habits('d-1'), habits('d-2')])).toBe(true);
    store.keepHabits([habits('d-1', { days: 4 })]);
    again();
    expect(store.habits()).toEqual([habits('d-1', { days: 4 }), habits('d-2')]);
    expect(log).toEqual([]);
  });

  it.each([
    ['no JSON', '{', 1],
    ['not what was written', '{"since":1,"days":3,"places":[{"place":7,"first":1,"last":2}]}', 1],
    ['not what was written', '{"since":1,"days":-3,"places":[]}', 1],
    ['not what was written', '{"since":1,"days":1,"places":[],"update":null}', 1],
    ['not what was written', '[]', 1],
    ['not what was written', 'null', 1],
    ['version 9', '{"since":1,"days":3,"places":[]}', 9],
  ])('a row that cannot be read (%s) is named once and set aside, the others are read', (problem, value, version) => {
    store.keepHabits([habits('d-1'), habits('d-2')]);
    again((database) =>
      database.prepare(`UPDATE habit SET value = ?, version = ? WHERE device = 'd-1'`).run(value, version),
    );
    expect(store.habits()).toEqual([habits('d-2')]);
    expect(log).toEqual([expect.stringMatching(new RegExp(`d-1 cannot be read .*${problem}.* learned anew`))]);
    again();
    expect(store.habits()).toEqual([habits('d-2')]);
    expect(log).toHaveLength(1);
    store.keepHabits([habits('d-1')]);
    expect(store.habits()).toHaveLength(2);
  });

  it('is forgotten with everything else', () => {
    store.keepHabits([habits('d-1')]);
    store.erase([]);
    expect(store.habits()).toEqual([]);
  });

  it('of a device that turned out to be another one is gone', () => {
    store.keepHabits([habits('d-1'), habits('d-2')]);
    store.mergeDevice('d-2', 'd-1', 5);
    store.flush();
    store.keepHabits([]);
    expect(store.habits().map(({ device }) => device)).toEqual(['d-1']);
  });

  it('has bounds: what was longest unchanged goes, and a row that is too long is not written', () => {
    store.keepHabits([habits('old')]);
    now = 2_000;
    store.keepHabits(Array.from({ length: MAX_HABITS }, (_, i) => habits(`d-${i}`, { places: [] })));
    expect(store.habits()).toHaveLength(MAX_HABITS);
    expect(store.habits().some(({ device }) => device === 'old')).toBe(false);
    const long = { ...PLACE, place: `${'a'.repeat(MAX_HABIT_LENGTH)} tcp/1` };
    store.keepHabits([habits('d-1', { places: [long] })]);
    expect(store.habits().find(({ device }) => device === 'd-1')!.places).toEqual([]);
  });
});
