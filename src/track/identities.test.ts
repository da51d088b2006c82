import { describe, expect, it } from 'vitest';
import type { HomeEvent } from '../model/event.ts';
import type { Device } from '../model/home.ts';
import type { Command, LeaseObservation, Observation, RestoredDevice } from '../model/observation.ts';
import { Home, type HomeOptions } from './home.ts';
import { LEARNING, SEVERAL } from './limits.ts';
import { BEYOND, CAMERA, flows, lookUp, PHONE, START } from './testing.ts';

const SECOND = 1000;
const HOUR = 3_600_000;
const CLOUD = BEYOND('203.0.113.5');
const CAMERA_ID = 'd-020000000007';
const PHONE_ID = 'd-020000000008';

/** A home, and all that it told. */
function homeWith(options: HomeOptions = {}) {
  const home = new Home(options);
  const events: HomeEvent[] = [];
  return {
    home,
    events,
    step(...observations: Observation[]): void {
      for (const observation of observations) events.push(...home.apply(observation));
    },
  };
}

const tick = (at: number): Observation => ({ kind: 'tick', at });
const command = (at: number, what: Command): Observation => ({ kind: 'command', at, by: 'owner', command: what });

function lease(at: number, who: { mac: string; address: string }, more: Partial<LeaseObservation> = {}): Observation {
  return { kind: 'lease', at, mac: who.mac, source: 'dhcp4', message: 'request', addresses: [who.address], ...more };
}

function service(at: number, who: { mac: string; address: string }, type: string, attributes = {}): Observation {
  return { kind: 'service', at, device: who, protocol: 'mdns', service: type, attributes };
}

const device = (home: Home, id: string): Device => home.device(id)!;

describe('what a device is believed to be', () => {
  it('is told once, within a second, and again only when it changes', () => {
    const { step, events } = homeWith();
    step(lease(START, CAMERA, { hostname: 'garden-camera' }), tick(START + SECOND));
    step(service(START + 2 * SECOND, CAMERA, '_rtsp._tcp'), tick(START + 20 * SECOND));
    for (let s = 21; s < 120; s++) step(flows(START + s * SECOND, { from: CAMERA, to: CLOUD }));
    const kinds = events.filter((event) => event.kind === 'device').map((event) => event.device.kind);
    expect(kinds.filter((kind) => kind === 'camera').length).toBeLessThanOrEqual(3);
    expect(kinds.at(-1)).toBe('camera');
  });

  it('rests on what a device looks up, is asked and answers', () => {
    const { step, home } = homeWith({ vendorOf: () => 'TP-LINK TECHNOLOGIES CO.,LTD.' });
    step(lookUp(START, CAMERA, 'n-devs.tplinkcloud.com', ['203.0.113.5']));
    step(flows(START + 100, { from: PHONE, to: CAMERA, port: 9999 }), tick(START + 5 * SECOND));
    expect(device(home, CAMERA_ID).traits).toMatchObject({ names: ['tplinkcloud.com'], serves: ['tcp/9999'] });
    expect(device(home, CAMERA_ID).identity?.kind).toMatchObject({ value: 'plug' });
    expect(device(home, PHONE_ID).traits?.serves).toBeUndefined();
  });

  it('rests on how few servers a device needs in a day', () => {
    const { step, home } = homeWith();
    step(lookUp(START, CAMERA, 'api.fitbit.com', ['203.0.113.5']), tick(START + 10 * SECOND));
    expect(device(home, CAMERA_ID).kind).toBeUndefined();
    step(tick(START + 25 * HOUR), lookUp(START + 25 * HOUR, CAMERA, 'pool.ntp.org', ['203.0.113.6']));
    step(flows(START + 25 * HOUR, { from: CAMERA, to: CLOUD }), tick(START + 25 * HOUR + 10 * SECOND));
    expect(device(home, CAMERA_ID).kind).toBe('health');
  });

  it('does not rest on ports that a scanner tries in vain', () => {
    const { step, home } = homeWith();
    step(flows(START, { from: PHONE, to: CAMERA, port: 554, down: 0 }, { from: CAMERA, to: CLOUD, slot: 1 }));
    step(tick(START + 5 * SECOND));
    expect(device(home, CAMERA_ID).traits?.serves).toBeUndefined();
  });

  it('is the same for the same observations', () => {
    const run = () => {
      const { step, events } = homeWith();
      for (let s = 0; s < 60; s++)
        step(
          service(START + s * 300, CAMERA, `_s${s}._tcp`),
          lookUp(START + s * 300, CAMERA, `a${s}.example`, ['203.0.113.5']),
        );
      step(tick(START + 60 * SECOND));
      return JSON.stringify(events);
    };
    expect(run()).toBe(run());
  });

  it('costs little, however often a device changes its story', () => {
    const { step, home } = homeWith();
    const before = process.cpuUsage();
    const attributes = (i: number) => ({ md: `Model ${'x'.repeat(100)} ${i}` });
    for (let i = 0; i < 20_000; i++) step(service(START + i, CAMERA, '_http._tcp', attributes(i)));
    const { user, system } = process.cpuUsage(before);
    // 20 s of observed time are at most some ten judgements; 20,000 of them would take several seconds.
    expect(user + system).toBeLessThan(2_000_000);
    expect(device(home, CAMERA_ID).identity?.model?.value).toContain('19999');
  });
});

