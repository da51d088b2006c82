/** The devices of a lab, all in one process: `main.ts DIRECTORY SCENARIO SEED SPEED join|visit`. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import type { LabState } from '../instance.ts';
import { leaveHostNetwork } from '../netns.ts';
import { DEVICES } from '../plan.ts';
import { scenarioNamed } from '../scenario/all.ts';
import { LOGIN_PORT } from '../scenario/attack.ts';
import { withoutEvening } from '../scenario/attacks.ts';
import { play } from '../scenario/player.ts';
import { fail, perform } from './acts.ts';
import { Device } from './device.ts';
import { keepLease } from './dhcp-client.ts';

/** How often the tallies are written, ms. */
const REPORT_INTERVAL = 1000;

const [directory = '', scenarioName = 'none', seed = '1', speed = '1', role = 'join'] = process.argv.slice(2);
const { info } = JSON.parse(readFileSync(join(directory, 'state.json'), 'utf8')) as LabState;
const authority = readFileSync(join(directory, 'certificate.pem'), 'utf8');
const stop = new AbortController();
const devices = new Map<string, Device>();

leaveHostNetwork();
process.on('SIGTERM', end);
process.on('SIGINT', end);
process.on('disconnect', () => {});

for (const place of info.devices) {
  const plan = DEVICES.find((entry) => entry.name === place.name);
  if (plan) devices.set(place.name, new Device(plan, place, authority, stop.signal));
}
if (role === 'join') await joinAll();
process.send?.('joined');
flushCompileCache();
begin();

/** Has every device get its lease, and keep it. */
async function joinAll(): Promise<void> {
  await Promise.all(
    [...devices.values()].map((device) => {
      return new Promise<void>((resolve, reject) => {
        keepLease(device, (lease) => {
          device.tally.address = lease.address;
          if (lease.resolver !== undefined) device.resolver = lease.resolver;
          resolve();
        }).catch(reject);
      });
    }),
  );
  serveCast();
  serveLogin();
  writeTallies();
  setInterval(writeTallies, REPORT_INTERVAL);
}

/** The television answers those who want to show something on it. */
function serveCast(): void {
  devices.get('tv')?.listen(8009, (socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => socket.write(data.subarray(0, 64)));
  });
}

/** The laptop lets people log in, and nobody knows how. */
function serveLogin(): void {
  devices.get('laptop')?.listen(LOGIN_PORT, (socket) => {
    socket.on('error', () => {});
    socket.on('data', () => socket.end('Login incorrect\r\n'));
    socket.write('study-laptop login: ');
  });
}

function begin(): void {
  const named = scenarioNamed(scenarioName);
  if (!named) return;
  const scenario = role === 'join' ? named : withoutEvening(named);
  const options = { seed: Number(seed), speed: Number(speed), signal: stop.signal };
  play(
    scenario,
    async (line, random) => {
      const device = devices.get(line.device);
      if (!device) return;
      const addressOf = (name: string) => addresses().get(name);
      try {
        await perform(line.act, { device, random, speed: options.speed, addressOf });
        device.tally.acts++;
      } catch (error) {
        fail(device, error);
      }
    },
    options,
  );
}

function addresses(): Map<string, string> {
  const tallies = role === 'join' ? undefined : readTallies();
  const found = new Map<string, string>();
  for (const [name, device] of devices) {
    const address = device.tally.address ?? tallies?.[name]?.address;
    if (address !== undefined) found.set(name, address);
  }
  return found;
}

function readTallies(): Record<string, Device['tally']> | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, 'home.json'), 'utf8')) as Record<string, Device['tally']>;
  } catch {
    return undefined;
  }
}

function writeTallies(): void {
  const file = join(directory, 'home.json');
  writeFileSync(
    `${file}.new`,
    JSON.stringify(Object.fromEntries([...devices].map(([name, { tally }]) => [name, tally]))),
  );
  renameSync(`${file}.new`, file);
}

function end(): void {
  stop.abort();
  if (role === 'join') writeTallies();
  process.exit(0);
}
