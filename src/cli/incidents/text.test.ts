import { describe, expect, test } from 'vitest';
import type { IncidentView, NoticedView } from '../../contract/api.ts';
import { EXIT } from '../terminal.ts';
import { readLanguage } from './incidents.ts';
import { aboutText, durationText, incidentLines, rehearsalLines, suspicionLine } from './text.ts';

const AT = new Date(2026, 6, 1, 14, 3).getTime();
const VIEW: IncidentView = {
  ...{ id: 'i-1', device: 'd-1', label: 'Porch', state: 'open', opened: AT, last: AT, relapses: 0, strength: 1 },
  ...{ kindred: [], wrong: ['goes-on'] },
  findings: [
    {
      ...{ id: 'f', detector: 'mirai-mark', subject: '', evidence: { packets: 8, port: 23 } },
      ...{ confidence: 1, first: AT, last: AT },
    },
  ],
  story: [
    { at: AT, kind: 'first-sign' },
    { at: AT, kind: 'finding', with: { finding: 'f' } },
    { at: AT, kind: 'acted', with: { step: 'essential', blocks: 0 } },
    { at: AT, kind: 'claimed', by: 'owner', with: { step: 'restart' } },
  ],
  cleanUp: [
    { name: 'restart', state: 'claimed', at: AT },
    { name: 'update', state: 'seen', at: AT, detail: 'fw.example\u001b[31m' },
  ],
  verdict: {
    ...{ step: 'essential', blocks: [], since: AT, until: AT + 3_600_000, inForce: 'yes' },
    stopped: { packets: 0, bytes: 0 },
  },
};

describe('an incident on the command line', () => {
  test.each(['en', 'nl'] as const)(
    'is a story with steps, ticked only where the traffic showed it (%s)',
    (language) => {
      const text = incidentLines(VIEW, language).join('\n');
      expect(text).toContain('Porch');
      expect(text).toContain('14:03');
      expect(text).toMatch(/^\[ \] .*\(restart\)$/m);
      expect(text).toMatch(/^\[x\] .*\(update\)$/m);
      expect(text).not.toContain('{');
    },
  );

  test('names from the network are harmless', () => {
    expect(incidentLines(VIEW, 'en').join('\n')).not.toContain('\u001b');
    expect(incidentLines({ ...VIEW, label: '\u001b[2Jx' }, 'en').join('\n')).not.toContain('\u001b');
  });

  test('is about what is claimed, each once, and what was corrected only where nothing else is', () => {
    const [finding] = VIEW.findings;
    const twice = { ...VIEW, findings: [finding!, { ...finding!, id: 'g' }] };
    expect(aboutText(twice, 'en')).toBe(aboutText(VIEW, 'en'));
    expect(aboutText({ ...VIEW, findings: [{ ...finding!, corrected: true }] }, 'en')).toBe(aboutText(VIEW, 'en'));
  });

  test('speaks English or Dutch', () => {
    expect(readLanguage()).toBe('en');
    expect(() => readLanguage('fr')).toThrow(expect.objectContaining({ exitCode: EXIT.usage }));
  });
});

describe('a rehearsal on the command line', () => {
  const outcome = { step: 'none' as const, blocks: 0, cut: 0 };
  const incident = { incident: 'i-1', device: 'd-1', label: 'Porch', opened: AT };

  test('says what would have been otherwise', () => {
    const would = { ...outcome, asked: AT, acted: AT, step: 'essential' as const, blocks: 2, cut: 5_400_000 };
    const text = rehearsalLines({
      ...{ since: AT, until: AT, findings: 3, unchanged: 1 },
      changed: [{ ...incident, now: outcome, would }],
    }).join('\n');
    expect(text).toContain('told of only');
    expect(text).toMatch(/asked at .*14:03, the device essential, 2 conversations cut, for 1 h 30 min/);
    expect(text).toContain('1 more');
  });

  test('says so where nothing was ever found', () => {
    expect(rehearsalLines({ until: AT, findings: 0, changed: [], unchanged: 0 })).toHaveLength(1);
  });

  test.each([
    [0, '0 min'],
    [59 * 60_000, '59 min'],
    [3_600_000, '1 h'],
    [90 * 60_000, '1 h 30 min'],
  ])('%i ms is %s', (ms, text) => expect(durationText(ms)).toBe(text));
});

describe('what was noticed, beside incidents', () => {
  const about = {
    id: 'n',
    detector: 'beacon',
    subject: '',
    evidence: {},
    confidence: 0.6,
    first: AT,
    last: AT,
    until: AT,
  };
  const noticed = (device: string, reason: NoticedView['reason'] = 'not-sure'): NoticedView => ({
    ...{ ...about, device, label: `${device}\u001b[2J`, reason },
  });

  test('is one line that names each device with a suspicion once', () => {
    const all = [
      noticed('porch'),
      noticed('porch'),
      noticed('lamp'),
      noticed('tv', 'not-harm'),
      noticed('nas', 'fine'),
    ];
    expect(suspicionLine(all)).toEqual([
      'Noticed, and too little to act upon: porch\\x1b[2J, lamp\\x1b[2J. More with: spin device DEVICE',
    ]);
  });

  test('counts those that do not fit the line, and is none where nothing is suspected', () => {
    const many = Array.from({ length: 9 }, (_, i) => noticed(`d${i}`));
    expect(suspicionLine(many)[0]).toContain(' and 4 more.');
    expect(suspicionLine([noticed('tv', 'not-harm')])).toEqual([]);
  });
});
