import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { gatewayConfig } from '../contract/testing.ts';
import type { Observation } from '../model/observation.ts';
import { pcap } from '../source/capture/capture-builder.ts';
import { Read } from './read.ts';

const RECORDED = Date.UTC(2017, 2, 31, 16);
/** An ARP request of 192.0.2.7 for 192.0.2.1. */
const ARP = 'ffffffffffff02000000000708060001080006040001020000000007c0000207000000000000c0000201';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spin-read-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** All that is told of a file, once it is over. */
async function toldOf(bytes: Uint8Array): Promise<Observation[]> {
  const file = join(folder, 'home.pcap');
  writeFileSync(file, bytes);
  const told: Observation[] = [];
  const receiver = {
    ...{ isReady: true, controllers: 1, dropped: 0 },
    send: (observation: Observation) => void told.push(observation),
  };
  const over = Promise.withResolvers<string>();
  const config = gatewayConfig({ stateDir: folder, runDir: folder }, { mode: 'read', file, speed: 0 });
  const read = new Read({ config, receiver, now: () => Date.now(), log: over.resolve });
  await over.promise;
  await read.stop();
  return told;
}

const RECORDING = { kind: 'source', coverage: [{ code: 'recorded', detail: 'home.pcap' }] };

test('nothing that is told of a recording is of a later day than its packets', async () => {
  const told = await toldOf(pcap([{ at: RECORDED, frame: Buffer.from(ARP, 'hex') }]));
  expect(told[0]).toMatchObject(RECORDING);
  expect(told.length).toBeGreaterThan(1);
  for (const { at } of told) expect(Math.abs(at - RECORDED)).toBeLessThan(60_000);
});

test.each([
  ['without packets', pcap([])],
  ['that is none', Buffer.from('no capture')],
])('a file %s is named all the same', async (_what, bytes) => {
  expect(await toldOf(bytes)).toMatchObject([RECORDING]);
});
