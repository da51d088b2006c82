/** `spin start` as it is, on a virtual home of its own, with devices that can be told to attack. */
import { execFileSync } from 'node:child_process';
import type { LabInfo } from '../lab/instance.ts';
import { load } from '../lab/instance.ts';
import { living, visit } from '../lab/lab.ts';
import type { LabProcess } from '../lab/processes.ts';
import { type DeviceStatus, statusOf } from '../lab/status.ts';
import { Client } from '../src/cli/client.ts';
import type { DeviceView } from '../src/contract/api.ts';
import { eventually, StartRun } from './start-run.ts';

/** Longest time until SPIN answers, and until it has seen every device of the home, ms. */
const READY = 90_000;
const SEEN = 60_000;

export class GuardedHome {
  readonly run = new StartRun();
  lab!: LabInfo;
  client!: Client;
  readonly #attackers = new Set<LabProcess>();

  /** Resolves when all that live there are known; what was begun is removed when that fails. */
  static async start(): Promise<GuardedHome> {
    const home = new GuardedHome();
    try {
      await home.run.ready(READY);
      await home.#settle();
      return home;
    } catch (error) {
      await home.clear();
      throw error;
    }
  }

  async #settle(): Promise<void> {
    this.client = new Client(this.run.record());
    this.lab = await eventually('the virtual home coming up', READY, () => this.#findLab());
    await eventually('seeing every device', SEEN, async () => {
      const known = new Set((await this.client.devices()).flatMap(({ macs }) => macs));
      return this.lab.devices.every(({ mac }) => known.has(mac)) || undefined;
    });
  }

  #findLab(): LabInfo | undefined {
    const children = new Set(this.run.record().children.map(({ pid }) => pid));
    return living().find(({ keeper }) => children.has(keeper.pid))?.info;
  }

  /** A device of the home by its name in the lab's plan, as SPIN knows it. */
  async device(name: string): Promise<DeviceView> {
    const { mac } = this.place(name);
    const found = (await this.client.devices()).find(({ macs }) => macs.includes(mac));
    if (!found) throw new Error(`SPIN does not know the ${name}`);
    return found;
  }

  place(name: string): LabInfo['devices'][number] {
    const found = this.lab.devices.find((one) => one.name === name);
    if (!found) throw new Error(`there is no ${name} in the virtual home`);
    return found;
  }

  /** Lets a scenario begin beside what goes on; an attack from a device of choice is `NAME@DEVICE`. */
  attack(scenario: string, seed = 1): LabProcess {
    const attacker = visit(this.lab, { scenario, seed, speed: 1 });
    this.#attackers.add(attacker);
    return attacker;
  }

  async end(attacker: LabProcess): Promise<void> {
    const { child } = attacker;
    const over = new Promise((done) => child.once('exit', done));
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await over;
    this.#attackers.delete(attacker);
  }

  /** What each device did so far, by its own account, which is a second old at most. */
  async accounts(): Promise<DeviceStatus[]> {
    return (await statusOf(load(this.lab.id)!)).devices;
  }

  /** TCP connections that a device tried to open so far, as its own kernel counts them (RFC 4022, tcpActiveOpens). */
  tried(name: string): number {
    const { namespace } = this.place(name);
    const text = execFileSync('ip', ['netns', 'exec', namespace, 'cat', '/proc/net/snmp'], { encoding: 'utf8' });
    const [names, values] = text.split('\n').filter((line) => line.startsWith('Tcp:'));
    return Number(values!.split(' ')[names!.split(' ').indexOf('ActiveOpens')]);
  }

  /** Packets that arrived where nobody of the virtual internet lives. */
  async sunk(): Promise<number> {
    return (await statusOf(load(this.lab.id)!)).sunk.packets;
  }

  async clear(): Promise<void> {
    for (const attacker of this.#attackers) await this.end(attacker);
    await this.run.clear();
  }
}
