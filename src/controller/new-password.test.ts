import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CannotStore } from '../serve/door.ts';
import { hashPassword } from '../serve/password.ts';
import { isInUse } from '../store/database.ts';
import { handIn, isTaken, takeIn } from './new-password.ts';
import { eventually, PASSWORD, Testbed } from './testbed.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spin-password-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a hash that is handed in', () => {
  test('is for its owner alone, is taken once, and leaves nothing behind', async () => {
    const hash = await hashPassword('some long words');
    handIn(folder, hash);
    expect(statSync(join(folder, 'new-password')).mode & 0o777).toBe(0o600);
    const taken: unknown[] = [];
    for (let i = 0; i < 2; i++) takeIn(folder, (hash) => taken.push(hash));
    expect(taken).toEqual([hash]);
    expect(await isTaken(folder, 0)).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('waits while the disk fails, and is taken back by who gives up', async () => {
    handIn(folder, await hashPassword('some long words'));
    takeIn(folder, () => {
      throw new CannotStore('disk full');
    });
    expect(existsSync(join(folder, 'new-password'))).toBe(true);
    expect(await isTaken(folder, 150)).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each(['', '{', 'null', '[]', '{"algorithm":"md5","tag":"00"}', '"x"'])('%s is none and is removed', (text) => {
    writeFileSync(join(folder, 'new-password'), text);
    takeIn(folder, () => expect.fail('taken'));
    expect(readdirSync(folder)).toEqual([]);
  });
});

test('reaches a controller that runs: everyone is signed out, and only the new password opens', async () => {
  const bed = new Testbed();
  try {
    await bed.start();
    const headers = await bed.setUp();
    const stream = await bed.stream(headers);
    expect(isInUse(join(bed.config.stateDir, 'spin.db'))).toBe(true);
    handIn(bed.config.stateDir, await hashPassword('some long words'));
    expect(await isTaken(bed.config.stateDir, 10_000)).toBe(true);
    expect((await bed.ask({ path: '/api/home', headers })).status).toBe(401);
    await eventually(() => stream.closed !== undefined);
    const logIn = async (password: string) =>
      (await bed.ask({ method: 'POST', path: '/api/login', body: { password } })).status;
    expect(await logIn(PASSWORD)).toBe(403);
    expect(await logIn('some long words')).toBe(200);
    await bed.stop();
    expect(isInUse(join(bed.config.stateDir, 'spin.db'))).toBe(false);
  } finally {
    await bed.remove();
  }
});
