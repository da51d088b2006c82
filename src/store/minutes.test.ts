import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { migrate } from './database.ts';
import { DAY, HOUR, MINUTE } from './levels.ts';
import { MIGRATIONS } from './migrations/all.ts';
import { combined, decodeRows, encodeRows, type Row } from './minute-rows.ts';
import { Minutes } from './minutes.ts';
import { Store } from './store.ts';

const id = fc.integer({ min: 0, max: 500_000 });
const counter = fc.oneof(fc.nat(300), fc.maxSafeNat());
const anyRow = fc.tuple(id, id, id, fc.nat(1), counter, counter, counter, counter) as fc.Arbitrary<Row>;
const isWhole = (number: number) => Number.isFinite(number) && number >= 0;

describe('the packing of a minute', () => {
  test('gives back what was packed', () => {
    const distinct = fc.uniqueArray(anyRow, { selector: (row) => row.slice(0, 4).join() });
    fc.assert(
      fc.property(distinct, (rows) => {
        const packed = combined(rows);
        expect(decodeRows(encodeRows(packed))).toEqual(packed);
        expect(new Set(packed.map(String))).toEqual(new Set(rows.map(String)));
      }),
    );
  });

  test('makes one row of one conversation', () => {
    const row = (bytes: number): Row => [1, 2, 3, 1, 1, 0, bytes, 0];
    expect(combined([row(5), [1, 2, 3, 0, 9, 9, 9, 9], row(7)])).toEqual([
      [1, 2, 3, 0, 9, 9, 9, 9],
      [1, 2, 3, 1, 2, 0, 12, 0],
    ]);
  });

  test('takes some ten bytes of an ordinary conversation', () => {
    const rows = Array.from(
      { length: 100 },
      (_, i): Row => [1 + (i % 10), 40 + 3 * i, 1 + (i % 7), 0, 20 + i, 30 + i, 4_000 + 100 * i, 90_000],
    );
    expect(encodeRows(combined(rows)).length / rows.length).toBeLessThan(12);
  });

  test('reads any bytes as rows of whole numbers', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const row of decodeRows(bytes)) expect(row.length === 8 && row.every(isWhole)).toBe(true);
      }),
    );
  });
});

describe('minutes in the database', () => {
  let database: DatabaseSync;
  let minutes: Minutes;
  beforeEach(() => {
    database = new DatabaseSync(':memory:');
    migrate(database, ':memory:', MIGRATIONS);
    minutes = new Minutes(database);
  });
  const inSql = () => database.prepare('SELECT * FROM recent ORDER BY 1, 2, 3').all().map(Object.values);

  test('add up when the same one is written again', () => {
    minutes.add(7, [[1, 2, 3, 0, 1, 1, 10, 10]]);
    minutes.add(7, [
      [1, 2, 3, 0, 1, 1, 5, 0],
      [1, 9, 3, 0, 1, 0, 1, 0],
    ]);
    expect([...minutes.devices(0)]).toEqual([{ bucket: 7, device: 1, counters: [3, 2, 16, 10] }]);
    expect([minutes.count(0, 8), minutes.count(0, 7), minutes.first(0), minutes.first(8)]).toEqual([
      2,
      0,
      7,
      undefined,
    ]);
  });

  test('are there for a question, those that it is about, and gone after it, also after a fault', () => {
    for (const bucket of [5, 6, 7])
      minutes.add(
        bucket,
        [1, 2].map((device) => [device, 4, 3, 0, 1, 2, 3, bucket]),
      );
    expect(minutes.ask(5, 7, undefined, inSql)).toHaveLength(4);
    expect(minutes.ask(6, 9, new Set([2]), inSql)).toEqual([
      [6, 2, 4, 3, 0, 1, 2, 3, 6],
      [7, 2, 4, 3, 0, 1, 2, 3, 7],
    ]);
    expect(() => minutes.ask(0, 9, undefined, () => expect.fail('a fault'))).toThrow('a fault');
    expect(inSql()).toEqual([]);
  });
});

describe('minutes of an older schema', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'spin-minutes-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  test('are the same afterwards, for every question', () => {
    const noon = Date.UTC(2026, 0, 10, 12);
    const first = noon / MINUTE - 90;
    const old = new DatabaseSync(join(directory, 'spin.db'));
    migrate(old, 'old', MIGRATIONS.slice(0, 6));
    old.exec(`
      INSERT INTO device VALUES (1, 'd-1', NULL, NULL, 0, 0, '{}'), (2, 'd-2', NULL, NULL, 0, 0, '{}');
      INSERT INTO node VALUES (1, 'a.example'), (2, 'b.example');
      INSERT INTO service VALUES (1, 'tcp', 443);
      INSERT INTO rolled VALUES ('hour', ${first + 30}), ('day', ${first + 30}), ('contact', ${first + 30})`);
    const conversation = old.prepare('INSERT INTO conversation_minute VALUES (?, ?, ?, 1, 0, 1, 2, ?, 20)');
    const traffic = old.prepare('INSERT INTO traffic_minute VALUES (?, ?, 2, 4, ?, 40)');
    for (let minute = 0; minute < 90; minute++) {
      for (const device of [1, 2]) {
        for (const node of [2, 1]) conversation.run(first + minute, device, node, 2 ** 33 + minute);
        traffic.run(first + minute, device, 2 * (2 ** 33 + minute));
      }
    }
    old.close();

    const store = new Store({ directory, now: () => noon, log: () => expect.fail('it says something') }).open();
    const up = (from: number) => {
      let sum = 0;
      for (let minute = from; minute < 90; minute++) sum += 2 * (2 ** 33 + minute);
      return sum;
    };
    const total = (step: number) =>
      store.points(step, noon - DAY, noon, 'd-2').reduce((sum, point) => sum + point[1], 0);
    expect([total(MINUTE), total(HOUR)]).toEqual([up(0), up(30)]);
    expect(store.points(MINUTE, noon - MINUTE, noon - MINUTE)).toEqual([[noon - MINUTE, 4 * (2 ** 33 + 89), 80, 4, 8]]);
    expect(store.contacts('d-1', 'volume', 9)).toMatchObject([
      { name: 'a.example', bytesUp: up(30) / 2 },
      { name: 'b.example', bytesUp: up(30) / 2 },
    ]);
    while (store.maintain(noon));
    const past = store.past([{ from: noon - 20 * MINUTE, to: noon }], ['d-1']);
    expect(past.map(({ node, packets }) => [node, packets]).sort()).toEqual([
      ['a.example', 60],
      ['b.example', 60],
    ]);
    store.close();
  });
});
