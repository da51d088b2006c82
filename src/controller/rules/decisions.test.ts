import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SetRuleBody } from '../../contract/api.ts';
import type { Device } from '../../model/home.ts';
import { Store } from '../../store/store.ts';
import { eventually, Testbed } from '../testbed.ts';
import { CannotUndo, Decisions } from './decisions.ts';
import { factsOf } from './facts.ts';
import { NameBook } from './name-book.ts';
import { Network } from './network.ts';

const START = Date.UTC(2026, 6, 1, 12);
const HOUR = 3_600_000;
const device = (id: string): Device => ({
  id,
  macs: [],
  addresses: [],
  names: [],
  services: [],
  firstSeen: START,
  lastSeen: START,
});
const DEVICES = ['d-1', 'd-2', 'd-3'].map(device);

let folder: string;
let store: Store;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spin-decisions-'));
  store = new Store({ directory: folder, now: () => START, log: () => {} }).open();
});
afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

class Home {
  now = START;
  #ids = 0;
  readonly decisions: Decisions = new Decisions({
    store,
    at: () => this.now,
    newId: () => String(++this.#ids),
    device: (id) => DEVICES.find((one) => one.id === id),
    facts: () =>
      factsOf({
        at: this.now,
        network: new Network(() => this.now),
        names: new NameBook(
          () => undefined,
          () => false,
        ),
        devices: DEVICES,
        groups: this.decisions.groups,
        rules: [],
        lan: [],
        page: { addresses: [], ports: [] },
        consoles: [],
        criticalOf: () => [],
        guardOf: () => ({ mayAct: true }),
        essentialOf: () => [],
      }),
    onChange: () => {},
  });

  state(): string {
    const { rules, groups } = this.decisions;
    return JSON.stringify([[...rules].sort(), [...groups].sort()]);
  }

  kept(): string {
    const rules = store.ask(({ decisions }) => decisions.rules())!;
    const groups = store.ask(({ decisions }) => decisions.groups())!;
    const byId = (list: ReadonlyArray<{ id: string }>) => list.map((one) => [one.id, one] as const).sort();
    return JSON.stringify([byId(rules), byId(groups)]);
  }
}

const rule = fc.record({
  action: fc.constantFrom<SetRuleBody['action']>('block', 'allow', 'pause', 'slow', 'local', 'ignore'),
  target: fc.constantFrom<SetRuleBody['target']>({ device: 'd-1' }, { device: 'd-2' }, { group: 'all' }),
  when: fc.constantFrom<SetRuleBody['when']>(
    { always: true },
    { for: HOUR },
    { weekly: [{ days: [1], from: '20:00', to: '07:00' }] },
  ),
});
type Step = { set: SetRuleBody } | { group: string[] } | { remove: number };
const step = fc.oneof<fc.Arbitrary<Step>[]>(
  rule.map((set) => ({ set })),
  fc.subarray(['d-1', 'd-2', 'd-3']).map((group) => ({ group })),
  fc.nat(9).map((remove) => ({ remove })),
);

/** @returns the change that it made, if any */
function take({ decisions }: Home, one: Step): number | undefined {
  if ('set' in one) return decisions.setRule(one.set, 'owner').change;
  if ('group' in one) {
    const [group] = decisions.groups.values();
    if (group) return decisions.changeGroup(group.id, { members: one.group }, 'owner');
    return decisions.makeGroup({ name: 'Children', members: one.group }, 'owner').change;
  }
  const id = [...decisions.rules.keys()][one.remove];
  return id === undefined ? undefined : decisions.removeRule(id, 'owner');
}

describe('any sequence of decisions', () => {
  test('is on the disk as it is in memory, and undone one by one leaves what was there before', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        const home = new Home();
        home.decisions.load();
        const before = [home.state()];
        const changes: number[] = [];
        for (const one of steps) {
          const change = take(home, one);
          if (change === undefined) continue;
          changes.push(change);
          before.push(home.state());
        }
        expect(home.kept()).toBe(home.state());
        for (const change of changes.reverse()) {
          expect(home.state()).toBe(before.pop());
          home.decisions.undo(change, 'owner');
        }
        expect(home.state()).toBe(before.pop());
        expect(home.kept()).toBe(home.state());
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  test('what is over does not come back by an undo', () => {
    const home = new Home();
    home.decisions.load();
    const empty = home.state();
    const target = { device: 'd-3' };
    home.decisions.setRule({ action: 'pause', target, when: { for: HOUR } }, 'owner');
    const { change } = home.decisions.setRule({ action: 'pause', target, when: { always: true } }, 'owner');
    home.now += 2 * HOUR;
    home.decisions.undo(change, 'owner');
    expect(home.state()).toBe(empty);
    const later = home.decisions.setRule({ action: 'pause', target, when: { for: HOUR } }, 'owner');
    home.now += 2 * HOUR;
    expect(home.decisions.expire()).toBe(true);
    home.decisions.undo(later.change, 'owner');
    expect(home.state()).toBe(empty);
    expect(() => home.decisions.undo(later.change, 'owner')).toThrow(CannotUndo);
  });
});

describe('whatever is sent', () => {
  test('is refused or done, and never a fault of the server', async () => {
    const bed = new Testbed();
    try {
      await bed.start();
      const headers = await eventually(() => bed.setUp());
      const value = fc.oneof(fc.jsonValue({ maxDepth: 3 }), rule as fc.Arbitrary<unknown>);
      const body = fc.oneof(
        value,
        fc.record({ action: value, target: value, when: value }, { requiredKeys: [] }),
        fc.record({
          action: fc.constantFrom('block', 'pause', 'essential'),
          target: fc.record({ node: value, service: value, group: value }, { requiredKeys: [] }),
          when: fc.oneof(
            fc.record({ for: fc.double() }),
            fc.record({ until: fc.double() }),
            fc.record({ weekly: value }),
          ),
        }),
      );
      const paths = ['/api/rules', '/api/rules/preview', '/api/groups', '/api/undo'];
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...paths), body, async (path, sent) => {
          const answer = await bed.ask({ method: 'POST', path, headers, body: JSON.stringify(sent) });
          expect([200, 400, 404, 409]).toContain(answer.status);
          if (answer.status !== 200) expect(answer.json).toMatchObject({ error: { code: expect.any(String) } });
        }),
        { numRuns: 150 },
      );
      for (const id of ['%2e%2e', '%00', 'x'.repeat(600), '%F0%9F%92%A9', 'step%20device%3Dd-1'])
        expect((await bed.ask({ method: 'DELETE', path: `/api/rules/${id}`, headers })).status).toBeOneOf([404, 414]);
      expect(bed.log.filter((line) => line.includes('fault'))).toEqual([]);
    } finally {
      await bed.remove();
    }
  }, 60_000);
});
