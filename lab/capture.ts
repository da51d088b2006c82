/** Captures what crosses the home network of a lab, with tcpdump inside the router's namespace. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { LabInfo } from './instance.ts';

/** Bytes kept of each packet: all headers, DNS answers and the first words of TLS; lengths stay true. */
const SNAPLEN = 384;
/** Largest recording, million bytes; tcpdump then ends. */
const MAX_MEGABYTES = 512;

export type Recording = { finish: () => Promise<number> };

/** Resolves once tcpdump listens. `finish` ends it, compresses if the name ends in `.gz`, and resolves with the packets caught. */
export async function capture({ router }: LabInfo, file: string): Promise<Recording> {
  const raw = file.endsWith('.gz') ? `${file}.part` : file;
  const args = [
    '-i',
    router.lan,
    '-s',
    String(SNAPLEN),
    '-U',
    '-n',
    '-Z',
    'root',
    '-B',
    '4096',
    '-C',
    String(MAX_MEGABYTES),
    '-W',
    '1',
  ];
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
      if (raw !== file) await compress(raw, file);
      return Number(/(\d+) packets? captured/.exec(said)?.[1] ?? 0);
    },
  };
}

async function compress(raw: string, file: string): Promise<void> {
  await pipeline(createReadStream(raw), createGzip({ level: 9 }), createWriteStream(`${file}.new`));
  await rename(`${file}.new`, file);
  await rm(raw);
}
