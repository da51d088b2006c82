import { execFileSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KEPT_POLICY } from '../contract/files.ts';
import { MAX_POLICY_BYTES } from '../contract/link.ts';
import { openPolicy } from '../enforce/testing/bed.ts';
import type { DesiredPolicy } from '../model/policy.ts';
import { KeptPolicy } from './kept-policy.ts';

const node = (...addresses: string[]) => ({ name: 'example.com', addresses, prefixes: [] });
const POLICY = openPolicy({ blocks: [{ id: 'b', node: node('203.0.113.2') }] });

let folder: string;
let log: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spin-kept-'));
  log = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = () => join(folder, KEPT_POLICY);
const open = () => new KeptPolicy(folder, (line) => log.push(line));
const put = (text: string) => writeFileSync(file(), text);
const whole = (policy: unknown = POLICY) => JSON.stringify({ version: 1, policy });

async function keep(...policies: DesiredPolicy[]): Promise<KeptPolicy> {
  const kept = open();
  for (const policy of policies) kept.keep(policy);
  await kept.flush();
  return kept;
}

describe('the kept policy', () => {
  it('is read as it was kept, the last of several', async () => {
    await keep(openPolicy(), POLICY);
    expect(open().read()).toEqual(POLICY);
    expect(readdirSync(folder)).toEqual([KEPT_POLICY]);
    expect(log).toEqual([]);
  });

  it('is nothing where there is none, and that is no fault', () => {
    expect(open().read()).toBeUndefined();
    expect(log).toEqual([]);
  });

  it('waits with what is only a new address, not with what was decided', async () => {
    const kept = await keep(POLICY);
    const before = readFileSync(file(), 'utf8');
    kept.keep({ ...POLICY, blocks: [{ id: 'b', node: node('203.0.113.99') }], resolvers: ['192.0.2.9'] });
    await new Promise(setImmediate);
    expect(readFileSync(file(), 'utf8')).toBe(before);
    expect(existsSync(`${file()}.next`)).toBe(false);
    await kept.flush();
    expect(open().read()?.resolvers).toEqual(['192.0.2.9']);
  });

  it.each<[string, () => void, RegExp]>([
    ['cut in the middle', () => put(whole().slice(0, 200)), /JSON|Expected|Unterminated/],
    ['of another version', () => put('{"version":9}'), /version 9/],
    ['no policy', () => put(whole({ lan: [] })), /home: a list expected/],
    ['empty', () => put(''), /JSON/],
    ['a folder', () => execFileSync('mkdir', [file()]), /no plain file|EISDIR/],
    ['a pipe that nobody writes to', () => execFileSync('mkfifo', [file()]), /no plain file/],
    [
      'larger than any policy',
      () => {
        put('');
        truncateSync(file(), MAX_POLICY_BYTES + 1025);
      },
      /bytes/,
    ],
  ])('that is %s is told of, set aside, and stands in nobody’s way', async (_, make, reason) => {
    make();
    expect(open().read()).toBeUndefined();
    expect(log.join()).toMatch(reason);
    expect(existsSync(`${file()}.broken`)).toBe(true);
    await keep(POLICY);
    expect(open().read()).toEqual(POLICY);
  });

  it('is neither read nor written through a link', async () => {
    const other = join(folder, 'other');
    writeFileSync(other, whole());
    symlinkSync(other, file());
    expect(open().read()).toBeUndefined();
    symlinkSync(other, `${file()}.next`);
    await keep(openPolicy());
    expect(readFileSync(other, 'utf8')).toBe(whole());
    expect(open().read()).toEqual(openPolicy());
  });

  it('that cannot be written is told of and costs nothing else', async () => {
    const kept = new KeptPolicy(join(folder, 'gone'), (line) => log.push(line));
    kept.keep(POLICY);
    await kept.flush();
    expect(log.join()).toContain('cannot be kept');
  });
});

const isRoot = process.getuid?.() === 0;

describe.runIf(isRoot)(`the kept policy of another user${isRoot ? '' : ' (skipped: only root can make one)'}`, () => {
  it('is not followed', () => {
    put(whole());
    chownSync(file(), 65_534, 65_534);
    expect(open().read()).toBeUndefined();
    expect(log.join()).toContain('belongs to user 65534');
  });
});
