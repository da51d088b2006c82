import { describe, expect, it } from 'vitest';
import type { HomeEvent } from '../../model/event.ts';
import type { Sign } from '../../model/incident.ts';
import type { Observation } from '../../model/observation.ts';
import { createPipeline } from '../../pipeline.ts';
import { flows } from '../../track/testing.ts';
import { SignFeed } from './sign-feed.ts';

const START = 1_700_000_000_000;
const SECOND = 1_000;
const CAMERA = { mac: '02:00:00:00:00:07', address: '192.168.1.7' };
const LAPTOP = { mac: '02:00:00:00:00:08', address: '192.168.1.8' };
const ROUTER = '02:00:00:00:00:01';
const camera = 'd-020000000007';
const BEYOND = { mac: ROUTER, address: '203.0.113.9' };

const SOURCE: Observation = {
  kind: 'source',
  at: START,
  source: 'test',
  home: { prefixes: ['192.168.1.0/24'], macs: [] },
  own: { macs: [ROUTER], addresses: ['192.168.1.1'] },
  coverage: [],
  lost: { events: 0, packets: 0 },
};

/** A home in which the camera has an incident; `play` gives what was seen. */
function home() {
  const pipeline = createPipeline();
  const feed = new SignFeed(
    () => pipeline.home,
    (device) => `label of ${device}`,
  );
  const play = (...observations: Observation[]): Sign[] =>
    observations.flatMap((observation) => {
      const events: HomeEvent[] = pipeline.step(observation);
      return [...events.flatMap((event) => feed.follow(event)), ...feed.take(observation)];
    });
  play(SOURCE, flows(START + SECOND, { from: CAMERA, to: BEYOND }, { from: LAPTOP, to: BEYOND, slot: 1 }));
  play({ kind: 'tick', at: START + 2 * SECOND });
  feed.watch([camera], START + 2 * SECOND);
  return { play, feed };
}

const discover = (at: number, mac = CAMERA.mac): Observation => ({
  kind: 'lease',
  at,
  mac,
  source: 'dhcp4',
  message: 'discover',
  addresses: [],
});

describe('signs of a clean-up, from observations', () => {
  it('a device that was away and begins anew', () => {
    const { play } = home();
    expect(play(discover(START + 5 * SECOND))).toEqual([]);
    expect(play(discover(START + 30 * SECOND))).toMatchObject([{ device: camera, name: 'came-back' }]);
  });

  it('a device that only asks while it goes on to speak did not restart', () => {
    const { play } = home();
    for (let second = 3; second < 60; second++)
      play(flows(START + second * SECOND, { from: CAMERA, to: BEYOND }), {
        kind: 'tick',
        at: START + second * SECOND + 900,
      });
    expect(play(discover(START + 60 * SECOND))).toEqual([]);
  });

  it('others that restart are nothing', () => {
    expect(home().play(discover(START + 300 * SECOND, LAPTOP.mac))).toEqual([]);
  });

  it('an update server that is looked up', () => {
    const asked: Observation = {
      ...{ kind: 'dns', at: START + 3 * SECOND, client: CAMERA, server: { address: '192.168.1.1' }, response: false },
      ...{ name: 'firmware.maker.example', type: 1, rcode: 0, size: 60, answers: [] },
    };
    expect(home().play(asked)).toEqual([
      { at: START + 3 * SECOND, device: camera, name: 'update-contact', detail: 'firmware.maker.example' },
    ]);
  });

  it('somebody at its settings', () => {
    const at = START + 3 * SECOND;
    const signs = home().play(flows(at, { from: LAPTOP, to: CAMERA, port: 443, slot: 9, up: 4, down: 4 }), {
      kind: 'tick',
      at: at + 2 * SECOND,
    });
    expect(signs).toMatchObject([{ device: camera, name: 'settings-visited', detail: 'label of d-020000000008' }]);
  });

  it('a port that is closed', () => {
    const closed: Observation = {
      ...{ kind: 'mapping', at: START + 3 * SECOND, client: CAMERA, gateway: { mac: ROUTER, address: '192.168.1.1' } },
      ...{ via: 'upnp', granted: true, protocol: 'tcp', externalPort: 8080, internalPort: 80, lifetime: 0 },
    };
    expect(home().play(closed)).toMatchObject([{ device: camera, name: 'mapping-gone', detail: 'tcp/8080' }]);
    expect(home().play({ ...closed, lifetime: 3600 })).toEqual([]);
  });

  it('nothing is read while no device has an incident', () => {
    const { play, feed } = home();
    feed.watch([], START);
    expect(play(discover(START + 300 * SECOND))).toEqual([]);
  });
});
