import { describe, expect, it } from 'vitest';
import type { Observation } from '../../model/observation.ts';
import { BEYOND, CAMERA, flows, lookUp, PHONE, START } from '../../track/testing.ts';
import { dnsTunnel } from '../dns/tunnel.ts';
import { asked, calls, DAY, HOUR, MINUTE, SECOND, ticks, watch } from '../testing/watch.ts';
import { masterCalled } from './beacon.ts';
import { chat } from './chat.ts';
import { mining } from './mining.ts';
import { proxyRelay } from './proxy-relay.ts';
import { thinSession } from './thin-session.ts';
import { tor } from './tor.ts';

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
  watched.take(flows(START, { from: PHONE, to: MASTER, port: 443, slot: 1 }), ...asked(START, CAMERA, 'time.example'));
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
const line = (
  every: number,
  count: number,
  spec: { port: number; up?: number; down?: number; flags?: number; bytesEach?: number },
): Observation[] =>
  ticks(START, every, count).map((at, i) =>
    flows(at, {
      from: CAMERA,
      to: MASTER,
      at,
      slot: 9,
      up: 3,
      down: 3,
      ...spec,
      flags: i === 0 ? (spec.flags ?? 5) : 4,
    }),
  );

describe('a line held open', () => {
  it('to an address without a name, at an odd port, is found after an hour', () => {
    const [finding] = found(...line(MINUTE, 90, { port: 48_101 }));
    expect(finding).toMatchObject({ detector: 'thin-session', subject: `tcp/48101 ${MASTER.address}` });
    expect(finding!.confidence).toBeGreaterThan(0.7);
  });

  it.each([
    ['that is thick', { port: 48_101, up: 100, down: 900 }],
    ['at an everyday port', { port: 1883 }],
    ['at a port of TLS whose greeting was missed, with certificates', { port: 8883, bytesEach: 300, flags: 5 }],
    ['at a port of TLS, that went on from before', { port: 8883, flags: 1 }],
    ['that is never answered', { port: 48_101, down: 0 }],
  ])('%s is none', (_what, spec) => {
    expect(found(...line(MINUTE, 120, spec))).toEqual([]);
  });

  it('at the port of TLS, without a word of TLS in a log of flows that would know, is found', () => {
    const quiet = (greetings: boolean) => {
      const { take, findings } = watch(thinSession);
      take({ kind: 'source', at: START, source: 'flow-log', coverage: [], lost: { events: 0, packets: 0 }, greetings });
      take(flows(START, { from: CAMERA, to: BEYOND('203.0.113.1') }), ...line(MINUTE, 90, { port: 443 }));
      return findings();
    };
    expect(quiet(true)).toMatchObject([{ subject: `tcp/443 ${MASTER.address}` }]);
    expect(quiet(false)).toEqual([]);
  });

  it('at the port of TLS without a word of TLS is less sure', () => {
    const hours = ticks(START + HOUR, MINUTE, 90).map((at, i) =>
      flows(at, { from: CAMERA, to: BEYOND('203.0.113.44'), at, slot: 9, flags: i === 0 ? 5 : 4, up: 3, down: 3 }),
    );
    const greeting: Observation = {
      kind: 'hello',
      ...{ at: START + HOUR, client: CAMERA, server: { address: '203.0.113.44' }, protocol: 'tcp' },
      ...{ clientPort: 40_000, serverPort: 443, alpn: [] },
    };
    expect(found(...hours)).toMatchObject([{ detector: 'thin-session', subject: 'tcp/443 203.0.113.44' }]);
    expect(found(...hours)[0]!.confidence).toBeLessThan(0.6);
    expect(found(greeting, ...hours)).toEqual([]);
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

/** A device that passes `chunk` bytes each way between a broker and a place, a new place every few seconds. */
function relayed(minutes: number, places: number, broker = true): Observation[] {
  const observations: Observation[] = [];
  const packets = 40;
  for (let second = 0; second < minutes * 60; second += 2) {
    const at = START + second * SECOND;
    const place = BEYOND(`203.0.113.${1 + ((second / 2) % places)}`);
    const common = { from: CAMERA, at };
    const there = {
      ...common,
      to: place,
      port: 443,
      up: packets,
      down: 8 * packets,
      slot: 20 + ((second / 2) % places),
    };
    const back = {
      ...common,
      to: MASTER,
      port: 7000,
      up: 8 * packets,
      down: packets,
      slot: 19,
      flags: second === 0 ? 5 : 4,
    };
    observations.push(flows(at, ...(broker ? [there, back] : [there])));
  }
  return observations;
}

describe('a relay for strangers', () => {
  const found = (...observations: Observation[]) => {
    const watched = watch(proxyRelay);
    watched.take(flows(START, { from: CAMERA, to: MASTER, port: 443 }), CAMERA_KIND);
    watched.take(...observations);
    return watched.findings();
  };

  it('is found within minutes, on what it passes everything to', () => {
    const [finding] = found(...relayed(10, 20));
    expect(finding).toMatchObject({ detector: 'proxy-relay', subject: MASTER.address });
    expect(finding!.confidence).toBeGreaterThan(0.8);
    expect(finding!.evidence.minutes).toBeGreaterThanOrEqual(2);
  });

  it('is found while the device plays a film of its own, too', () => {
    const film = ticks(START, 4 * SECOND, 150).map((at, i) =>
      flows(at, {
        ...{ from: CAMERA, to: BEYOND('203.0.113.200'), at, port: 443, up: 60, down: 200, slot: 300 },
        flags: i === 0 ? 5 : 4,
      }),
    );
    const [finding, ...others] = found(...[...relayed(10, 20), ...film].sort((a, b) => a.at - b.at));
    expect(finding).toMatchObject({ subject: MASTER.address });
    expect(others).toEqual([]);
  });

  it('is found where it visits more places than are remembered', () => {
    expect(found(...relayed(10, 250))).toMatchObject([{ subject: MASTER.address }]);
  });

  it('is not seen in browsing, in a call, or in a download that is stored elsewhere', () => {
    expect(found(...relayed(10, 20, false))).toEqual([]);
    const call = ticks(START, SECOND, 600).map((at) =>
      flows(at, { from: CAMERA, to: MASTER, port: 3478, protocol: 17, up: 80, down: 80, at, slot: 3, flags: 4 }),
    );
    expect(found(...call)).toEqual([]);
    expect(found(...relayed(10, 1))).toEqual([]);
  });
});

describe('Tor', () => {
  const greets = (at: number, serverName: string, address: string): Observation => ({
    kind: 'hello',
    ...{ at, client: CAMERA, server: { address }, protocol: 'tcp', clientPort: 40_000, serverPort: 9001 },
    ...{ serverName, alpn: [] },
  });
  const found = (...observations: Observation[]) => {
    const watched = watch(tor);
    watched.take(flows(START, { from: CAMERA, to: MASTER, port: 443 }), CAMERA_KIND, ...observations);
    return watched.findings();
  };

  it('is known by made-up names that nobody looked up', () => {
    const guards = [
      greets(START + 1, 'www.5kqvmx7zplq.com', '198.51.100.1'),
      greets(START + 2, 'www.xkqjvbzwh.net', '198.51.100.2'),
    ];
    expect(found(...guards)).toMatchObject([{ detector: 'tor', evidence: { servers: 2 } }]);
    expect(found(guards[0]!, { ...guards[0]!, at: START + 5 } as Observation)).toEqual([]);
  });

  it('is not seen in names that were looked up, or that read well', () => {
    const looked = asked(START, CAMERA, 'www.5kqvmx7zplq.com');
    const other = asked(START, CAMERA, 'www.xkqjvbzwh.net');
    const book = watch(tor, dnsTunnel);
    book.take(flows(START, { from: CAMERA, to: MASTER, port: 443 }), ...looked, ...other);
    book.take(
      greets(START + 1, 'www.5kqvmx7zplq.com', '198.51.100.1'),
      greets(START + 2, 'www.xkqjvbzwh.net', '198.51.100.2'),
    );
    expect(book.findings()).toEqual([]);
    expect(
      found(
        greets(START + 1, 'www.thermostat.com', '198.51.100.1'),
        greets(START + 2, 'www.philipslight.com', '198.51.100.2'),
      ),
    ).toEqual([]);
  });
});
