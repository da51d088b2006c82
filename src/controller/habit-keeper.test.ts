import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HomeView } from '../contract/api.ts';
import type { Observation } from '../model/observation.ts';
import { createPipeline, type Pipeline } from '../pipeline.ts';
import { Store } from '../store/store.ts';
import { BEYOND, CAMERA, flows, lookUp, START } from '../track/testing.ts';
import { Controller } from './controller.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;
const CLOUD = '198.51.100.10';
const camera = `d-${CAMERA.mac.replaceAll(':', '')}`;

let directory: string;
let store: Store;
let controller: Controller;
let pipeline: Pipeline;
let now: number;
let log: string[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'spin-habit-keeper-'));
  log = [];
  now = START;
});
afterEach(() => {
  store.close();
  rmSync(directory, { recursive: true });
});

function start(mode: HomeView['run']['mode'] = 'gateway'): void {
  store = new Store({ directory, now: () => now, log: (line) => log.push(line) }).open();
  controller = new Controller({
    run: { mode, version: '0', startedAt: now },
    store,
    createPipeline: () => {
      pipeline = createPipeline({ history: true });
      return pipeline;
    },
    ...{ newEpoch: () => 'epoch', now: () => now, figures: () => ({ memory: 0, written: 0 }), log: () => {} },
    ...{ onErased: () => {}, lan: [], page: () => ({ addresses: [], ports: [] }), consoles: () => [] },
    ...{ newId: () => 'id', send: () => true },
  });
  controller.begin();
}

function stop(): void {
  controller.close();
  store.close();
}

function take(at: number, ...observations: Observation[]): void {
  now = at;
  for (const observation of observations) controller.observe(observation);
  controller.observe({ kind: 'tick', at: at + 2 * SECOND });
  controller.settle();
}

const call = (at: number, to: string, port = 443) =>
  flows(at, { from: CAMERA, to: BEYOND(to), at, slot: 5, sourcePort: 30_000 + (at % 9_999), port });

/** A camera that asks for its maker’s cloud twice a day. */
function days(from: number, count: number): void {
  for (let at = from; at < from + count * DAY; at += 12 * HOUR)
    take(at, lookUp(at, CAMERA, 'cloud.vendor.example', [CLOUD], 300), call(at + SECOND, CLOUD));
}

const habits = () => pipeline.habits().find(({ device }) => device === camera);
const news = () => pipeline.findings().filter(({ detector }) => detector === 'novelty');

describe('what a device is known to need', () => {
  test('a restart does not relearn it: what is news before is news after, and what was known is known', () => {
    start();
    days(START, 8);
    const before = habits();
    expect(before).toMatchObject({ days: 9, places: [{ place: 'vendor.example tcp/443' }] });
    stop();
    start();
    expect(habits()).toEqual(before);
    const at = START + 8 * DAY;
    days(at, 1);
    expect(news()).toEqual([]);
    take(at + DAY, call(at + DAY, '203.0.113.77', 23_455));
    expect(news()).toMatchObject([{ subject: 'tcp/23455 203.0.113.77', evidence: { days: 9 } }]);
  });

  test('a restart within a day is no second day', () => {
    start();
    for (let i = 0; i < 5; i++) {
      const at = START + i * SECOND * 60;
      take(at, lookUp(at, CAMERA, 'cloud.vendor.example', [CLOUD], 300), call(at + SECOND, CLOUD));
      stop();
      start();
    }
    expect(habits()!.days).toBe(1);
  });

  test('is written within the hour, where something was learned: a crash loses no more', () => {
    start();
    days(START, 2);
    store.close();
    start();
    expect(habits()!.days).toBeGreaterThanOrEqual(1);
  });

  test('a row that cannot be read is named, and the rest of the home is known', () => {
    start();
    days(START, 3);
    stop();
    const database = new DatabaseSync(join(directory, 'spin.db'));
    database.exec(`UPDATE habit SET value = '{'`);
    database.close();
    start();
    expect(habits()).toBeUndefined();
    expect(pipeline.home.device(camera)).toBeDefined();
    expect(log.filter((line) => line.includes(camera))).toHaveLength(1);
  });

  test('is erased with everything else', () => {
    start();
    days(START, 3);
    stop();
    start();
    controller.erase();
    expect(habits()).toBeUndefined();
    stop();
    start();
    expect(habits()).toBeUndefined();
  });

  test('of a recording is not kept: it begins anew each time', () => {
    start('read');
    days(START, 3);
    expect(habits()).toBeDefined();
    stop();
    start('read');
    expect(habits()).toBeUndefined();
  });
});