describe('a device that is taken over', () => {
  const late = START + LEARNING + HOUR;

  it('does not become what is treated more gently by its own word', () => {
    const { step, home } = homeWith();
    step(lease(START, CAMERA, { hostname: 'garden-camera' }), tick(START + SECOND), tick(late));
    step(service(late, CAMERA, '_hap._tcp', { ci: '6' }), service(late, CAMERA, 'smoke-alarm', { md: 'smoke alarm' }));
    for (let i = 0; i < 80; i++) step(lookUp(late + i, CAMERA, `www.site${i}.example`, ['203.0.113.5']));
    step(tick(late + 60 * SECOND));
    expect(device(home, CAMERA_ID).kind).toBe('camera');
  });

  it('not even where nothing was known of it', () => {
    const { step, home } = homeWith();
    step(flows(START, { from: CAMERA, to: CLOUD }), tick(late));
    step(service(late, CAMERA, '_hap._tcp', { ci: '6' }), tick(late + 60 * SECOND));
    expect(device(home, CAMERA_ID).kind).toBeUndefined();
  });

  it('nor after a restart', () => {
    const { step, home } = homeWith();
    const known: RestoredDevice = {
      ...{ id: CAMERA_ID, macs: [CAMERA.mac], addresses: [CAMERA.address], hostnames: [], kind: 'camera' },
      ...{ firstSeen: START - 2 * LEARNING, lastSeen: START - HOUR },
    };
    step({ kind: 'restore', at: START, devices: [known] }, lease(START, CAMERA, { hostname: 'smoke-alarm' }));
    step(service(START, CAMERA, '_hap._tcp', { ci: '6' }), tick(START + 60 * SECOND));
    expect(device(home, CAMERA_ID).kind).toBe('camera');
  });

  it('but may still turn out to be another appliance', () => {
    const { step, home } = homeWith();
    step(service(START, CAMERA, '_hap._tcp', { ci: '8' }), tick(START + SECOND), tick(late));
    expect(device(home, CAMERA_ID).kind).toBe('switch');
    step(lease(late, CAMERA, { hostname: 'wall-plug' }), service(late, CAMERA, '_hap._tcp', { ci: '7' }));
    step(tick(late + 60 * SECOND));
    expect(device(home, CAMERA_ID).kind).toBe('plug');
  });
});

