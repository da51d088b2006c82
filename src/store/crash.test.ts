import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { HOUR, MINUTE } from './levels.ts';
import { Store } from './store.ts';

const KILLS = 8;
const WRITER = join(import.meta.dirname, 'crash-writer.ts');

/** Lets a writer confirm at least `least` steps, then kills it at once. @returns the last confirmed step */
function writeAndKill(directory: string, start: number, least: number): Promise<number> {
  const child = spawn(process.execPath, [WRITER, directory, String(start)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    if (text.split('\n').length > least) child.kill('SIGKILL');
  });
  return new Promise((resolve) => {
    child.on('close', () => {
      const confirmed = text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as { i: number; flushed: boolean });
      expect(confirmed.every(({ flushed }) => flushed)).toBe(true);
      resolve(confirmed.at(-1)!.i);
    });
  });
}

test('killed at any instant: it opens clean, nothing confirmed is lost, nothing counted twice', {
  timeout: 120_000,
}, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'spin-crash-'));
  const log: string[] = [];
  try {
    let next = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const confirmed = await writeAndKill(directory, next, 3 + kill * 17);
      const reader = new DatabaseSync(join(directory, 'spin.db'));
      expect(reader.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
      const names = reader.prepare(`SELECT detail FROM event WHERE kind = 'renamed' ORDER BY id DESC LIMIT 2`).all();
      reader.close();
      expect(names.map(({ detail }) => detail)).toContain(`name ${confirmed}`);
      const store = new Store({ directory, now: Date.now, log: (line) => log.push(line) }).open();
      const end = (confirmed + 3) * MINUTE;
      const sum = (step: number) => store.points(step, 0, end).reduce((all, point) => all + point[1]!, 0);
      const stored = sum(MINUTE) / 50;
      // The step after the last confirmed one may or may not have reached the disk.
      expect([confirmed + 1, confirmed + 2]).toContain(stored);
      expect(sum(HOUR) / 50).toBe(stored);
      store.close();
      next = stored;
    }
    expect(log).toEqual([]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
