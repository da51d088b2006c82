import { describe, expect, it } from 'vitest';
import type { Observation } from '../../model/observation.ts';
import { BEYOND, CAMERA, flows, lookUp, PHONE, START } from '../../track/testing.ts';
import { asked, calls, DAY, HOUR, MINUTE, SECOND, ticks, watch } from '../testing.ts';
import { masterCalled } from './beacon.ts';
import { chat } from './chat.ts';
import { mining } from './mining.ts';
import { thinSession } from './thin-session.ts';

const MASTER = BEYOND('198.51.100.66');
const CAMERA_KIND: Observation = {
  kind: 'service',
  at: START,
  device: CAMERA,
  protocol: 'mdns',
  service: '_rtsp._tcp',
};
const words = (language: 'irc' | 'stratum', client = CAMERA): Observation => ({
  kind: 'words',
  at: START + SECOND,
  client,
  server: { address: MASTER.address },
  clientPort: 40_000,
  serverPort: 9000,
  language,
});
const found = (...observations: Observation[]) => {
  const watched = watch(masterCalled, thinSession, chat, mining);
  watched.take(flows(START, { from: CAMERA, to: MASTER, port: 443 }), CAMERA_KIND);
  watched.take(flows(START, { from: PHONE, to: MASTER, port: 443, slot: 1 }));
  watched.take(...observations);
  return watched.findings();
};

describe('a call to a master that is gone', () => {
  it('is told as command and control, with what to cut', () => {
    const times = ticks(START, 80 * SECOND, 30);
    expect(found(...calls(times, { from: CAMERA, to: MASTER, port: 50, down: 0 }))).toMatchObject([
      { detector: 'command-and-control', target: { node: { address: MASTER.address } } },
    ]);
  });

  it('is only a beacon where the far end has a name', () => {
    const times = ticks(START + SECOND, 80 * SECOND, 30);
    const named = lookUp(START, CAMERA, 'gone.vendor.example', [MASTER.address], 86_400);
    expect(found(named, ...calls(times, { from: CAMERA, to: MASTER, port: 50, down: 0 }))).toEqual([]);
  });
});

/** One connection on which a little is said every so often. */
const line = (every: number, count: number, spec: { port: number; up?: number; down?: number }): Observation[] =>
  ticks(START, every, count).map((at, i) =>
    flows(at, { from: CAMERA, to: MASTER, at, slot: 9, flags: i === 0 ? 5 : 4, up: 3, down: 3, ...spec }),
  );

describe('a line held open', () => {
  it('to an address without a name, at an odd port, is found after an hour', () => {
    const [finding] = found(...line(MINUTE, 90, { port: 48_101 }));
    expect(finding).toMatchObject({ detector: 'thin-session', subject: `tcp/48101 ${MASTER.address}` });
    expect(finding!.confidence).toBeGreaterThan(0.7);
  });

  it.each([
    ['that is thick', { port: 48_101, up: 100, down: 900 }],
    ['at an everyday port', { port: 8883 }],
    ['that is never answered', { port: 48_101, down: 0 }],
  ])('%s is none', (_what, spec) => {
    expect(found(...line(MINUTE, 120, spec))).toEqual([]);
  });

  it('to a place that has a name is none', () => {
    const named = lookUp(START, CAMERA, 'relay.vendor.example', [MASTER.address], 86_400);
    expect(found(named, ...line(MINUTE, 120, { port: 48_101 }))).toEqual([]);
  });
});

describe('first words', () => {
  it('of IRC count more from a camera than from what may be a computer', () => {
    const [camera] = found(words('irc'));
    expect(camera).toMatchObject({ detector: 'chat-control', target: { node: { address: MASTER.address } } });
    expect(camera!.confidence).toBeGreaterThan(0.9);
    expect(found(words('irc', PHONE))[0]!.confidence).toBeLessThan(0.7);
  });

  it('of a miner are mining', () => {
    expect(found(words('stratum'))).toMatchObject([{ detector: 'mining', evidence: { by: 'words', port: 9000 } }]);
  });
});

describe('mining', () => {
  it('is told by the pool’s name, but not by its page', () => {
    expect(found(...asked(START, CAMERA, 'eu.stratum.nicehash.com'))).toMatchObject([{ detector: 'mining' }]);
    expect(found(...asked(START, CAMERA, 'www.nicehash.com'))).toEqual([]);
    expect(found(...asked(START, CAMERA, 'notnicehash.com'))).toEqual([]);
  });

  it('is suspected by a pool’s port where both sides talk in short lines', () => {
    expect(found(...line(30 * SECOND, 30, { port: 3333 }))).toMatchObject([
      { detector: 'mining', evidence: { by: 'port' } },
    ]);
    expect(found(...line(30 * SECOND, 5, { port: 3333 }))).toEqual([]);
  });

  it('is over a day after it stopped', () => {
    const watched = watch(mining);
    watched.take(flows(START, { from: CAMERA, to: MASTER }), words('stratum'));
    expect(watched.findings()).toHaveLength(1);
    watched.take({ kind: 'tick', at: START + DAY + HOUR });
    expect(watched.findings()).toEqual([]);
  });
});
