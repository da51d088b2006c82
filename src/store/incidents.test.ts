import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Incident } from '../model/incident.ts';
import { MAX_CASE_INPUTS } from './incidents.ts';
import { Store } from './store.ts';

let directory: string;
let store: Store;
const open = () => new Store({ directory, now: () => 1_000, log: () => {} }).open();
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'spin-incidents-'));
  store = open();
});
afterEach(() => {
  store.close();
  rmSync(directory, { recursive: true });
});

const incident = (id: string, opened: number): Incident => ({
  ...{ id, device: 'd-1', state: 'open', opened, last: opened, relapses: 0, strength: 0.9 },
  ...{ findings: [], kindred: [], story: [{ at: opened, kind: 'first-sign' }], cleanUp: [] },
});
const correction = { id: 'c', detector: 'beacon', device: 'd-1', subject: 'x', at: 5, by: 'owner' };
const read = () => store.ask(({ incidents }) => incidents)!;

describe('incidents on the disk', () => {
  it('outlive a restart, with corrections, inputs and what people did', () => {
    const said = [{ at: 7, kind: 'incident-undone', actor: 'owner', device: 'd-1' }];
    const inputs = [
      { at: 9, kind: 'tick' },
      { at: 3, kind: 'tick' },
    ];
    store.keepCase({ incidents: [incident('b', 2), incident('a', 1)], inputs, corrections: [correction] }, said, {
      wishes: { autonomy: 'ask' },
    });
    store.close();
    store = open();
    expect(read().all()).toEqual([incident('a', 1), incident('b', 2)]);
    expect(read().corrections()).toEqual([correction]);
    expect(
      read()
        .inputs()
        .map(({ at }) => at),
    ).toEqual([3, 9]);
    expect(store.events(10)).toMatchObject(said);
    expect(store.setting('wishes')).toEqual({ autonomy: 'ask' });
  });

  it('are as they were last told; corrections stay where none are given', () => {
    store.keepCase({ incidents: [incident('a', 1)], inputs: [], corrections: [correction] });
    store.keepCase({ incidents: [{ ...incident('a', 1), state: 'clean' }], inputs: [] });
    expect(read().all()).toMatchObject([{ id: 'a', state: 'clean' }]);
    expect(read().corrections()).toHaveLength(1);
    store.keepCase({ incidents: [], inputs: [], corrections: [] });
    expect(read().corrections()).toEqual([]);
  });

  it('are forgotten with what led to them; what the household said stays', () => {
    store.keepCase({ incidents: [incident('a', 1)], inputs: [{ at: 1 }], corrections: [correction] });
    store.forgetCases();
    expect(read().all()).toEqual([]);
    expect(read().inputs()).toEqual([]);
    expect(read().corrections()).toEqual([correction]);
  });

  it('have bounds: the oldest go', () => {
    store.keepCase({ incidents: Array.from({ length: 2_060 }, (_, i) => incident(`i${i}`, i)), inputs: [] });
    expect(read().all()).toHaveLength(2_048);
    expect(read().all()[0]?.id).toBe('i12');
    store.keepCase({ incidents: [], inputs: Array.from({ length: MAX_CASE_INPUTS + 5 }, (_, at) => ({ at })) });
    expect(read().inputs()).toHaveLength(MAX_CASE_INPUTS);
    expect(read().inputs()[0]).toEqual({ at: 5 });
  });
});
