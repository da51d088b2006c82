/** Captures what crosses the home network of a lab, with tcpdump inside the router's namespace. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { LabInfo } from './instance.ts';
import { Trim } from './trim.ts';

/** Whole frames: those that name things must be complete to be understood; `Trim` shortens the others. */
const SNAPLEN = 2048;
/** Longest recording, packets: about 1.5 GB on disk before it is shortened; tcpdump then ends. */
const MAX_PACKETS = 4_000_000;

export type Recording = { finish: () => Promise<number> };

/**
 * Resolves once tcpdump listens. `finish` ends it, writes the file (compressed if its name ends in
 * `.gz`) and resolves with the packets caught.
 */
export async function capture({ router }: LabInfo, file: string): Promise<Recording> {
  const raw = `${file}.part`;
  const args = ['-i', router.lan, '-s', `${SNAPLEN}`, '-c', `${MAX_PACKETS}`, '-B', '4096', '-U', '-n', '-Z', 'root'];
  const child = spawn(
    'setpriv',
    ['--pdeathsig', 'TERM', '--', 'ip', 'netns', 'exec', router.namespace, 'tcpdump', ...args, '-w', raw],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    },
  );
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    if (said.length < 8192) said += chunk;
  });
  const ended = once(child, 'close');
  while (!said.includes('listening on')) {
    const outcome = await Promise.race([once(child.stderr, 'data').then(() => 'more'), ended.then(() => 'ended')]);
    if (outcome === 'ended') throw new Error(`tcpdump: ${said.trim().split('\n')[0]}`);
  }
  return {
    finish: async () => {
      child.kill('SIGINT');
      await ended;
      try {
        await finishFile(raw, file);
      } finally {
        await rm(raw, { force: true });
      }
      return Number(/(\d+) packets? captured/.exec(said)?.[1] ?? 0);
    },
  };
}

async function finishFile(raw: string, file: string): Promise<void> {
  const source = createReadStream(raw);
  const sink = createWriteStream(`${file}.new`);
  if (file.endsWith('.gz')) await pipeline(source, new Trim(), createGzip({ level: 9 }), sink);
  else await pipeline(source, new Trim(), sink);
  await rename(`${file}.new`, file);
}
