import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodeHello, LINK_PROTOCOL, LinkDecoder } from '../contract/link.ts';
import type { DesiredPolicy } from '../model/policy.ts';
import { AgentLink } from './agent-link.ts';
import { eventually } from './testbed.ts';

/** 400 kB: more than the kernel buffers for a reader that does not read. */
const POLICY: DesiredPolicy = {
  lan: [],
  home: Array.from({ length: 20_000 }, (_, i) => `192.0.2.${i % 256}/32`),
  routers: [],
  resolvers: [],
  page: { addresses: [], ports: [] },
  consoles: [],
  spoofing: { mode: 'off', exempt: [] },
  strangers: { mode: 'off', connections: { perSecond: 1, burst: 1 } },
  hold: 1,
  devices: [],
  allows: [],
  blocks: [],
};

let folder: string;
let server: Server;
let link: AgentLink;
let agent: Socket | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spin-link-'));
  const path = join(folder, 'agent.sock');
  server = createServer((socket) => {
    agent = socket;
    socket.on('error', () => {});
    socket.write(encodeHello({ protocol: LINK_PROTOCOL, role: 'agent', epoch: 'test' }));
  });
  server.listen(path);
  await once(server, 'listening');
  link = new AgentLink({ path, epoch: 'test', observe: () => {}, onChange: () => {} });
  link.start();
  await eventually(() => link.connected);
});
afterEach(() => {
  link.close();
  agent?.destroy();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

test('of the policies that an agent is too slow for only the latest waits', async () => {
  for (let revision = 1; revision <= 50; revision++) link.send({ revision, policy: POLICY });
  const decoder = new LinkDecoder('controller');
  const revisions: number[] = [];
  agent!.on('data', (chunk: Buffer) => {
    for (const message of decoder.push(chunk)) if (message.type === 'policy') revisions.push(message.revision);
  });
  await eventually(() => revisions.includes(50));
  expect(revisions).toEqual([1, 50]);
});
