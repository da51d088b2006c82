import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NewAuditEntry } from '../model/audit.ts';
import type { MinuteRow } from '../model/event.ts';
import type { HouseholdRule } from '../model/household.ts';
import { HOUR, MINUTE } from './levels.ts';
import { Store, StoreFailing } from './store.ts';
import { copyDatabase, onDisk } from './testing.ts';

const NOW = Date.UTC(2026, 6, 1, 12, 30);

const rule = (id: string): HouseholdRule => ({
  id,
  action: 'block',
  target: { device: 'd-1' },
  when: { always: true },
  by: 'owner',
  since: NOW,
});
const entry = (more: Partial<NewAuditEntry> = {}): NewAuditEntry => ({
  at: NOW,
  kind: 'rule-set',
  actor: 'owner',
  rules: [],
  groups: [],
  names: [],
  ...more,
});

let folder: string;
let store: Store;
const open = () => new Store({ directory: folder, now: () => NOW, log: () => {} }).open();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spin-decisions-'));
  store = open();
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const rules = () => store.ask(({ decisions }) => decisions.rules());

describe('what the household decided', () => {
  test('is there after the program was killed, with how it became so', () => {
    const first = store.decide(entry({ rules: [{ id: 'a', after: rule('a') }] }));
    const group = { id: 'g-1', name: 'Children', members: ['d-1'] };
    store.decide(entry({ kind: 'group-made', groups: [{ id: 'g-1', after: group }] }));
    const killed = { store, folder };
    folder = mkdtempSync(join(tmpdir(), 'spin-decisions-'));
    copyDatabase(killed.store.path, folder);
    store = open();
    expect(rules()).toEqual([rule('a')]);
    expect(store.ask(({ decisions }) => decisions.groups())).toEqual([group]);
    const log = store.ask(({ decisions }) => decisions.before(Number.MAX_SAFE_INTEGER, 10));
    expect(log?.map(({ id, kind }) => [id, kind])).toEqual([
      [first + 1, 'group-made'],
      [first, 'rule-set'],
    ]);
    killed.store.close();
    rmSync(killed.folder, { recursive: true });
  });

  test('an undo is an entry of its own, and each change is undone once', () => {
    const set = store.decide(entry({ rules: [{ id: 'a', after: rule('a') }] }));
    expect(store.ask(({ decisions }) => decisions.lastUndoable())?.id).toBe(set);
    const undo = store.decide(entry({ kind: 'undone', undoes: set, rules: [{ id: 'a', before: rule('a') }] }));
    expect(rules()).toEqual([]);
    expect(store.ask(({ decisions }) => decisions.entry(set))).toMatchObject({ undoneBy: undo });
    expect(store.ask(({ decisions }) => decisions.lastUndoable())).toBeUndefined();
    expect(() => store.decide(entry({ kind: 'undone', undoes: set }))).toThrow(StoreFailing);
  });

  test('what SPIN did by itself is not what the household undoes last', () => {
    const set = store.decide(entry({ rules: [{ id: 'a', after: rule('a') }] }));
    store.decide(entry({ kind: 'rule-ended', actor: 'spin', rules: [{ id: 'b', before: rule('b') }] }));
    expect(store.ask(({ decisions }) => decisions.lastUndoable())?.id).toBe(set);
  });

  test('the log cannot be changed, not even by who has the file', () => {
    store.decide(entry({ rules: [{ id: 'a', after: rule('a') }] }));
    onDisk(store.path, (other) => {
      expect(() => other.exec(`UPDATE audit SET actor = 'nobody'`)).toThrow('only added to');
      expect(() => other.exec('DELETE FROM audit')).toThrow('only added to');
    });
  });

  test('what cannot be recorded is not done', () => {
    store.close();
    const other = new DatabaseSync(store.path);
    other.exec(`CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'disk full'); END`);
    other.close();
    store = open();
    expect(() => store.decide(entry({ rules: [{ id: 'a', after: rule('a') }] }))).toThrow(StoreFailing);
    expect(rules()).toEqual([]);
  });
});

test('addresses of names: what is the same is not written again', () => {
  const known = (name: string, until: number) => ({ scope: 'home', name, address: '192.0.2.7', until });
  const many = Array.from({ length: 200 }, (_, i) => known(`${i}.example`, NOW));
  const kept = () => store.ask(({ decisions }) => decisions.addresses().map(({ name, until }) => [name, until]));
  store.keepNameAddresses(many);
  const before = store.bytes();
  store.keepNameAddresses(many);
  expect(store.bytes()).toBe(before);
  store.keepNameAddresses([...many.slice(2), known('1.example', NOW + 1), known('new.example', NOW)]);
  expect(store.bytes() - before).toBeLessThan(10_000);
  expect(kept()).toHaveLength(200);
  expect(kept()).toEqual(
    expect.arrayContaining([
      ['1.example', NOW + 1],
      ['new.example', NOW],
    ]),
  );
  expect(kept()).not.toContainEqual(['0.example', NOW]);
});

describe('the past', () => {
  const row = (device: string, node: string, packetsUp: number): MinuteRow => ({
    device,
    node,
    protocol: 'tcp',
    port: 443,
    initiator: 'device',
    packetsUp,
    packetsDown: 1,
    bytesUp: 100,
    bytesDown: 0,
  });

  test('is the same from minutes, from hours, and from what is not yet written', () => {
    const start = Date.UTC(2026, 6, 1, 8, 30);
    for (let minute = 0; minute < 200; minute++) {
      store.addMinute(start + minute * MINUTE, [row('d-1', 'a.example', 2), row('d-2', 'b.example', 5)]);
      if (minute % 50 === 0) store.flush();
    }
    const span = { from: start + 20 * MINUTE, to: start + 180 * MINUTE };
    const sums = () =>
      store
        .past([span])
        .map(({ device, node, packets, bytes }) => [device, node, packets, bytes])
        .sort();
    const expected = [
      ['d-1', 'a.example', 480, 16_000],
      ['d-2', 'b.example', 960, 16_000],
    ];
    expect(sums()).toEqual(expected);
    store.flush();
    expect(sums()).toEqual(expected);
    while (store.maintain(start + 6 * HOUR));
    expect(sums()).toEqual(expected);
    const ofOne = store.past([span], ['d-2']).map(({ device, packets }) => [device, packets]);
    expect(ofOne).toEqual([['d-2', 960]]);
    expect(store.past([span])[0]).toMatchObject({ first: span.from, last: span.to });
    expect(store.pastBegins()).toBe(start);
  });

  test('two devices that turned out to be one are one', () => {
    store.addMinute(NOW, [row('a-1', 'a.example', 2)]);
    store.flush();
    store.mergeDevice('a-1', 'd-1', NOW);
    store.flush();
    expect(store.past([{ from: NOW, to: NOW + MINUTE }])).toMatchObject([{ device: 'd-1', packets: 3 }]);
  });
});
