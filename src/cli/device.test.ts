import { describe, expect, test } from 'vitest';
import type { DeviceView, ExposureView, NoticedView } from '../contract/api.ts';
import { device, deviceText, exposureText, noticedText } from './device.ts';
import { EXIT } from './terminal.ts';

const camera = {
  ...{ id: 'd-1', label: 'porch', names: ['porch'], macs: ['02:00:00:00:00:07'], addresses: ['192.0.2.7'] },
  kind: 'camera',
  identity: {
    kind: { value: 'camera', confidence: 0.83, because: [{ from: 'hostname', saw: 'porch-cam' }] },
    vendor: { value: 'D-Link', confidence: 0.9, because: [{ from: 'hardware-address', saw: 'D-Link International' }] },
  },
} as unknown as DeviceView;

const text = (more: Partial<DeviceView> = {}) => deviceText({ ...camera, ...more }, (id) => `name of ${id}`);

describe('spin device', () => {
  test('says what a device is, how sure that is, and why', () => {
    expect(text()).toBe(
      [
        'porch  d-1',
        '  kind: camera?',
        '    83 % sure',
        '    its host name: porch-cam',
        '  maker: D-Link',
        '    90 % sure',
        '    the maker of its hardware address: D-Link International',
        '  hardware: 02:00:00:00:00:07',
        '  addresses: 192.0.2.7',
      ].join('\n'),
    );
  });

  test('the owner’s word is no guess', () => {
    expect(text({ kind: 'doorbell', givenKind: 'doorbell' })).toContain('  kind: doorbell\n    you said so\n');
  });

  test('of several behind one address it says that nothing is guessed', () => {
    const { kind: _, ...unknown } = camera;
    const several = deviceText({ ...unknown, identity: { several: true } }, String);
    expect(several).toContain('kind: (several)\n    several devices share its hardware address');
  });

  test('asks whether it is one known before, and says how to answer', () => {
    const looksLike = { device: 'd-0', confidence: 0.9, because: [{ in: 'hostname', saw: 'a\u001b[2Jb' }], since: 1 };
    const asked = text({ looksLike });
    expect(asked).toContain('this looks like name of d-0 again:');
    expect(asked).toContain('the same: its host name (a\\x1b[2Jb)');
    expect(asked).toContain('spin device d-1 --same-as d-0');
    expect(asked).toContain('spin device d-1 --not d-0');
  });

  test('says how well it is secured, on what evidence, and what cannot be seen', () => {
    const at = Date.UTC(2026, 10, 1);
    const exposure: ExposureView = {
      ...{ device: 'd-1', at, grade: 'weak', unseen: ['passwords', 'young'] },
      points: [
        {
          ...{ sort: 'open-login', weight: 'heavy', subject: 'tcp/23', first: at, last: at + 3 * 86_400_000 },
          evidence: { service: 'telnet', by: '192.0.2.9' },
        },
        {
          ...{ sort: 'plain-text', weight: 'light', subject: 'a\u001b[2Jb.example', first: at, last: at },
          evidence: { port: 80 },
        },
      ],
    };
    expect(exposureText(exposure)).toBe(
      [
        '  security: Poorly secured',
        '    ! People can log in at telnet (tcp/23), where passwords can be guessed and overheard.',
        '      seen 2026-11-01 to 2026-11-04',
        '    - It talks to a\\x1b[2Jb.example (port 80) without encryption.',
        '      seen 2026-11-01',
        '    SPIN cannot see',
        '      whether its password is a good one',
        '      what it does in a day: it is new here',
      ].join('\n'),
    );
  });

  test('says what was noticed, how sure that is, and why nothing is done', () => {
    const [first, last] = [Date.UTC(2026, 10, 1, 9), Date.UTC(2026, 10, 1, 11)];
    const about = { device: 'd-1', label: 'porch', confidence: 0.6, first, last, until: last + 1 };
    const noticed: NoticedView[] = [
      {
        ...{
          ...about,
          id: '1',
          detector: 'beacon',
          subject: 'x',
          reason: 'not-sure',
          sure: 'hardly',
          wanted: 'certain',
        },
        ...{ over: last, evidence: { node: 'a\u001b[2Jb.example', port: 443, calls: 40, seconds: 130 } },
      },
      { ...about, id: '2', detector: 'tracker', subject: 'y', reason: 'not-harm', evidence: { owner: 'Ads Inc' } },
    ];
    expect(noticedText(noticed).replaceAll(/\d+-\d+-\d+ \d+:\d+/g, 'TIME')).toBe(
      [
        '  noticed:',
        '    porch called a\\x1b[2Jb.example (port 443) 40 times, about every 130 seconds.',
        '      hardly a sign of harm; seen TIME to TIME, no longer',
        '      Nothing is done: SPIN waits until harm is certain, as you wish, and this alone is far from it.',
        '    porch contacted Ads Inc, which gathers what people do for advertising and analysis.',
        '      seen TIME to TIME',
        '      Nothing is done: it is only for you to know.',
      ].join('\n'),
    );
    expect(noticedText([])).toBe('  noticed: nothing more');
  });

  test.each([
    [[]],
    [['porch', 'hall']],
    [['porch', '--kind', 'camera', '--not', 'hall']],
    [['porch', '--sort', 'camera']],
  ])('%j is wrong usage', async (args) => {
    await expect(device(args)).rejects.toMatchObject({ exitCode: EXIT.usage });
  });
});
