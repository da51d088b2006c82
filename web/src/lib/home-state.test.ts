import { describe, expect, it } from 'vitest';
import type { ConversationView, StreamMessage } from '../../../src/contract/api.ts';
import { FakeHome } from '../../dev/fake-home.ts';
import { FakeIncidents } from '../../dev/fake-incidents.ts';
import { FakeRules } from '../../dev/fake-rules.ts';
import { currentRate, HomeState, MAX_CONVERSATIONS } from './home-state.ts';

const fake = new FakeHome({ devices: 3, farEnds: 6, seed: 1, at: 1_000_000 });
const snapshot = (): StreamMessage => ({ kind: 'snapshot', sequence: 10, home: structuredClone(fake.view('e1', 10)) });
const traffic = (sequence: number, conversations: ConversationView[] = [], gone: number[] = []): StreamMessage => ({
  ...{ kind: 'traffic', sequence, at: 1_000_000 + sequence, devices: [], conversations, gone, rateUp: 5, rateDown: 7 },
});

function started(): HomeState {
  const state = new HomeState();
  expect(state.apply(snapshot())).toBe('applied');
  return state;
}

describe('what the page knows of the home', () => {
  it('begins with a snapshot and follows messages in order', () => {
    const state = started();
    expect(state.apply(traffic(11))).toBe('applied');
    expect([state.sequence, state.at, state.rateUp, state.rateDown]).toEqual([11, 1_000_011, 5, 7]);
  });

  it('ignores what it has already seen and notices what is missing', () => {
    const state = started();
    expect(state.apply(traffic(9, [], [1]))).toBe('applied');
    expect(state.conversations.has(1)).toBe(true);
    expect(state.apply(traffic(12))).toBe('gap');
    expect(state.sequence).toBe(10);
  });

  it('resumes only within the same epoch', () => {
    const state = started();
    expect(state.apply({ kind: 'resumed', sequence: 10, epoch: 'e1' })).toBe('applied');
    expect(state.apply({ kind: 'resumed', sequence: 10, epoch: 'e2' })).toBe('gap');
  });

  it('forgets conversations that are gone, and those of a device that is gone', () => {
    const state = started();
    state.apply(traffic(11, [], [1]));
    expect(state.conversations.has(1)).toBe(false);
    const device = [...state.devices.keys()][1]!;
    state.apply({ kind: 'device-gone', sequence: 12, at: 1, device });
    expect([...state.conversations.values()].some((one) => one.device === device)).toBe(false);
  });

  it('keeps a bounded number of conversations, the least recently active go first', () => {
    const state = started();
    const one = fake.conversations[0]!;
    state.apply(
      traffic(
        11,
        Array.from({ length: MAX_CONVERSATIONS }, (_, i) => ({ ...one, id: 100 + i })),
      ),
    );
    expect(state.conversations.size).toBe(MAX_CONVERSATIONS);
    expect(state.conversations.has(1)).toBe(false);
    expect(state.conversations.has(100)).toBe(true);
  });

  it('follows rules and what they stopped, with another map each time', () => {
    const state = started();
    const target = { device: fake.devices[0]!.id };
    const { rule } = new FakeRules(fake).set({ action: 'block', target, when: { always: true } });
    const before = state.rules;
    state.apply({ kind: 'rules', sequence: 11, at: 1, changed: [rule], gone: [] });
    expect(state.rules).not.toBe(before);
    const stopped = { packets: 3, bytes: 180 };
    state.apply({
      kind: 'stopped',
      sequence: 12,
      at: 1,
      rules: [
        { id: rule.id, stopped },
        { id: 'gone', stopped },
      ],
    });
    expect([...state.rules.values()]).toEqual([{ ...rule, stopped }]);
    const copy = new HomeState();
    copy.apply(state.snapshot()!);
    expect(copy.rules).toEqual(state.rules);
    state.apply({ kind: 'rules', sequence: 13, at: 1, changed: [], gone: [rule.id] });
    expect(state.rules.size).toBe(0);
  });

  it('keeps incidents until they are over, and tells of a brake at its device', () => {
    const state = started();
    const incident = new FakeIncidents(fake).scan(0);
    state.apply({ kind: 'incident', sequence: 11, at: 1, incident });
    state.apply({ kind: 'incident', sequence: 12, at: 1, incident: { ...incident, state: 'quiet' } });
    expect(state.incidents.map((one) => one.state)).toEqual(['quiet']);
    state.apply({ kind: 'incident', sequence: 13, at: 1, incident: { ...incident, state: 'clean' } });
    expect(state.incidents).toEqual([]);
    const tripped = { reason: 'dns', mode: 'watch' as const, at: 5 };
    state.apply({ kind: 'tripped', sequence: 14, at: 1, device: incident.device, tripped });
    state.apply({ kind: 'tripped', sequence: 15, at: 1, device: 'nobody', tripped });
    expect(state.devices.get(incident.device)?.tripped).toEqual(tripped);
    expect(state.devices.has('nobody')).toBe(false);
  });

  it('takes an old rate for silence', () => {
    expect(currentRate({ rateUp: 9, rateDown: 8, last: 1000 }, 2000)).toEqual({ up: 9, down: 8 });
    expect(currentRate({ rateUp: 9, rateDown: 8, last: 1000 }, 9000)).toEqual({ up: 0, down: 0 });
  });
});
