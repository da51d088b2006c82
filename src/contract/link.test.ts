import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { D, FlowBatch, RECORD_WORDS, W } from '../model/flow.ts';
import type { Observation } from '../model/observation.ts';
import {
  encodeHello,
  encodeObservation,
  LINK_PROTOCOL,
  LinkDecoder,
  LinkError,
  type LinkMessage,
  MAX_FLOWS_PER_FRAME,
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

  it('takes nothing but a hello from a controller', () => {
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
