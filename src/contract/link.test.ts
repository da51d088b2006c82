import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { D, FlowBatch, RECORD_WORDS, W } from '../model/flow.ts';
import type { Observation } from '../model/observation.ts';
import type { DesiredPolicy } from '../model/policy.ts';
import {
  encodeHello,
  encodeObservation,
  encodePolicy,
  LINK_PROTOCOL,
  LinkDecoder,
  LinkError,
  type LinkMessage,
  MAX_FLOWS_PER_FRAME,
  MAX_POLICY_BYTES,
} from './link.ts';

const AGENT = { protocol: LINK_PROTOCOL, role: 'agent', epoch: 'e1' } as const;
const NEIGHBOUR: Observation = {
  kind: 'neighbour',
  at: 1_700_000_000_000.25,
  mac: '02:00:00:00:00:01',
  address: '192.0.2.7',
  source: 'kernel',
};

function flows(count: number): Observation {
  const batch = FlowBatch.ofCapacity(Math.max(count, 1) + 3);
  batch.count = count;
  for (let i = 0; i < count; i++) {
    batch.words[i * RECORD_WORDS + W.slot] = i;
    batch.doubles[(i * RECORD_WORDS) / 2 + D.bytesUp] = i * 2 ** 33;
  }
  return { kind: 'flows', at: 12.5, flows: batch };
}

function greeted(): LinkDecoder {
  const decoder = new LinkDecoder('agent');
  decoder.push(encodeHello(AGENT));
  return decoder;
}

function fromController(frame: Uint8Array): LinkMessage[] {
  return new LinkDecoder('controller').push(Buffer.concat([encodeHello({ ...AGENT, role: 'controller' }), frame]));
}

const POLICY: DesiredPolicy = {
  lan: ['lan'],
  home: ['192.0.2.0/24'],
  routers: [],
  resolvers: ['192.0.2.1'],
  page: { addresses: ['192.0.2.1'], ports: [7746] },
  consoles: [{ mac: '02:00:00:00:00:02', addresses: ['192.0.2.2'] }],
  spoofing: { mode: 'watch', exempt: [] },
  strangers: { mode: 'off', connections: { perSecond: 10, burst: 20 } },
  hold: 10,
  devices: [
    {
      id: 'd-1',
      macs: ['02:00:00:00:00:01'],
      addresses: ['192.0.2.7'],
      mode: 'enforce',
      limits: { connections: { perSecond: 10, burst: 40 } },
      unneeded: [{ protocol: 6, port: 25 }, { protocol: 47 }],
      critical: [],
      ladder: { id: 'q', step: 'essential', essential: ['203.0.113.2'] },
    },
  ],
  allows: [{ id: 'a', node: { name: 'example.com', addresses: ['203.0.113.3'], prefixes: [] } }],
  blocks: [
    { id: 'b', device: 'd-1', internet: true },
    { id: 'c', service: { protocol: 17, port: 9, initiator: 'node' } },
  ],
};

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof LinkError) return error.code;
    throw error;
  }
  return 'accepted';
}

/** Hello, a fact and flows, as one stream. */
function stream(): Uint8Array {
  return Buffer.concat([encodeHello(AGENT), encodeObservation(NEIGHBOUR), encodeObservation(flows(5))]);
}

