import { spawn } from 'node:child_process';
import { afterEach, expect, test, vi } from 'vitest';
import { Keeper, type KeeperOptions } from './keeper.ts';
import { isAlive, type ProcessIdentity } from './process.ts';

const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
let keeper: Keeper;

/** Keeps a program of one line of JavaScript; `seen` is each process that it has been. */
function keep(code: string, options: Partial<KeeperOptions> = {}) {
  const seen: ProcessIdentity[] = [];
  const lines: string[] = [];
  keeper = new Keeper({
    name: 'thing',
    launch: () => spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] }),
    onLine: (line) => lines.push(line),
    onChange: () => keeper.process && seen.push(keeper.process),
    ...options,
  });
  keeper.start();
  return { seen, lines };
}

const STAYS = 'console.log("up"); setInterval(() => {}, 1000)';
const patiently = { timeout: 15_000 };

afterEach(async () => {
  await keeper.stop(1_000);
  said.mockClear();
});

test('a program that dies is started again, and that is said', async () => {
  const { seen, lines } = keep(STAYS);
  await vi.waitUntil(() => lines.length === 1, patiently);
  keeper.kill();
  await vi.waitUntil(() => lines.length === 2, patiently);
  expect(new Set(seen.map(({ pid }) => pid)).size).toBe(2);
  expect(said.mock.calls.join()).toContain('the thing ended (SIGKILL); it is started again in 0.25 s');
});

test('one that dies at once is started more and more slowly', async () => {
  keep('process.exit(7)');
  await vi.waitUntil(() => said.mock.calls.length >= 3, patiently);
  expect(said.mock.calls.join('').match(/in [\d.]+ s/g)).toEqual(['in 0.25 s', 'in 0.5 s', 'in 1 s']);
  expect(said.mock.calls.join('')).toContain('exit code 7');
});

test('one whose end is its end stays ended', async () => {
  let codes: (number | null)[] = [];
  keep('process.exit(0)', {
    judge: (code) => {
      codes = [...codes, code];
      return 'over';
    },
  });
  await vi.waitUntil(() => codes.length === 1, patiently);
  expect(keeper.process).toBeUndefined();
  expect(said).not.toHaveBeenCalled();
});

test('one that is to begin again does so without a complaint', async () => {
  const { lines } = keep('console.log("round")', { judge: () => 'again' });
  await vi.waitUntil(() => lines.length === 3, patiently);
  expect(said).not.toHaveBeenCalled();
});

test('a program that is not there is said like any other end', async () => {
  keep('', { launch: () => spawn('/nowhere/program') });
  await vi.waitUntil(() => said.mock.calls.length >= 1, patiently);
  expect(said.mock.calls.join()).toContain('ENOENT');
});

test('one that ignores the request to end is killed', async () => {
  const { seen, lines } = keep(`process.on('SIGTERM', () => {}); ${STAYS}`);
  await vi.waitUntil(() => lines.length === 1, patiently);
  await keeper.stop(100);
  expect(seen.filter(isAlive)).toEqual([]);
  expect(said.mock.calls.join()).toContain('did not end within 0.1 s and was killed');
});
