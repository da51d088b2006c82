import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { concat, ethernet, ipv4 } from '../../decode/frame-builder.ts';
import { evaluateCapture } from './capture.ts';
import type { Truth } from './truth.ts';

/** A transport (CFTP) that no device of a home has a use for. */
const CFTP = 62;
const IPV4 = 0x0800;
/** 1975 and 2015, s since the epoch. */
const [EARLY, LATE] = [167_817_197, 1_430_000_000];

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spin-jump-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A pcap of one frame at each of these times: a device sends a packet of a strange protocol, which opens an incident. */
function capture(times: readonly number[]): Uint8Array {
  const frame = ethernet(IPV4, ipv4('192.168.1.7', '45.0.113.9', CFTP, new Uint8Array(40)), 7, 1);
  const head = Uint32Array.of(0xa1b2c3d4, 0x0004_0002, 0, 0, 65_535, 1);
  const record = (at: number) => Uint32Array.of(at, 0, frame.length, frame.length);
  const octets = (words: Uint32Array) => new Uint8Array(words.buffer);
  return concat(octets(head), ...times.flatMap((at) => [octets(record(at)), frame]));
}

async function cost(times: readonly number[]) {
  const path = `${times.length}.pcap`;
  writeFileSync(join(folder, path), capture(times));
  const truth: Truth = {
    ...{ path, kind: 'attack', offender: '192.168.1.7', class: 'protocol', required: true, note: '' },
    lan: { prefixes: [], macs: [] },
  };
  const before = process.cpuUsage();
  const { views, faults } = await evaluateCapture(folder, truth, ['everything', 'gateway']);
  const { user, system } = process.cpuUsage(before);
  return { views, faults, seconds: (user + system) / 1e6 };
}

it('a capture that jumps by forty years is evaluated, and costs little', async () => {
  const { views, faults, seconds } = await cost([EARLY, LATE]);
  expect(faults).toEqual([]);
  expect(views.everything).toMatchObject({ found: true, wronged: [] });
  expect(views.gateway).toMatchObject({ wronged: [] });
  // A walk through forty years in steps of ten minutes, under each preference, takes twenty.
  expect(seconds).toBeLessThan(5);
});