describe('the owner’s word', () => {
  it('beats all evidence and outlives a restart', () => {
    const first = homeWith();
    first.step(lease(START, CAMERA, { hostname: 'garden-camera' }));
    first.step(command(START + SECOND, { name: 'set-kind', device: CAMERA_ID, to: 'doorbell' }));
    const told = first.events.findLast((event) => event.kind === 'device')!;
    expect(told).toMatchObject({
      device: { kind: 'doorbell', givenKind: 'doorbell', identity: { kind: { value: 'camera' } } },
    });

    const { id, macs, addresses, givenKind, traits, firstSeen, lastSeen } = device(first.home, CAMERA_ID);
    const known = { id, macs, addresses, hostnames: [], givenKind: givenKind!, traits: traits!, firstSeen, lastSeen };
    const second = homeWith();
    second.step({ kind: 'restore', at: START + HOUR, devices: [known] }, tick(START + HOUR + SECOND));
    expect(device(second.home, CAMERA_ID).kind).toBe('doorbell');
    second.step(command(START + 2 * HOUR, { name: 'set-kind', device: CAMERA_ID, to: '' }));
    expect(device(second.home, CAMERA_ID).givenKind).toBeUndefined();
  });

  it.each([
    ['unknown-device', { name: 'set-kind', device: 'd-nobody', to: 'camera' }],
    ['unknown-kind', { name: 'set-kind', device: CAMERA_ID, to: 'toaster' as 'kitchen' }],
    ['same-already', { name: 'same-device', device: CAMERA_ID, as: CAMERA_ID, same: true }],
    ['unknown-device', { name: 'same-device', device: CAMERA_ID, as: 'd-nobody', same: true }],
  ] as const)('is refused as %s: %j', (reason, what) => {
    const { step, home } = homeWith();
    step(lease(START, CAMERA), command(START, what));
    expect(home.refusal).toMatchObject({ reason });
  });
});

describe('a device under a new address', () => {
  const OLD = { mac: '9a:11:22:33:44:01', address: '192.168.1.20' };
  const NEW = { mac: '5e:aa:bb:cc:dd:02', address: '192.168.1.21' };
  const OLD_ID = 'd-9a1122334401';
  const NEW_ID = 'd-5eaabbccdd02';
  const WORDS = { hostname: 'annas-phone', vendorClass: 'android-dhcp-14', parameters: [1, 3, 6, 15, 26, 28, 51] };
  const later = START + HOUR;

  function metAgain(more: Partial<LeaseObservation> = WORDS) {
    const bed = homeWith();
    bed.step(lease(START, OLD, WORDS), flows(START + 100, { from: OLD, to: CLOUD, up: 7, down: 5 }));
    bed.step(tick(START + SECOND), lease(later, NEW, more), tick(later + SECOND));
    return bed;
  }

  it('looks like the one known before, with reasons, and stays two until the owner says so', () => {
    const { home, events } = metAgain();
    expect(home.resemblances()).toMatchObject([
      { device: NEW_ID, as: OLD_ID, because: [{ in: 'hostname', saw: 'annas-phone' }, { in: 'dhcp' }, {}] },
    ]);
    expect(home.devices().map(({ id }) => id)).toEqual([OLD_ID, NEW_ID]);
    expect(events.filter((event) => event.kind === 'resemblance')).toMatchObject([{ change: 'new' }]);
  });

  it('becomes it when the owner says yes, with all that it did and its name', () => {
    const { home, events, step } = metAgain();
    step(command(later, { name: 'rename-device', device: OLD_ID, to: 'Anna' }));
    step(flows(later + 2 * SECOND, { from: NEW, to: CLOUD, up: 2, down: 1 }));
    step(command(later + 3 * SECOND, { name: 'same-device', device: NEW_ID, as: OLD_ID, same: true }));
    step(tick(later + 4 * SECOND));
    expect(home.devices()).toMatchObject([{ id: OLD_ID, givenName: 'Anna', macs: [OLD.mac, NEW.mac] }]);
    expect(home.counters(OLD_ID)).toMatchObject({ packetsUp: 9, packetsDown: 6 });
    expect(home.resemblances()).toEqual([]);
    expect(events.filter((event) => event.kind === 'merged')).toMatchObject([{ device: NEW_ID, into: OLD_ID }]);
    step(flows(later + 5 * SECOND, { from: NEW, to: CLOUD, up: 1, down: 1 }));
    expect(home.counters(OLD_ID)).toMatchObject({ packetsUp: 10 });
  });

  it('is not asked again when the owner says no', () => {
    const { home, step, events } = metAgain();
    step(command(later + 2 * SECOND, { name: 'same-device', device: NEW_ID, as: OLD_ID, same: false }));
    expect(home.resemblances()).toEqual([]);
    step(lease(later + 20 * SECOND, NEW, { ...WORDS, clientId: '0004ab' }), tick(later + 40 * SECOND));
    expect(home.resemblances()).toEqual([]);
    expect(device(home, NEW_ID).notSame).toEqual([OLD_ID]);
    expect(events.filter((event) => event.kind === 'resemblance')).toMatchObject([
      { change: 'new' },
      { change: 'over' },
    ]);
  });

  it('is no longer in question when the known one speaks again', () => {
    const { home, step } = metAgain();
    step(flows(later + 2 * SECOND, { from: OLD, to: CLOUD }), tick(later + 4 * SECOND));
    expect(home.resemblances()).toEqual([]);
  });

  it('is not asked about where two known ones look the same', () => {
    const { home, step } = homeWith();
    const OTHER = { mac: '9a:11:22:33:44:09', address: '192.168.1.29' };
    step(lease(START, OLD, WORDS), lease(START, OTHER, WORDS), tick(START + SECOND));
    step(lease(later, NEW, WORDS), tick(later + SECOND));
    expect(home.resemblances()).toEqual([]);
  });

  it('is not asked about where neither address is made up by its system', () => {
    const { home, step } = homeWith();
    const [known, found] = [
      { ...OLD, mac: '00:00:5e:00:53:01' },
      { ...NEW, mac: '00:00:5e:00:53:02' },
    ];
    step(lease(START, known, WORDS), tick(START + SECOND), lease(later, found, WORDS), tick(later + SECOND));
    expect(home.resemblances()).toEqual([]);
  });

  it('is found after a restart too', () => {
    const first = metAgain();
    const { id, macs, addresses, names, vendorClass, traits, firstSeen, lastSeen } = device(first.home, OLD_ID);
    const known = {
      id,
      macs,
      addresses,
      hostnames: names,
      vendorClass: vendorClass!,
      traits: traits!,
      firstSeen,
      lastSeen,
    };
    const { home, step } = homeWith();
    step({ kind: 'restore', at: later, devices: [known] }, lease(later, NEW, WORDS), tick(later + SECOND));
    expect(home.resemblances()).toMatchObject([{ device: NEW_ID, as: OLD_ID }]);
  });
});

