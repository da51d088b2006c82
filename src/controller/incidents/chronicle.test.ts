import { describe, expect, it } from 'vitest';
import type { Incident, StoryEntry } from '../../model/incident.ts';
import { Chronicle } from './chronicle.ts';

const incident = (...story: StoryEntry[]): Incident => ({
  ...{ id: 'i', device: 'd', state: 'open', opened: 1, last: 1, relapses: 0, strength: 1 },
  ...{ findings: [], kindred: [], story, cleanUp: [] },
});
const OPENED: StoryEntry[] = [
  { at: 1, kind: 'first-sign' },
  { at: 1, kind: 'finding', with: { finding: 'f' } },
];
const ACTED: StoryEntry = { at: 1, kind: 'acted', with: { step: 'essential' } };

describe('the log of the home', () => {
  it('has each turn of a story once', () => {
    const chronicle = new Chronicle();
    expect(chronicle.read([incident(...OPENED)])).toEqual([
      { at: 1, kind: 'incident-opened', actor: 'spin', device: 'd', detail: 'i' },
    ]);
    expect(chronicle.read([incident(...OPENED, ACTED)])).toMatchObject([{ kind: 'incident-acted' }]);
    expect(chronicle.read([incident(...OPENED, ACTED)])).toEqual([]);
  });

  it('does not tell again what was told before a restart', () => {
    const chronicle = new Chronicle();
    chronicle.know([incident(...OPENED)]);
    expect(chronicle.read([incident(...OPENED, ACTED)])).toMatchObject([{ kind: 'incident-acted' }]);
  });

  it('what people did is not told as SPIN’s', () => {
    const lines: StoryEntry[] = [
      { at: 2, kind: 'answered', by: 'owner', with: { answer: 'leave' } },
      { at: 3, kind: 'undone', by: 'owner' },
    ];
    expect(new Chronicle().read([incident(...lines)])).toEqual([]);
  });
});
