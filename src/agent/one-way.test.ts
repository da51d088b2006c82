import { describe, expect, it } from 'vitest';
import { FlowBatch, RECORD_WORDS, W } from '../model/flow.ts';
import { OneWay } from './one-way.ts';

const TCP = 6;
const UDP = 17;

/** `count` records that say the same. */
function records(count: number, protocol: number, up: number, down: number): FlowBatch {
  const batch = FlowBatch.ofCapacity(count);
  for (let i = 0; i < count; i++) {
    batch.words[i * RECORD_WORDS + W.protocol] = protocol | (0x12 << 8);
    batch.words[i * RECORD_WORDS + W.packetsUp] = up;
    batch.words[i * RECORD_WORDS + W.packetsDown] = down;
  }
  batch.count = count;
  return batch;
}

function afterAMinuteOf(...batches: FlowBatch[]): boolean {
  const oneWay = new OneWay();
  oneWay.holds(0);
  for (const batch of batches) oneWay.take(batch);
  return oneWay.holds(60_000);
}

describe('a mirror of one direction', () => {
  it('is noticed by TCP that nobody answers', () => {
    expect(afterAMinuteOf(records(30, TCP, 10, 0))).toBe(true);
    expect(afterAMinuteOf(records(15, TCP, 10, 0), records(15, TCP, 0, 10))).toBe(true);
  });

  it('is not suspected where most connections show both directions', () => {
    expect(afterAMinuteOf(records(30, TCP, 10, 5), records(10, TCP, 10, 0))).toBe(false);
  });

  it('is not suspected because of scans, datagrams or little traffic', () => {
    expect(afterAMinuteOf(records(5000, TCP, 3, 0))).toBe(false);
    expect(afterAMinuteOf(records(5000, UDP, 100, 0))).toBe(false);
    expect(afterAMinuteOf(records(19, TCP, 10, 0))).toBe(false);
  });

  it('stays noticed in silence and is taken back when the other direction comes', () => {
    const oneWay = new OneWay();
    oneWay.holds(0);
    oneWay.take(records(30, TCP, 10, 0));
    expect(oneWay.holds(30_000)).toBe(false);
    expect(oneWay.holds(60_000)).toBe(true);
    expect(oneWay.holds(120_000)).toBe(true);
    oneWay.take(records(30, TCP, 10, 8));
    expect(oneWay.holds(180_000)).toBe(false);
  });
});