describe('several devices behind one hardware address', () => {
  const behind = (host: number) => ({ mac: CAMERA.mac, address: `192.168.1.${host}` });
  const use = (at: number, ...hosts: number[]) =>
    hosts.map((host, i) =>
      flows(at + i, { from: behind(host), to: CLOUD, sourcePort: 30_000 + host, slot: (at % 1000) * 10 + i }),
    );

  it('are not guessed at', () => {
    const { home, step } = homeWith();
    step(lease(START, behind(50), { hostname: 'attic-camera' }), tick(START + SECOND));
    expect(device(home, CAMERA_ID).kind).toBe('camera');
    for (let s = 1; s < 30; s++) step(...use(START + s * SECOND, 50, 51, 52));
    step(tick(START + 60 * SECOND));
    expect(device(home, CAMERA_ID).identity).toEqual({ several: true });
    expect(device(home, CAMERA_ID).kind).toBeUndefined();
    step(tick(START + 2 * SEVERAL), lease(START + 2 * SEVERAL, behind(50), { hostname: 'attic-cam' }));
    step(tick(START + 2 * SEVERAL + SECOND));
    expect(device(home, CAMERA_ID).kind).toBe('camera');
  });

  it('are seen when it sends their messages', () => {
    const { home, step } = homeWith();
    step(lease(START, behind(50), { hostname: 'attic-camera' }), tick(START + SECOND));
    step(lease(START + 2 * SECOND, PHONE, { via: CAMERA.mac }), tick(START + 20 * SECOND));
    expect(device(home, CAMERA_ID).identity).toEqual({ several: true });
  });

  it('do not make an appliance long known anything else', () => {
    const { home, step } = homeWith();
    const late = START + LEARNING + HOUR;
    step(lease(START, behind(50), { hostname: 'attic-camera' }), tick(START + SECOND), tick(late));
    step(lease(late + SECOND, PHONE, { via: CAMERA.mac }), tick(late + 20 * SECOND));
    expect(device(home, CAMERA_ID)).toMatchObject({ kind: 'camera', identity: { several: true } });
  });

  it('are not seen in a device that moves to another network', () => {
    const { home, step } = homeWith();
    step(lease(START, behind(50), { hostname: 'attic-camera' }));
    for (const host of [50, 51, 52, 53])
      for (let s = 0; s < 20; s++) step(...use(START + (host - 50) * 20_000 + s * SECOND, host));
    step(tick(START + 90 * SECOND));
    expect(device(home, CAMERA_ID).kind).toBe('camera');
  });
});
