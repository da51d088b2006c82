import { expect, test } from 'vitest';
import { udp } from '../decode/frame-builder.ts';
import { Digest } from '../digest/digest.ts';
import { createPipeline } from '../pipeline.ts';
import { Scene, SECOND, START, stranger } from './testing/scene.ts';

const VICTIM = '203.0.113.77';

/** Two bots and somebody innocent: what is found, and what each device and the home counted, with flows told in sums or not. */
function told(crowds: boolean) {
  const scene = new Scene();
  const camera = scene.thing('camera');
  const plug = scene.thing('plug');
  const phone = scene.thing('phone');
  const things = [camera, plug, phone];
  for (let i = 0; i < 20; i++) scene.tcp(START + SECOND * (1 + i), phone, stranger(90_000), 443);
  for (let i = 0; i < 15_000; i++) {
    const at = START + 2 * SECOND + i;
    const far = stranger(i);
    const sequence = far.split('.').reduce((word, octet) => (word << 8) | Number(octet), 0);
    scene.tcp(at, camera, far, 23, { outcome: i % 100 === 0 ? 'answered' : 'silent', sequence, up: 0, down: 0 });
    scene.packet(at, plug, VICTIM, 17, udp(1024 + i, 1 + ((i * 7919) & 0xffff), new Uint8Array(40)));
  }
  const pipeline = createPipeline();
  const found = scene.play(pipeline, (sink) => new Digest(sink, { standingStep: SECOND, crowds }));
  const { home } = pipeline;
  const { conversations, evicted, noConversation } = home.totals();
  return {
    found: found.map(({ detector, subject, device }) => `${detector} ${subject} ${device}`).sort(),
    counters: things.map(({ id }) => home.counters(id)),
    all: [conversations.packets + evicted.packets, conversations.bytes + evicted.bytes],
    noConversation,
    marked: pipeline.findings().find(({ detector }) => detector === 'mirai-mark')?.evidence.packets,
    pressed: pipeline.findings().find(({ detector }) => detector === 'flood')?.evidence.packets,
  };
}

test('flows of scans and floods told in sums lead to the same findings and counters', () => {
  const one = told(false);
  const summed = told(true);
  expect(one.found).toEqual(
    expect.arrayContaining([expect.stringMatching(/^horizontal-scan/), expect.stringMatching(/^flood 203.0.113.77/)]),
  );
  const { pressed, ...rest } = summed;
  expect(rest).toEqual({ ...one, pressed: undefined });
  // Before a far end is known for its crowd, a few flows of it are summed up with others.
  expect(Math.abs(Number(pressed) - Number(one.pressed))).toBeLessThan(Number(one.pressed) / 100);
});
