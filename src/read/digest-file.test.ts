import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RECORD_WORDS } from '../model/flow.ts';
import type { Observation } from '../model/observation.ts';
import { digestFile } from './digest-file.ts';

const RECORDED = join(import.meta.dirname, '../../lab/recorded/ordinary-evening.pcap.gz');
let folder = '';
let plain = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spin-digest-'));
  plain = join(folder, 'evening.pcap');
  writeFileSync(plain, gunzipSync(readFileSync(RECORDED)));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** All that a file tells: how often, and a hash over it in its order. */
async function told(file: string, threaded: boolean) {
  const hash = createHash('sha256');
  const kinds: Record<string, number> = {};
  const note = (observation: Observation) => {
    kinds[observation.kind] = (kinds[observation.kind] ?? 0) + 1;
    if (observation.kind === 'flows') {
      const { count, words } = observation.flows;
      hash.update(`${observation.at} ${count}`).update(words.subarray(0, count * RECORD_WORDS));
    } else hash.update(JSON.stringify(observation));
  };
  const { totals, fault } = await digestFile(file, note, () => {}, threaded);
  return { kinds, totals, fault: fault?.message, hash: hash.digest('hex') };
}

describe('a capture read by two threads', () => {
  it('tells the same observations in the same order as one read by one', async () => {
    const alone = await told(plain, false);
    expect(alone.totals.packets).toBeGreaterThan(20_000);
    expect(Object.keys(alone.kinds)).toEqual(expect.arrayContaining(['flows', 'tick', 'dns', 'hello', 'lease']));
    expect(await told(plain, true)).toEqual(alone);
    expect(await told(RECORDED, true)).toEqual(alone);
  });

  it('says where the file is cut off, after all that could be read', async () => {
    const cut = join(folder, 'cut.pcap');
    writeFileSync(cut, readFileSync(plain).subarray(0, 1_000_001));
    const alone = await told(cut, false);
    expect(alone.fault).toMatch(/ends within a packet/);
    expect(await told(cut, true)).toEqual(alone);
  });

  it('says that a file is none', async () => {
    const missing = await told(join(folder, 'nothing'), true);
    expect(missing.fault).toMatch(/no such file/);
    expect(missing.totals.packets).toBe(0);
  });
});
