import { describe, expect, it } from 'vitest';
import { FLAG } from '../../model/flow.ts';
import type { Observation } from '../../model/observation.ts';
import { BEYOND, CAMERA, flows, lookUp, START } from '../../track/testing.ts';
import { calls, chance, DAY, HOUR, MINUTE, SECOND, ticks, watch } from '../testing/watch.ts';
import { beacon, masterCalled } from './beacon.ts';

const MASTER = BEYOND('198.51.100.66');
const found = (...observations: Observation[]) => {
  const watched = watch(beacon, masterCalled);
  const clock = BEYOND('203.0.113.1');
  watched.take(
    flows(START, { from: CAMERA, to: clock, port: 80 }),
    lookUp(START, CAMERA, 'time.example', [clock.address]),
  );
  watched.take(flows(START, { from: CAMERA, to: clock, slot: 1 }));
  watched.take(...observations.sort((a, b) => a.at - b.at));
  return watched.findings();
};

describe('a beacon', () => {
  it.each([
    ['without answer, every 80 s', 80 * SECOND, 0, { port: 50, down: 0 }],
    ['every minute, by the clock', MINUTE, 0, { port: 4444 }],
    ['every five minutes, jittered by a third', 5 * MINUTE, 0.33, { port: 6000 }],
    ['that sleeps for six hours', 6 * HOUR, 0.05, { port: 9001, down: 0 }],
    ['refused by a master that is gone', 30 * SECOND, 0.02, { port: 23_231 }],
  ])('%s is found', (_what, every, jitter, spec) => {
    const times = ticks(START, every, 60, jitter);
    const [finding, ...others] = found(...calls(times, { from: CAMERA, to: MASTER, ...spec }));
    expect(finding).toMatchObject({ subject: `tcp/${spec.port} ${MASTER.address}` });
    expect(finding!.confidence).toBeGreaterThan(0.5);
    expect(finding!.evidence.seconds).toBeGreaterThan((every / SECOND) * 0.7);
    expect(others).toEqual([]);
  });

  it('is named after what it calls, so that just that can be cut', () => {
    const [finding] = found(...calls(ticks(START, MINUTE, 20), { from: CAMERA, to: MASTER, port: 50, down: 0 }));
    expect(finding!.target).toEqual({ node: { address: MASTER.address } });
    expect(finding!.confidence).toBeGreaterThan(0.8);
  });

  it.each([
    ['time servers', { protocol: 17, port: 123 }],
    ['a cloud known by its name, at an everyday port', { port: 443 }],
    ['a broker whose name was looked up before this run', { port: 8883 }],
    ['a name at a port of its own', { port: 10_443 }],
  ])('is not seen in %s', (what, spec) => {
    const cloud = BEYOND('203.0.113.10');
    const names =
      what.includes('name') && !what.includes('before')
        ? [lookUp(START, CAMERA, 'cloud.example', [cloud.address], 86_400)]
        : [];
    const hourly = calls(ticks(START + SECOND, MINUTE, 300), { from: CAMERA, to: cloud, ...spec });
    expect(found(...names, ...hourly)).toEqual([]);
  });

  it('is a loop of new connections every other second too, whatever the far end is called', () => {
    const cloud = BEYOND('203.0.113.10');
    const named = lookUp(START, CAMERA, 'loader.example', [cloud.address], 86_400);
    const loop = calls(ticks(START + SECOND, 2 * SECOND, 200, 0.05), { from: CAMERA, to: cloud, port: 443 });
    expect(found(named, ...loop)).toMatchObject([{ detector: 'beacon', target: { node: { name: 'loader.example' } } }]);
    expect(found(named, ...loop.slice(0, 80))).toEqual([]);
  });

  it('is not seen in people, who keep no clock', () => {
    const random = chance(9);
    let at = START;
    const times = Array.from({ length: 400 }, () => {
      at += -Math.log(1 - random()) * 40 * SECOND;
      return Math.round(at);
    });
    expect(found(...calls(times, { from: CAMERA, to: MASTER, port: 4444 }))).toEqual([]);
  });

  it('is not told of a program that tries ten times, nor of one with many peers', () => {
    const tries = calls(ticks(START, 2 * SECOND, 12), { from: CAMERA, to: MASTER, port: 6346, down: 0 });
    expect(found(...tries).filter(({ detector }) => detector === 'command-and-control')).toEqual([]);
    const peers = Array.from({ length: 12 }, (_, i) => BEYOND(`203.0.113.${i + 1}`)).flatMap((to, i) =>
      calls(ticks(START + i * SECOND, MINUTE, 20), { from: CAMERA, to, port: 6881 + i, down: 0 }),
    );
    expect(found(...peers).filter(({ detector }) => detector === 'command-and-control')).toEqual([]);
  });

  it('is not seen in an outage, when names are forgotten and nobody answers', () => {
    const cloud = BEYOND('203.0.113.10');
    const other = BEYOND('203.0.113.20');
    const looked = ticks(START, HOUR / 2, 10).map((at) => lookUp(at, CAMERA, 'cloud.example', [cloud.address], 60));
    const fine = calls(ticks(START + SECOND, HOUR / 2, 10), { from: CAMERA, to: cloud, port: 10_443 });
    const alive = calls(ticks(START, MINUTE, 290), { from: CAMERA, to: other, port: 8883 });
    const out = START + 5 * HOUR;
    const retried = calls(ticks(out, MINUTE, 60), { from: CAMERA, to: cloud, port: 10_443, down: 0 });
    const unnamed = calls(ticks(out, MINUTE, 60), { from: CAMERA, to: MASTER, port: 7000, down: 0 });
    expect(found(...looked, ...fine, ...alive, ...retried, ...unnamed)).toEqual([]);
  });

  it('is seen beside others that are answered', () => {
    const alive = calls(ticks(START, MINUTE, 130), { from: CAMERA, to: BEYOND('203.0.113.20'), port: 8883 });
    const silent = calls(ticks(START + HOUR, MINUTE, 60), { from: CAMERA, to: MASTER, port: 7000, down: 0 });
    expect(found(...alive, ...silent)).toMatchObject([{ subject: `tcp/7000 ${MASTER.address}` }]);
  });

  it('is not seen inside the home, where a controller polls', () => {
    const lamp = { mac: '02:00:00:00:00:09', address: '192.168.1.9' };
    expect(found(...calls(ticks(START, MINUTE, 60), { from: CAMERA, to: lamp, port: 9999, down: 0 }))).toEqual([]);
  });

  it('kept for a hundred calls is as sure as one by the clock, however loose', () => {
    const calling = (count: number) =>
      calls(ticks(START, MINUTE, count, 0.5), { from: CAMERA, to: MASTER, port: 50, down: 0 });
    expect(found(...calling(60))[0]).toMatchObject({ detector: 'beacon' });
    expect(found(...calling(140))).toContainEqual(expect.objectContaining({ detector: 'command-and-control' }));
  });

  it('that sends data was answered, though only one line is watched', () => {
    const oneWay = (up: number) =>
      calls(ticks(START, MINUTE, 60), { from: CAMERA, to: MASTER, port: 443, down: 0, up, bytesEach: 120 });
    expect(found(...oneWay(6))).toEqual([]);
  });

  it('at an everyday port is less sure where no far end of the device is known by a name', () => {
    const silent = calls(ticks(START, MINUTE, 60), { from: CAMERA, to: MASTER, port: 443, down: 0 });
    const watched = watch(beacon, masterCalled);
    watched.take(...silent);
    expect(watched.findings()[0]!.confidence).toBeLessThan(found(...silent)[0]!.confidence);
  });

  it('is surer of a device that looks up all others whom it calls', () => {
    const cloud = BEYOND('203.0.113.10');
    const clock = BEYOND('203.0.113.11');
    const others: Observation[] = [
      { kind: 'service', at: START, device: CAMERA, protocol: 'mdns', service: '_rtsp._tcp' },
      lookUp(START, CAMERA, 'cloud.example', [cloud.address], 86_400),
      lookUp(START, CAMERA, 'clock.example', [clock.address], 86_400),
      ...calls(ticks(START + SECOND, 10 * MINUTE, 6), { from: CAMERA, to: cloud, port: 8883 }),
      ...calls(ticks(START + 2 * SECOND, 20 * MINUTE, 3), { from: CAMERA, to: clock, port: 123, protocol: 17 }),
    ];
    const answered = calls(ticks(START + 3 * SECOND, MINUTE, 60), { from: CAMERA, to: MASTER, port: 7000 });
    expect(found(...others, ...answered)).toMatchObject([{ detector: 'command-and-control' }]);
    expect(found(...answered)).toMatchObject([{ detector: 'beacon' }]);
    const peers = Array.from({ length: 3 }, (_, i) => BEYOND(`198.51.100.${i + 1}`)).flatMap((to) =>
      calls(ticks(START + 4 * SECOND, 5 * MINUTE, 2), { from: CAMERA, to, port: 7000 }),
    );
    expect(found(...others, ...peers, ...answered)).toMatchObject([{ detector: 'beacon' }]);
  });

  it('is found where the kernel tells of a connection before it tells what it carried', () => {
    const times = ticks(START, MINUTE, 30);
    const counted = times.flatMap((at, i) => {
      const one = { from: { address: CAMERA.address }, to: MASTER, port: 7000, sourcePort: 40_000 + i, slot: i };
      return [
        flows(at, { ...one, at, up: 0, down: 0, flags: FLAG.fresh | FLAG.initiatorKnown | FLAG.ipLengths }),
        flows(at + SECOND, { ...one, at, up: 5, down: 4, flags: FLAG.initiatorKnown | FLAG.ipLengths }),
      ];
    });
    const [finding] = found(...counted);
    expect(finding).toMatchObject({ subject: `tcp/7000 ${MASTER.address}`, evidence: { calls: 30, answered: true } });
  });

  it('ends when it stops', () => {
    const watched = watch(beacon, masterCalled);
    watched.take(...calls(ticks(START, MINUTE, 60), { from: CAMERA, to: MASTER, port: 50, down: 0 }));
    expect(watched.findings()).toHaveLength(1);
    watched.take({ kind: 'tick', at: START + DAY });
    expect(watched.findings()).toEqual([]);
  });
});
