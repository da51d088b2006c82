import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type MinuteRow, OTHERS } from '../model/event.ts';
import type { Device } from '../model/home.ts';
import { migrate, NewerDatabase, schemaVersion } from './database.ts';
import { DAY, HOUR, MINUTE } from './levels.ts';
import { MIGRATIONS } from './migrations/all.ts';
import { boundMinute } from './pending.ts';
import { Store, StoreFailing } from './store.ts';
import { onDisk } from './testing.ts';

const NOON = Date.UTC(2026, 0, 10, 12);
let directory: string;
let log: string[];
let stores: Store[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'spin-store-'));
  log = [];
  stores = [];
});
afterEach(() => {
  for (const store of stores) store.close();
  rmSync(directory, { recursive: true });
});

function open(now = () => NOON): Store {
  const store = new Store({ directory, now, log: (line) => log.push(line) }).open();
  stores.push(store);
  return store;
}

function reopen(store: Store): Store {
  store.close();
  stores.splice(stores.indexOf(store), 1);
  return open();
}

function device(id: string, more: Partial<Device> = {}): Device {
  const base = { macs: ['02:00:00:00:00:01'], addresses: ['192.0.2.7'], names: ['camera'], services: [] };
  return { id, ...base, firstSeen: NOON, lastSeen: NOON, ...more };
}

function row(device: string, node: string, bytesUp = 100, port = 443): MinuteRow {
  return {
    device,
    node,
    protocol: 'tcp',
    port,
    initiator: 'device',
    packetsUp: 1,
    packetsDown: 2,
    bytesUp,
    bytesDown: 10,
  };
}

function maintainAll(store: Store, at: number): void {
  for (let steps = 0; store.maintain(at); steps++) expect(steps).toBeLessThan(10_000);
}

const bytesUp = (points: number[][]) => points.reduce((sum, point) => sum + point[1]!, 0);

describe('devices', () => {
  test('come back as they were, with the names they gave themselves', () => {
    const store = open();
    store.saveDevice(
      device('d-1', { names: ['Front door', 'camera'], givenName: 'Front door', mudUrl: 'https://example.com/mud' }),
    );
    expect(reopen(store).devices()).toEqual([
      {
        id: 'd-1',
        macs: ['02:00:00:00:00:01'],
        addresses: ['192.0.2.7'],
        hostnames: ['camera'],
        givenName: 'Front door',
        mudUrl: 'https://example.com/mud',
        firstSeen: NOON,
        lastSeen: NOON,
      },
    ]);
  });

  test('the owner’s name is on the disk when it is confirmed, and an audit record with it', () => {
    const store = open();
    store.nameDevice(device('d-1'), '<b>Kitchen</b>', 'owner');
    const given = onDisk(store.path, (reader) => reader.prepare('SELECT given_name FROM device').all());
    expect(given).toEqual([{ given_name: '<b>Kitchen</b>' }]);
    expect(store.events(10)).toMatchObject([{ kind: 'renamed', actor: 'owner', device: 'd-1' }]);
    store.nameDevice(device('d-1', { givenName: '<b>Kitchen</b>' }), '', 'owner');
    expect(store.devices()[0]).not.toHaveProperty('givenName');
  });

  test('a device that became another takes its traffic along', () => {
    const store = open();
    store.addMinute(NOON - MINUTE, [row('a-192.0.2.7', 'example.com', 5)]);
    store.flush();
    store.addMinute(NOON, [row('a-192.0.2.7', 'example.com', 7)]);
    store.mergeDevice('a-192.0.2.7', 'd-1', NOON);
    store.addMinute(NOON + MINUTE, [row('d-1', 'example.com', 11)]);
    store.flush();
    expect(bytesUp(store.points(MINUTE, NOON - HOUR, NOON + HOUR, 'd-1'))).toBe(23);
    expect(store.contacts('d-1', 'volume', 9)).toMatchObject([
      { name: 'example.com', bytesUp: 23, services: ['tcp/443'] },
    ]);
  });
});

