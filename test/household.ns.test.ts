import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LabProcess } from '../lab/processes.ts';
import { whyNoNamespaces } from '../src/cli/virtual-home.ts';
import type { IncidentView } from '../src/contract/api.ts';
import { GuardedHome } from './guarded-home.ts';
import { eventually } from './start-run.ts';

/** Longest times, ms, on two busy cores. */
const STARTED = 240_000;
const FOUND = 60_000;
const SETTLED = 60_000;

const SCANNER = 'camera';
const obstacle = whyNoNamespaces();
const reason = obstacle ? ` (skipped: ${obstacle})` : '';

describe.skipIf(obstacle)(`an appliance among others that starts to scan${reason}`, () => {
  let home: GuardedHome;
  let scan: LabProcess;

  beforeAll(async () => {
    home = await GuardedHome.start();
  }, STARTED);

  afterAll(async () => {
    await home?.clear();
  });

  /** Acts of every device, by its own account. */
  const acts = async () => new Map((await home.accounts()).map(({ name, tally }) => [name, tally?.acts ?? 0]));
  const failed = async () =>
    (await home.accounts()).filter(({ name, tally }) => name !== SCANNER && (tally?.failed ?? 0) > 0);
  /** Once every device has done something more. */
  const allGoOn = async (...names: readonly string[]) => {
    const before = await acts();
    await eventually('everybody going on', SETTLED, async () => {
      const now = await acts();
      return names.every((name) => now.get(name)! > before.get(name)!) || undefined;
    });
  };

  test('is found and stopped without anybody’s doing, as the internet side sees it', async () => {
    expect(await home.client.incidents(false)).toEqual([]);
    const { id } = await home.device(SCANNER);
    scan = home.attack(`recorder-scan@${SCANNER}`);
    await eventually('the scan arriving', FOUND, async () => ((await home.sunk()) > 5 ? true : undefined));
    const incident = await eventually('being stopped', FOUND, async () =>
      (await home.client.incidents(false)).find(
        ({ verdict }) => verdict?.inForce === 'yes' && verdict.blocks.length > 0,
      ),
    );
    expect(incident).toMatchObject({ device: id, findings: [{ detector: 'horizontal-scan' }] });
    const before = await home.sunk();
    const tried = home.tried(SCANNER);
    await eventually('scanning on, against the block', SETTLED, () => home.tried(SCANNER) > tried + 20 || undefined);
    expect(await home.sunk()).toBe(before);
    const { verdict } = await home.client.incident(incident.id);
    expect(verdict!.stopped.packets).toBeGreaterThan(0);
  });

  test('all others go on meanwhile, and no heartbeat of the smoke alarm is lost', async () => {
    await allGoOn('phone', 'laptop', 'fridge', 'thermostat', 'tv');
    expect(await failed()).toEqual([]);
    await eventually('every heartbeat being acknowledged', SETTLED, async () => {
      const alarm = (await home.accounts()).find(({ name }) => name === 'smoke-alarm')!.tally!;
      return (alarm.sent > 0 && alarm.acknowledged === alarm.sent) || undefined;
    });
    const [only, ...more] = await home.client.incidents(false);
    expect(only).toMatchObject({ state: 'open' });
    expect(more).toEqual([]);
  });

  test('one undo opens it again', async () => {
    const [incident] = (await home.client.incidents(false)) as [IncidentView];
    await home.client.undoIncident(incident.id);
    const before = await home.sunk();
    await eventually('arriving again', SETTLED, async () => ((await home.sunk()) > before + 10 ? true : undefined));
    await home.end(scan);
    expect(await home.client.incidents(false)).toEqual([]);
  });
});
