import { describe, expect, it } from 'vitest';
import type { ExposurePoint } from '../model/exposure.ts';
import type { Observation } from '../model/observation.ts';
import { BEYOND, CAMERA, flows, PHONE, ROUTER, START } from '../track/testing.ts';
import { exposureOf } from './exposure.ts';
import { QUIET } from './quiet.ts';
import { asked, DAY, HOUR, MINUTE, SECOND, type Watch, watch } from './testing/watch.ts';

const ID = `d-${CAMERA.mac.replaceAll(':', '')}`;
const home = (...observations: Observation[]): Watch => {
  const watched = watch(...QUIET);
  watched.take(
    flows(START, { from: CAMERA, to: BEYOND('198.51.100.1') }),
    flows(START, { from: PHONE, to: ROUTER, port: 53, slot: 1 }),
  );
  watched.take(...observations);
  return watched;
};
const exposure = (watched: Watch) => exposureOf(watched.detection.home, ID)!;
const sorts = (points: readonly ExposurePoint[]) =>
  points.map(({ sort, weight, subject }) => `${weight} ${sort} ${subject}`);
const tick = (at: number): Observation => ({ kind: 'tick', at });
const hello = (at: number, serverName: string, obsolete?: 'TLS 1.0'): Observation => ({
  kind: 'hello',
  ...{ at, client: CAMERA, server: { address: '198.51.100.9' }, protocol: 'tcp', clientPort: 40_000, serverPort: 443 },
  ...{ serverName, alpn: [], ...(obsolete && { obsolete }) },
});

describe('the account of how a device is secured', () => {
  it('says of one just met that nothing can be said', () => {
    const { grade, points, unseen } = exposure(home());
    expect({ grade, points }).toEqual({ grade: 'unknown', points: [] });
    expect(unseen).toEqual(['passwords', 'software', 'services-not-tried', 'young']);
    expect(exposureOf(home().detection.home, 'd-none')).toBeUndefined();
  });

  it('tells open logins, ways in and plain text with their evidence, the weightiest first', () => {
    const telnet = flows(START + SECOND, { from: PHONE, to: CAMERA, port: 23, up: 9, down: 9, slot: 2 });
    const page = flows(START + SECOND, { from: PHONE, to: CAMERA, port: 80, up: 9, down: 9, slot: 3 });
    const plain = flows(START + SECOND, {
      from: CAMERA,
      to: BEYOND('198.51.100.7'),
      port: 80,
      up: 5,
      down: 5,
      slot: 4,
    });
    const watched = home(
      telnet,
      page,
      plain,
      hello(START + SECOND, 'old.example', 'TLS 1.0'),
      tick(START + 2 * MINUTE),
    );
    const { grade, points } = exposure(watched);
    expect(grade).toBe('weak');
    expect(sorts(points)).toEqual([
      'heavy open-login tcp/23',
      'light open-service tcp/80',
      'light plain-text 198.51.100.7',
      'light obsolete-encryption old.example',
    ]);
    expect(points[0]!.evidence).toEqual({ service: 'telnet', by: `d-${PHONE.mac.replaceAll(':', '')}` });
  });

  it('tells a mapping only while it holds', () => {
    const mapping: Observation = {
      kind: 'mapping',
      ...{ at: START + SECOND, client: CAMERA, gateway: ROUTER, via: 'pcp', granted: true },
      ...{ protocol: 'tcp', externalPort: 8023, internalPort: 23, lifetime: 3600 },
    };
    const watched = home(mapping);
    expect(sorts(exposure(watched).points)).toEqual(['heavy port-mapping tcp/8023']);
    watched.take(tick(START + 2 * HOUR));
    expect(exposure(watched).points).toEqual([]);
  });

  it('knows a look for updates, and its absence, but never says that a device is up to date', () => {
    const watched = home(...asked(START + HOUR, CAMERA, 'fota.vendor.example'), tick(START + 2 * DAY));
    expect(sorts(exposure(watched).points)).toEqual(['good update-contact fota.vendor.example']);
    expect(exposure(watched).grade).toBe('good');
    expect(exposure(watched).unseen).toContain('software');
    watched.take(tick(START + 90 * DAY));
    expect(sorts(exposure(watched).points)).toEqual(['light no-update-contact fota.vendor.example']);
  });

  it('takes a maker’s word that the device is no longer looked after', () => {
    const profile = { url: 'https://vendor.example/x.json', isSupported: false, allowed: [], skipped: 0 };
    const watched = home({ kind: 'profile', at: START, device: ID, profile });
    expect(sorts(exposure(watched).points)).toEqual(['heavy unsupported ']);
  });
});