describe('traffic over time', () => {
  test('is the same before it is written, after, and at every width', () => {
    const store = open();
    const start = NOON - 30 * HOUR;
    for (let i = 0; i < 30 * 60; i += 7) {
      store.addMinute(start + i * MINUTE, [row('d-1', 'example.com', i), row('d-2', `host-${i % 5}.example.net`, 1)]);
      if (i % 3 === 0) store.flush();
    }
    const sums = () =>
      [MINUTE, HOUR, DAY].flatMap((step) => [
        bytesUp(store.points(step, start - DAY, NOON)),
        bytesUp(store.points(step, start - DAY, NOON, 'd-1')),
      ]);
    const before = sums();
    expect(new Set(before).size).toBe(2);
    store.flush();
    expect(sums()).toEqual(before);
    maintainAll(store, NOON);
    expect(sums()).toEqual(before);
    expect(store.contacts('d-2', 'volume', 10)).toHaveLength(5);
  });

  test('points have no gaps and carry both directions', () => {
    const store = open();
    store.addMinute(NOON, [row('d-1', 'example.com', 100)]);
    const points = store.points(MINUTE, NOON - 2 * MINUTE, NOON + MINUTE);
    expect(points).toEqual([
      [NOON - 2 * MINUTE, 0, 0, 0, 0],
      [NOON - MINUTE, 0, 0, 0, 0],
      [NOON, 100, 10, 1, 2],
      [NOON + MINUTE, 0, 0, 0, 0],
    ]);
  });

  test('a minute that comes late, after its hour was rolled up, counts once at every width', () => {
    const store = open();
    const early = NOON - 3 * HOUR;
    store.addMinute(early, [row('d-1', 'example.com', 1)]);
    store.flush();
    maintainAll(store, NOON);
    store.addMinute(early + 5 * MINUTE, [row('d-1', 'example.com', 10)]);
    store.flush();
    for (const step of [MINUTE, HOUR, DAY]) expect(bytesUp(store.points(step, NOON - DAY, NOON))).toBe(11);
    expect(store.contacts('d-1', 'new', 5)[0]).toMatchObject({ bytesUp: 11, firstSeen: early });
  });

  test('after every single step of the roll-up, and with late minutes in between, sums are the same everywhere', () => {
    const store = open();
    const start = NOON - 3 * HOUR;
    let sum = 0;
    const add = (at: number, bytes: number) => {
      store.addMinute(at, [row('d-1', 'example.com', bytes)]);
      store.flush();
      sum += bytes;
    };
    for (let minute = 0; minute < 180; minute += 20) add(start + minute * MINUTE, 1 + minute);
    let steps = 0;
    while (store.maintain(NOON)) {
      add(start + ((steps * 37 + 5) % 180) * MINUTE, 1_000 * ++steps);
      for (const step of [MINUTE, HOUR, DAY]) expect(bytesUp(store.points(step, NOON - DAY, NOON))).toBe(sum);
      expect(store.contacts('d-1', 'volume', 1)[0]!.bytesUp).toBe(sum);
    }
    expect(steps).toBe(3 * 3);
  });

  test('a database whose tables were rolled up together goes on from there', () => {
    const path = join(directory, 'spin.db');
    const old = new DatabaseSync(path);
    migrate(old, path, MIGRATIONS.slice(0, 2));
    const hour = NOON / HOUR - 2;
    old.exec(`
      INSERT INTO device VALUES (1, 'd-1', NULL, NULL, 0, 0, '{}');
      INSERT INTO traffic_minute VALUES (${hour * 60}, 1, 1, 1, 5, 1);
      INSERT INTO traffic_hour VALUES (${hour}, 1, 1, 1, 5, 1);
      INSERT INTO rolled VALUES (1, ${(hour + 1) * 60});
    `);
    old.close();
    const store = open();
    maintainAll(store, NOON);
    expect(bytesUp(store.points(HOUR, NOON - DAY, NOON))).toBe(5);
  });

  test('minutes are forgotten after two days, hours after sixty, days after two years', () => {
    const store = open();
    for (const age of [1, 3, 61, 800]) store.addMinute(NOON - age * DAY, [row('d-1', 'example.com', 1)]);
    store.flush();
    maintainAll(store, NOON);
    const kept = (step: number) => bytesUp(store.points(step, NOON - 900 * DAY, NOON));
    expect([kept(MINUTE), kept(HOUR), kept(DAY)]).toEqual([1, 2, 3]);
  });

  test('far ends are listed by volume or by novelty', () => {
    const store = open();
    store.addMinute(NOON - DAY, [row('d-1', 'old.example', 1_000), row('d-1', 'old.example', 1, 80)]);
    store.addMinute(NOON, [row('d-1', 'new.example', 1)]);
    store.flush();
    maintainAll(store, NOON);
    expect(store.contacts('d-1', 'volume', 1)).toMatchObject([
      { name: 'old.example', services: ['tcp/443', 'tcp/80'] },
    ]);
    expect(store.contacts('d-1', 'new', 1)).toMatchObject([{ name: 'new.example' }]);
  });
});

