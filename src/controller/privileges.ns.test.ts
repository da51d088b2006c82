import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AGENT_SOCKET } from '../contract/config.ts';
import { FakeAgent } from './fake-agent.ts';
import { eventually, PASSWORD, Testbed } from './testbed.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const USER = 'nobody';

const canIsolate = (() => {
  try {
    execFileSync('unshare', ['--mount', 'true'], { stdio: 'ignore' });
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
})();
const reason = canIsolate ? '' : ' (skipped: needs root and mount namespaces)';

describe.skipIf(!canIsolate)(`started by root from a folder that only root may read${reason}`, () => {
  let bed: Testbed;
  let clone: string;
  let child: ChildProcess;
  let errors = '';

  beforeEach(async () => {
    bed = new Testbed({ user: USER });
    chmodSync(bed.folder, 0o755);
    const uid = Number(execFileSync('id', ['-u', USER], { encoding: 'utf8' }));
    chownSync(bed.config.runDir, uid, uid);
    bed.agent = await FakeAgent.listen(join(bed.config.runDir, AGENT_SOCKET));
    chmodSync(join(bed.config.runDir, AGENT_SOCKET), 0o777);
    clone = mkdtempSync(join(tmpdir(), 'spin-clone-'));
    chmodSync(clone, 0o700);
    cpSync(join(ROOT, 'src'), join(clone, 'src'), { recursive: true });
    cpSync(join(ROOT, 'package.json'), join(clone, 'package.json'));
    mkdirSync(join(clone, 'node_modules'));
    mkdirSync(join(clone, 'build/web'), { recursive: true });
    writeFileSync(join(clone, 'build/web/index.html'), '<title>the page</title>');
    const config = join(bed.folder, 'config.json');
    writeFileSync(config, JSON.stringify(bed.config));
    // A mount of its own puts the packages below the closed folder, without a copy.
    const script = 'mount --bind "$1" "$2" && cd "$3" && exec "$4" src/controller/main.ts "$5"';
    const values = [join(ROOT, 'node_modules'), join(clone, 'node_modules'), clone, process.execPath, config];
    child = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', ...values]);
    let output = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    const line = await eventually(() => {
      if (child.exitCode !== null) throw new Error(errors);
      return output.includes('\n') && output;
    });
    const ready = JSON.parse(line) as { url: string; code: string };
    bed.url = ready.url;
    bed.code = ready.code;
  });

  afterEach(async () => {
    if (child.exitCode === null) {
      const ended = new Promise((done) => child.once('close', done));
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(clone, { recursive: true, force: true });
    await bed.remove();
  });

  test('it runs as the user without any right, and everything works', async () => {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    const uid = statSync(bed.config.stateDir).uid;
    expect(uid).not.toBe(0);
    expect(status).toMatch(new RegExp(`^Uid:\\s+${uid}\\s+${uid}\\s+${uid}\\s+${uid}$`, 'm'));
    expect(status).not.toMatch(/^Groups:.*\b0\b/m);
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb'])
      expect(status).toMatch(new RegExp(`^${set}:\\s+0+$`, 'm'));

    expect((await bed.ask({ path: '/' })).json).toContain('the page');
    const headers = await bed.setUp();
    const at = Date.now();
    bed.agent!.send({
      kind: 'lease',
      at,
      mac: '02:00:00:00:00:07',
      source: 'lease-file',
      addresses: ['192.0.2.7'],
      hostname: 'plug',
    });
    const id = await eventually(
      async () => ((await bed.ask({ path: '/api/devices', headers })).json as { id: string }[])[0]?.id,
    );
    const stream = await bed.stream(headers);
    await eventually(() => stream.messages[0]);
    for (const path of ['home', 'status', 'events', 'openapi.json', 'history?span=1y', `devices/${id}/nodes`]) {
      expect([path, (await bed.ask({ path: `/api/${path}`, headers })).status]).toEqual([path, 200]);
    }
    const renamed = await bed.ask({ method: 'PATCH', path: `/api/devices/${id}`, headers, body: { name: 'Plug' } });
    expect(renamed).toMatchObject({ status: 200, json: { givenName: 'Plug' } });
    for (const body of ['{', { password: 1 }, { password: 'not this one' }]) {
      const answer = await bed.ask({ method: 'POST', path: '/api/login', body });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
    }
    expect((await bed.ask({ method: 'POST', path: '/api/erase', headers, body: { password: PASSWORD } })).status).toBe(
      200,
    );
    expect(errors).not.toMatch(/EACCES|EPERM|MODULE_NOT_FOUND|fault/);
  });
});
