import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { whyNoNamespaces } from '../src/cli/virtual-home.ts';
import type { AuditView, DeviceView, GroupChangeView, RuleView } from '../src/contract/api.ts';
import { eventually, type Ready, StartRun, spin } from './start-run.ts';
import { FAR, HOME, ROUTER, Street } from './street.ts';

/** Longest times, ms, on two busy cores. */
const READY = 90_000;
const SEEN = 30_000;
const SETTLED = 30_000;
/** By then a new address is covered, ms. */
const COVERED = 1_000;

const PASSWORD = 'green bicycle lamp';
const obstacle = whyNoNamespaces();
const reason = obstacle ? ` (skipped: ${obstacle})` : '';

describe.skipIf(obstacle)(`the household's rules on a router${reason}`, () => {
  let street: Street;
  let run: StartRun;
  let ready: Ready;
  let device: DeviceView;

  beforeAll(
    async () => {
      street = new Street();
      await street.serve();
      run = new StartRun(street.inRouter, ['--lan', 'lan', '--wan', 'wan']);
      ready = await run.ready(READY);
      device = await eventually('seeing the host', SEEN, () => {
        fetchAll();
        return run.devices().find(({ macs, addresses }) => macs.includes(HOME.mac) && addresses.length >= 2);
      });
    },
    READY + SEEN + 20_000,
  );

  afterAll(async () => {
    await run?.clear();
    street?.remove();
  });

  /** What the far side answers the home, over either family. */
  const fetchAll = () =>
    [FAR.v4, `[${FAR.v6}]`].map((far) => street.ask(street.home, `http://${far}/`).status ?? 'nothing');
  /** TCP segments, of either family, that arrived on the far side of the router. */
  const arrived = () => {
    const text = execFileSync('ip', ['netns', 'exec', street.far, 'cat', '/proc/net/snmp'], { encoding: 'utf8' });
    const [names, values] = text.split('\n').filter((line) => line.startsWith('Tcp:'));
    return Number(values!.split(' ')[names!.split(' ').indexOf('InSegs')]);
  };
  const ask = <View>(command: string, ...args: string[]): View => {
    const { status, output, errors } = run.ask(command, '--json', ...args);
    if (status !== 0) throw new Error(errors);
    return JSON.parse(output) as View;
  };
  const rules = () => ask<RuleView[]>('rules');
  const whenInForce = () =>
    eventually('being in force', SETTLED, () => rules().every(({ inForce }) => inForce === 'yes') || undefined);

  test('a blocked device reaches nobody over either family, and nothing of it arrives', () => {
    expect(fetchAll()).toEqual([200, 200]);
    const { rule } = ask<{ rule: RuleView }>('block', '--device', device.id, '--always');
    expect(rule).toMatchObject({ inForce: 'yes', by: 'command-line' });
    const before = arrived();
    expect(fetchAll()).toEqual(['nothing', 'nothing']);
    expect(arrived()).toBe(before);
  });

  test('how much that stopped is told', async () => {
    await eventually('counting', SETTLED, () => (rules()[0]!.stopped.packets > 0 ? true : undefined));
  });

  test('a killed controller leaves it in force, and its successor knows it', async () => {
    process.kill(run.child('src/controller/main.ts')!.pid, 'SIGKILL');
    const before = arrived();
    expect(fetchAll()).toEqual(['nothing', 'nothing']);
    await eventually('being back', SETTLED, () => (run.ask('rules').status === 0 ? true : undefined));
    await whenInForce();
    expect(fetchAll()).toEqual(['nothing', 'nothing']);
    expect(arrived()).toBe(before);
    expect(rules()).toMatchObject([{ action: 'block', target: { device: device.id } }]);
  });

  test('undo opens it', async () => {
    const view = ask<AuditView>('undo');
    expect(view).toMatchObject({ kind: 'undone', actor: 'command-line' });
    await eventually('being open', SETTLED, () => (fetchAll().every((status) => status === 200) ? true : undefined));
    expect(rules()).toEqual([]);
  });

  test('a pause of a group ends by itself', async () => {
    const { group } = ask<GroupChangeView>('groups', 'make', 'Children', device.id);
    const { rule } = ask<{ rule: RuleView }>('pause', '--group', 'children', '--for', '20s');
    expect(rule).toMatchObject({ target: { group: group!.id }, inForce: 'yes' });
    expect(fetchAll()).toEqual(['nothing', 'nothing']);
    await eventually('ending', SETTLED, () => (fetchAll().every((status) => status === 200) ? true : undefined));
    expect(rules()).toEqual([]);
  });

  test('one far end is blocked by its address, the other stays', () => {
    ask('block', '--node', FAR.v4, '--for', '1h');
    expect(fetchAll()).toEqual(['nothing', 200]);
    ask('undo');
  });

  describe('a blocked name', () => {
    const NAME = 'tracker.example';
    const SECOND = { v4: '203.0.113.9', v6: '2001:db8:2::9' };
    const status = (address: string) =>
      street.ask(street.home, `http://${address.includes(':') ? `[${address}]` : address}/`).status ?? 'nothing';
    let answer: (addresses: readonly string[]) => Promise<void>;

    beforeAll(async () => {
      street.addAddress(street.far, `${SECOND.v4}/24`);
      street.addAddress(street.far, `${SECOND.v6}/64`);
      answer = street.resolve();
      await answer([FAR.v4, FAR.v6]);
    });
    afterAll(() => {
      ask('undo');
    });

    test('is cut at all its addresses', async () => {
      expect(street.lookUp(NAME)).toEqual([FAR.v4, FAR.v6]);
      ask('block', '--node', NAME, '--for', '1h');
      await whenInForce();
      expect([FAR.v4, FAR.v6, SECOND.v4, SECOND.v6].map(status)).toEqual(['nothing', 'nothing', 200, 200]);
    });

    test('is cut at an address that it gets later, before a second has passed', async () => {
      await answer([SECOND.v4, SECOND.v6]);
      expect(street.lookUp(NAME)).toEqual([SECOND.v4, SECOND.v6]);
      await new Promise((next) => setTimeout(next, COVERED));
      const before = arrived();
      expect([SECOND.v4, SECOND.v6].map(status)).toEqual(['nothing', 'nothing']);
      expect(arrived()).toBe(before);
    });
  });

  test('a blocked device is cut at an address that it gets later, at once', () => {
    ask('block', '--device', device.id, '--always');
    const later = '2001:db8:1::77';
    street.addAddress(street.home, `${later}/64`);
    const before = arrived();
    expect(street.ask(street.home, `http://[${FAR.v6}]/`, '', '', later)).toEqual({ error: 'no answer' });
    expect(arrived()).toBe(before);
    ask('undo');
  });

  test('an allow beats the block', () => {
    ask('block', '--device', device.id, '--always');
    ask('allow', '--node', FAR.v6, '--always');
    expect(fetchAll()).toEqual(['nothing', 200]);
    ask('undo');
    ask('undo');
  });

  test('who uses SPIN is not cut off from it', () => {
    const page = `http://${ROUTER.v4}:${new URL(ready.url).port}`;
    ask('local', '--device', device.id, '--always');
    expect(fetchAll()).toEqual(['nothing', 'nothing']);
    expect(street.ask(street.home, page)).toMatchObject({ status: 200 });
    const state = run.record().stateDir;
    expect(spin(street.inRouter, ['passwd', '--state', state], `${PASSWORD}\n`)).toMatchObject({ status: 0 });
    const login = street.ask(street.home, `${page}/api/login`, '', JSON.stringify({ password: PASSWORD }));
    expect(login).toMatchObject({ status: 200 });
    const refused = run.ask('isolate', '--device', device.id, '--always');
    expect(refused).toMatchObject({ status: 1, errors: expect.stringContaining('target.device') });
    ask('undo');
  });
});