describe('bounds', () => {
  test('a scanner’s rows are folded into one; sums hold and its neighbours keep their detail', () => {
    const rows = [
      row('quiet', 'example.com', 3),
      ...Array.from({ length: 5_000 }, (_, i) => row('scanner', `host-${i}`, 1)),
    ];
    const bounded = boundMinute(rows, 1_000);
    expect(bounded).toHaveLength(1 + 1_000 + 1);
    expect(bounded.reduce((sum, { bytesUp }) => sum + bytesUp, 0)).toBe(5_003);
    expect(bounded.find(({ node }) => node === OTHERS)).toMatchObject({ device: 'scanner', bytesUp: 4_000 });
  });

  test('a device that meets endless far ends stops adding names that day', () => {
    const store = open();
    for (let minute = 0; minute < 6; minute++) {
      const rows = Array.from({ length: 900 }, (_, i) => row('scanner', `host-${minute}-${i}`, 1));
      store.addMinute(NOON + minute * MINUTE, rows);
    }
    store.flush();
    const nodes = onDisk(store.path, (reader) => reader.prepare('SELECT count(*) AS n FROM node').get()!.n);
    expect(nodes).toBe(4_096 + 1);
    expect(bytesUp(store.points(HOUR, NOON, NOON))).toBe(5_400);
  });
});

describe('schema', () => {
  test.each(MIGRATIONS.map((_, version) => version))('version %i is brought forward with its data', (version) => {
    const old = new DatabaseSync(join(directory, 'spin.db'));
    migrate(old, 'old', MIGRATIONS.slice(0, version));
    if (version > 0) old.exec(`INSERT INTO setting VALUES ('language', '"nl"')`);
    old.close();
    const store = open();
    if (version > 0) expect(store.setting('language')).toBe('nl');
    expect(onDisk(store.path, schemaVersion)).toBe(MIGRATIONS.length);
  });

  test('a migration that fails leaves the old version', () => {
    const database = new DatabaseSync(':memory:');
    expect(() => migrate(database, 'x', [...MIGRATIONS, 'CREATE TABLE broken ('])).toThrow();
    expect(schemaVersion(database)).toBe(0);
  });

  test('a newer database is refused and not touched', () => {
    const path = join(directory, 'spin.db');
    const newer = new DatabaseSync(path);
    newer.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    newer.close();
    const before = readFileSync(path);
    expect(() => open()).toThrow(NewerDatabase);
    expect(() => open()).toThrow(/newer version of SPIN/);
    expect(readFileSync(path).equals(before)).toBe(true);
  });
});

describe('when things go wrong', () => {
  test('a damaged database is set aside, said aloud, and a new one works', () => {
    writeFileSync(
      join(directory, 'spin.db'),
      'this is no database, but it is long enough to look like one '.repeat(100),
    );
    const store = open();
    store.set('language', 'en');
    expect(reopen(store).setting('language')).toBe('en');
    expect(readdirSync(directory).filter((name) => name.includes('.damaged-'))).toHaveLength(1);
    expect(log.join()).toContain('damaged');
  });

  test('damage found in use is handled the same', () => {
    const store = open();
    for (let i = 0; i < 200; i++) store.set(`key-${i}`, 'x'.repeat(500));
    store.close();
    stores.pop();
    const file = readFileSync(store.path);
    file.fill(0xa5, 4096);
    writeFileSync(store.path, file);
    const damaged = open();
    expect(damaged.setting('key-1')).toBeUndefined();
    damaged.set('language', 'en');
    expect(damaged.setting('language')).toBe('en');
    expect(log.join()).toContain('moved to');
  });

  test('without a place to write it says so, goes on, and writes once it can', () => {
    let now = NOON;
    rmSync(directory, { recursive: true });
    writeFileSync(directory, 'a file where the folder should be');
    const store = open(() => now);
    expect(store.failing).toBeTruthy();
    store.saveDevice(device('d-1'));
    store.addMinute(NOON, [row('d-1', 'example.com', 9)]);
    expect(store.flush()).toBe(false);
    expect(() => store.set('language', 'nl')).toThrow(StoreFailing);
    expect(bytesUp(store.points(MINUTE, NOON, NOON))).toBe(9);
    rmSync(directory);
    now += 60_000;
    expect(store.flush()).toBe(true);
    expect(store.failing).toBeUndefined();
    expect(store.devices()).toHaveLength(1);
    expect(bytesUp(store.points(MINUTE, NOON, NOON))).toBe(9);
  });

  test('erase leaves nothing of the home in the folder', () => {
    const store = open();
    store.set('password', 'kept');
    store.nameDevice(device('d-1', { names: ['Secret camera'] }), 'Bedroom', 'owner');
    store.addMinute(NOON, [row('d-1', 'clinic.example', 9)]);
    store.flush();
    store.erase(['password']);
    expect(store.setting('password')).toBe('kept');
    const left = readdirSync(directory)
      .map((name) => readFileSync(join(directory, name), 'latin1'))
      .join('');
    for (const word of ['Secret camera', 'Bedroom', 'clinic.example']) expect(left).not.toContain(word);
  });
});