describe('the link between agent and controller', () => {
  it('brings a hello and an observation over unchanged', () => {
    const messages = new LinkDecoder('agent').push(Buffer.concat([encodeHello(AGENT), encodeObservation(NEIGHBOUR)]));
    expect(messages).toEqual([
      { type: 'hello', hello: AGENT },
      { type: 'observation', observation: NEIGHBOUR },
    ]);
  });

  it('brings flow records over bit by bit, only the filled ones', () => {
    const [message] = greeted().push(encodeObservation(flows(3)));
    const observation = message?.type === 'observation' ? message.observation : undefined;
    if (observation?.kind !== 'flows') throw new Error('no flows');
    expect(observation.at).toBe(12.5);
    expect(observation.flows.count).toBe(3);
    expect(observation.flows.words[2 * RECORD_WORDS + W.slot]).toBe(2);
    expect(observation.flows.doubles[RECORD_WORDS + D.bytesUp]).toBe(2 ** 34);
  });

  it('does not care where the stream is cut', () => {
    const whole = new LinkDecoder('agent').push(stream());
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 900 }), { maxLength: 30 }), (cuts) => {
        const decoder = new LinkDecoder('agent');
        const messages: LinkMessage[] = [];
        let rest = stream();
        for (const cut of cuts) {
          messages.push(...decoder.push(rest.subarray(0, cut)));
          rest = rest.subarray(cut);
        }
        messages.push(...decoder.push(rest));
        expect(messages).toEqual(whole);
      }),
    );
  });

  it('refuses anything before a hello, and another version', () => {
    expect(codeOf(() => new LinkDecoder('agent').push(encodeObservation(NEIGHBOUR)))).toBe('protocol');
    const newer = encodeHello({ ...AGENT, protocol: LINK_PROTOCOL + 1 });
    expect(codeOf(() => new LinkDecoder('agent').push(newer))).toBe('protocol');
  });

  it('takes nothing but a hello and policies from a controller', () => {
    const decoder = new LinkDecoder('controller');
    expect(codeOf(() => decoder.push(encodeHello(AGENT)))).toBe('protocol');
    const controller = new LinkDecoder('controller');
    controller.push(encodeHello({ ...AGENT, role: 'controller' }));
    expect(codeOf(() => controller.push(encodeObservation(NEIGHBOUR)))).toBe('bad-header');
  });

  it('refuses what an agent cannot observe', () => {
    const command = {
      kind: 'command',
      at: 1,
      by: 'x',
      command: { name: 'rename-device', device: 'd', to: 'y' },
    } as const;
    expect(codeOf(() => greeted().push(encodeObservation(command)))).toBe('bad-message');
    expect(codeOf(() => greeted().push(encodeObservation({ kind: 'restore', at: 1, devices: [] })))).toBe(
      'bad-message',
    );
  });

  it('refuses absurd lengths by their header alone, and stays closed', () => {
    const decoder = greeted();
    const header = new Uint8Array([255, 255, 255, 255, 2, 0, 0, 0]);
    expect(codeOf(() => decoder.push(header))).toBe('too-long');
    expect(codeOf(() => decoder.push(encodeObservation(NEIGHBOUR)))).toBe('too-long');
  });

  it('refuses flows that are no whole number of records', () => {
    const header = new Uint8Array(8 + 8 + 100);
    header[0] = 108;
    header[4] = 3;
    expect(codeOf(() => greeted().push(header))).toBe('bad-flows');
    expect(codeOf(() => encodeObservation(flows(MAX_FLOWS_PER_FRAME + 1)))).toBe('bad-flows');
  });

  it('brings a policy over unchanged, from a controller alone', () => {
    const [hello, message] = fromController(encodePolicy({ revision: 7, policy: POLICY }));
    expect(hello?.type).toBe('hello');
    expect(message).toEqual({ type: 'policy', revision: 7, policy: POLICY });
    expect(codeOf(() => greeted().push(encodePolicy({ revision: 7, policy: POLICY })))).toBe('bad-header');
  });

  it('carries the largest household that the kernel has room for, and no more than its bound', () => {
    const addresses = Array.from(
      { length: 32 },
      (_, i) => `2001:db8:aaaa:bbbb:cccc:dddd:eeee:${(i + 4096).toString(16)}`,
    );
    const blocks = Array.from({ length: 4096 }, (_, i) => ({ id: `rule-${i}`, node: { addresses, prefixes: [] } }));
    const devices = Array.from({ length: 1024 }, (_, i) => ({ ...POLICY.devices[0]!, id: `d-${i}`, addresses }));
    const [, message] = fromController(encodePolicy({ revision: 1, policy: { ...POLICY, blocks, devices } }));
    expect(message).toMatchObject({ type: 'policy', policy: { blocks, devices } });
    const huge = { ...POLICY, resolvers: ['x'.repeat(MAX_POLICY_BYTES)] };
    expect(codeOf(() => encodePolicy({ revision: 1, policy: huge }))).toBe('too-long');
  });

  it.each<[string, unknown]>([
    ['is none', null],
    ['lacks a field', { ...POLICY, hold: undefined }],
    ['has a list that is none', { ...POLICY, devices: {} }],
    ['has a number for an address', { ...POLICY, resolvers: [1] }],
    ['has an unknown step', { ...POLICY, devices: [{ ...POLICY.devices[0], ladder: { id: 'x', step: 'away' } }] }],
    [
      'has an essential step without its nodes',
      { ...POLICY, devices: [{ ...POLICY.devices[0], ladder: { id: 'x', step: 'essential' } }] },
    ],
  ])('refuses a policy that %s', (_, policy) => {
    expect(codeOf(() => fromController(encodePolicy({ revision: 1, policy: policy as DesiredPolicy })))).toBe(
      'bad-message',
    );
  });

  it('refuses a policy without a revision', () => {
    for (const revision of [-1, 1.5, Number.NaN])
      expect(codeOf(() => fromController(encodePolicy({ revision, policy: POLICY })))).toBe('bad-message');
  });

  it('answers any bytes with messages or a LinkError, never with another fault', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(), fc.boolean(), (noise, at, mutate) => {
        const bytes = mutate ? new Uint8Array(stream()) : noise;
        if (mutate) for (let i = 0; i < noise.length; i++) bytes[(at + i * 7) % bytes.length]! ^= noise[i]! & 1;
        const decoder = new LinkDecoder('agent');
        try {
          decoder.push(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(LinkError);
        }
      }),
    );
  });
});
