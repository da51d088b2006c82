import { expect, it } from 'vitest';
import { D, FLAG, FlowBatch, RECORD_DOUBLES, RECORD_WORDS, W } from '../model/flow.ts';
import type { Finding } from '../model/home.ts';
import { createPipeline, type Pipeline } from '../pipeline.ts';
import { flows, ROUTER } from '../track/testing.ts';
import { SECOND, START } from './testing/scene.ts';

const CONVERSATIONS = 1_000_000;
const PER_SECOND = Math.ceil(CONVERSATIONS / 60);
const PER_BATCH = 1024;
const ATTACKER = { mac: '02:00:00:00:00:66', low: 0x66, address: '192.168.1.66', word: 0xc0a8_0142 };

/** Ten devices with thirty far ends each. */
function quietHome(pipeline: Pipeline): void {
  for (let device = 0; device < 10; device++)
    for (let far = 0; far < 30; far++) {
      const from = { mac: `02:00:00:00:00:1${device}`, address: `192.168.1.1${device}` };
      const to = { mac: ROUTER.mac, address: `203.0.113.${far + 1}` };
      pipeline.step(flows(START + device * 100 + far, { from, to, slot: device * 30 + far, port: 443 }));
    }
}

/** New TCP connections from the attacker, each to a far end and port of its own. */
function writeBatch(batch: FlowBatch, begin: number, at: number): void {
  const { words, doubles } = batch;
  for (let i = 0; i < batch.capacity; i++) {
    const [w, d, n] = [i * RECORD_WORDS, i * RECORD_DOUBLES, begin + i];
    words[w + W.slot] = 1000 + (n % 100_000);
    words[w + W.flags] = FLAG.fresh | FLAG.initiatorKnown;
    words[w + W.protocol] = 6 | (2 << 8);
    words[w + W.ports] = ((1024 + (n % 60_000)) << 16) | (n % 3 === 0 ? 2323 : 23);
    words[w + W.source + 2] = words[w + W.destination + 2] = 0xffff;
    words[w + W.source + 3] = ATTACKER.word;
    words[w + W.destination + 3] = (0xc612_0000 + Math.imul(n, 0x9e3779b1)) >>> 0;
    words[w + W.macHigh] = 0x0200_0200;
    words[w + W.sourceMacLow] = ATTACKER.low;
    words[w + W.destinationMacLow] = 1;
    words[w + W.packetsUp] = words[w + W.syns] = 1;
    doubles[d + D.first] = doubles[d + D.last] = at;
    doubles[d + D.bytesUp] = 60;
  }
  batch.count = batch.capacity;
}

it('a million new conversations in a minute: told within a second, in little memory, at nobody else’s cost', () => {
  const pipeline = createPipeline({ history: true });
  quietHome(pipeline);
  const others = () =>
    pipeline.home
      .devices()
      .filter(({ id }) => id !== 'd-020000000066')
      .map(({ id }) => [id, pipeline.home.counters(id), pipeline.home.conversationIds(id).length]);
  const before = others();
  expect(before).toHaveLength(10);

  const batch = FlowBatch.ofCapacity(PER_BATCH);
  const told: { at: number; finding: Finding }[] = [];
  const begin = START + 10 * SECOND;
  const memory = process.memoryUsage();
  let sent = 0;
  for (; sent < CONVERSATIONS; sent += PER_BATCH) {
    const at = begin + (sent / PER_SECOND) * SECOND;
    writeBatch(batch, sent, at);
    for (const event of pipeline.step({ kind: 'flows', at: at + 1, flows: batch }))
      if (event.kind === 'finding' && event.change === 'new') told.push({ at: event.at, finding: event.finding });
  }
  const now = process.memoryUsage();
  const grown = now.heapUsed + now.arrayBuffers - memory.heapUsed - memory.arrayBuffers;

  const scan = told.find(({ finding }) => finding.detector === 'horizontal-scan');
  expect(scan!.at - begin).toBeLessThanOrEqual(SECOND);
  expect(pipeline.findings().length).toBeLessThan(8);
  expect(pipeline.home.counters('d-020000000066').packetsUp).toBe(sent);
  expect(others()).toEqual(before);
  // 8,192 conversations with their minute, and the evidence of one device; garbage not yet collected counts too.
  expect(grown).toBeLessThan(64 << 20);
}, 60_000);
