import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { whyNoNamespaces } from '../src/cli/virtual-home.ts';
import type { IncidentView } from '../src/contract/api.ts';
import { eventually, StartRun } from './start-run.ts';
import { FAR, HOME, Street } from './street.ts';

/** Longest times, ms, on two busy cores. */
const READY = 90_000;
const SEEN = 30_000;
const FOUND = 60_000;
const SETTLED = 30_000;

/** Hosts beyond the far end (RFC 5737), each of which refuses a connection. */
const BEYOND = '198.51.100';
/** Tries one host after the other, twenty a second, and says each time that it did. */
const SCANNER = `
  const { connect } = require('node:net');
  let host = 0;
  setInterval(() => {
    host = (host % 250) + 1;
    const socket = connect({ host: '${BEYOND}.' + host, port: 23 });
    socket.on('error', () => {});
    setTimeout(() => socket.destroy(), 2000);
    process.stdout.write('.');
  }, 50);
`;
const obstacle = whyNoNamespaces();
const reason = obstacle ? ` (skipped: ${obstacle})` : '';

describe.skipIf(obstacle)(`a device that scans, behind a router with SPIN${reason}`, () => {
  let street: Street;
  let run: StartRun;
  let scanner: ChildProcess | undefined;
  let tries = 0;

  beforeAll(
    async () => {
      street = new Street();
      await street.serve();
      execFileSync('ip', ['-n', street.far, 'route', 'add', 'local', `${BEYOND}.0/24`, 'dev', 'lo']);
      execFileSync('ip', ['-n', street.router, 'route', 'add', `${BEYOND}.0/24`, 'via', FAR.v4]);
      run = new StartRun(street.inRouter, ['--lan', 'lan', '--wan', 'wan']);
      await run.ready(READY);
      await eventually('seeing the host', SEEN, () => {
        fetchPage();
        return run.devices().find(({ macs }) => macs.includes(HOME.mac));
      });
    },
    READY + SEEN + 20_000,
  );

  afterAll(async () => {
    scanner?.kill('SIGKILL');
    await run?.clear();
    street?.remove();
  });

  const fetchPage = () => street.ask(street.home, `http://${FAR.v4}/`).status ?? 'nothing';
  /** Connections that the far side refused: what of the scan arrived there. */
  const refused = () => {
    const text = execFileSync('ip', ['netns', 'exec', street.far, 'cat', '/proc/net/snmp'], { encoding: 'utf8' });
    const [names, values] = text.split('\n').filter((line) => line.startsWith('Tcp:'));
    return Number(values!.split(' ')[names!.split(' ').indexOf('OutRsts')]);
  };
  const ask = <View>(...args: string[]): View => {
    const { status, output, errors } = run.ask('incidents', '--json', ...args);
    if (status !== 0) throw new Error(errors);
    return JSON.parse(output) as View;
  };
  const scanOn = async (count: number) => {
    const until = tries + count;
    await eventually('scanning on', SETTLED, () => (tries >= until ? true : undefined));
  };

  test('is found and stopped by itself: nothing more of the scan arrives, and all else still works', async () => {
    expect(ask<IncidentView[]>()).toEqual([]);
    scanner = spawn('ip', ['netns', 'exec', street.home, process.execPath, '-e', SCANNER], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    scanner.stdout!.on('data', (dots: Buffer) => {
      tries += dots.length;
    });
    const incident = await eventually('being stopped', FOUND, () =>
      ask<IncidentView[]>().find(({ verdict }) => verdict?.inForce === 'yes' && verdict.blocks.length > 0),
    );
    expect(incident.findings.map(({ detector }) => detector)).toContain('horizontal-scan');
    expect(incident.verdict).toMatchObject({
      step: 'none',
      blocks: [{ service: { protocol: 6, port: 23, initiator: 'device' } }],
    });
    // What was on its way then has arrived or never will.
    await scanOn(10);
    const before = refused();
    await scanOn(100);
    expect(refused()).toBe(before);
    expect(fetchPage()).toBe(200);
    const { verdict } = ask<IncidentView>(incident.id);
    expect(verdict!.stopped.packets).toBeGreaterThan(0);
  });

  test('is let go by one undo, and is not stopped again for the same', async () => {
    const [incident] = ask<IncidentView[]>();
    expect(ask<IncidentView>(incident!.id, '--undo')).toMatchObject({ state: 'dismissed' });
    const before = refused();
    await eventually('arriving again', SETTLED, () => (refused() > before + 20 ? true : undefined));
    expect(ask<IncidentView[]>()).toEqual([]);
  });
});
