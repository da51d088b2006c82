import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AuditView, DeviceView } from '../contract/api.ts';
import type { LeaseObservation, Observation } from '../model/observation.ts';
import { eventually, Testbed } from './testbed.ts';

const NOW = Date.now();
const KNOWN = { mac: '9a:11:22:33:44:01', address: '192.0.2.20' };
const FOUND = { mac: '5e:aa:bb:cc:dd:02', address: '192.0.2.21' };
const known = 'd-9a1122334401';
const found = 'd-5eaabbccdd02';

function lease(at: number, who: typeof KNOWN, more: Partial<LeaseObservation> = {}): Observation {
  const said = { hostname: 'garden-camera', parameters: [1, 3, 6, 12, 15, 28, 42], vendorClass: 'udhcp 1.30' };
  return {
    kind: 'lease',
    at,
    mac: who.mac,
    source: 'dhcp4',
    message: 'request',
    addresses: [who.address],
    ...said,
    ...more,
  };
}

const GREETING: Observation[] = [
  {
    ...{ kind: 'source', at: NOW - 20_000, source: 'test', coverage: [], lost: { events: 0, packets: 0 } },
    ...{ home: { prefixes: ['192.0.2.0/24'], macs: [] }, own: { macs: [], addresses: [] } },
  },
  lease(NOW - 20_000, KNOWN),
  { kind: 'tick', at: NOW - 18_000 },
];

describe('what the owner says of devices', () => {
  let bed: Testbed;
  let headers: Record<string, string>;
  const device = async (id: string) => (await bed.ask({ path: `/api/devices/${id}`, headers })).json as DeviceView;
  const setKind = (kind: string, id = known) =>
    bed.ask({ method: 'PUT', path: `/api/devices/${id}/kind`, headers, body: { kind } });
  const answer = (as: string, same: boolean, id = found) =>
    bed.ask({ method: 'POST', path: `/api/devices/${id}/same`, headers, body: { as, same } });

  beforeEach(async () => {
    bed = new Testbed();
    await bed.start(GREETING);
    headers = await bed.setUp();
    await eventually(async () => (await device(known)).kind === 'camera');
  });

  afterEach(() => bed.remove());

  async function restart(): Promise<void> {
    await bed.stop();
    await bed.start();
    headers = await bed.logIn();
  }

  test('what it is believed to be has its confidence and its reasons', async () => {
    const { identity, givenKind } = await device(known);
    expect(givenKind).toBeUndefined();
    expect(identity?.kind).toMatchObject({ value: 'camera', because: [{ from: 'hostname', saw: 'garden-camera' }] });
    expect(identity!.kind!.confidence).toBeGreaterThan(0.8);
  });

  test('a kind is theirs for good, recorded, and can be undone', async () => {
    const stream = await bed.stream(headers);
    expect((await setKind('doorbell')).json).toMatchObject({ kind: 'doorbell', givenKind: 'doorbell' });
    await eventually(() => stream.messages.find((message) => message.kind === 'device' && message.device.givenKind));
    await restart();
    expect(await device(known)).toMatchObject({ kind: 'doorbell', identity: { kind: { value: 'camera' } } });

    const [entry] = (await bed.ask({ path: '/api/audit', headers })).json as AuditView[];
    expect(entry).toMatchObject({ kind: 'kind-set', actor: 'owner', kinds: [{ device: known, after: 'doorbell' }] });
    expect((await bed.ask({ method: 'POST', path: '/api/undo', headers, body: {} })).status).toBe(200);
    expect(await device(known)).toMatchObject({ kind: 'camera' });
    expect((await device(known)).givenKind).toBeUndefined();
  });

  test('a name given later does not take the kind away', async () => {
    await setKind('doorbell');
    await bed.ask({ method: 'PATCH', path: `/api/devices/${known}`, headers, body: { name: 'Front door' } });
    await restart();
    expect(await device(known)).toMatchObject({ kind: 'doorbell', givenName: 'Front door' });
    await setKind('');
    await restart();
    const { kind, givenKind, givenName } = await device(known);
    expect({ kind, givenKind, givenName }).toEqual({ kind: 'camera', givenKind: undefined, givenName: 'Front door' });
  });

  test('what is no kind, or no device, is refused', async () => {
    expect(await setKind('toaster')).toMatchObject({
      status: 400,
      json: { error: { code: 'unknown-kind', field: 'kind' } },
    });
    expect(await setKind('camera', 'd-nobody')).toMatchObject({
      status: 404,
      json: { error: { code: 'unknown-device' } },
    });
    expect(await answer('d-nobody', true, known)).toMatchObject({ status: 404, json: { error: { field: 'as' } } });
    expect(await answer(known, true, known)).toMatchObject({ status: 404 });
  });

  async function meetAgain(): Promise<void> {
    const at = Date.now() + 1000;
    bed.agent!.send(lease(at, FOUND));
    bed.agent!.send({ kind: 'tick', at: at + 2000 });
    await eventually(async () => (await device(found)).looksLike);
  }

  test('a device known under another address is asked about, and is one when they say so', async () => {
    await meetAgain();
    expect((await device(found)).looksLike).toMatchObject({
      device: known,
      because: [{ in: 'hostname' }, { in: 'dhcp' }, {}],
    });
    expect(await answer(known, true)).toMatchObject({ status: 200, json: { id: known, macs: [KNOWN.mac, FOUND.mac] } });
    const log = (await bed.ask({ path: '/api/audit', headers })).json as AuditView[];
    const entry = log.find(({ same }) => same !== undefined)!;
    expect(entry).toMatchObject({ kind: 'same-device', actor: 'owner', same: { device: found, as: known } });
    const undo = { method: 'POST', path: '/api/undo', headers } as const;
    expect(await bed.ask({ ...undo, body: { change: entry.id } })).toMatchObject({
      status: 404,
      json: { error: { code: 'nothing-to-undo', field: 'change' } },
    });
    expect(await bed.ask({ ...undo, body: {} })).not.toMatchObject({ json: { undoes: entry.id } });
    expect((await bed.ask({ path: `/api/devices/${found}`, headers })).status).toBe(404);
    await restart();
    expect((await device(known)).macs).toEqual([KNOWN.mac, FOUND.mac]);
    expect((await bed.ask({ path: `/api/devices/${found}`, headers })).status).toBe(404);
  });

  test('and is another one, not asked about again, when they say so', async () => {
    await meetAgain();
    expect(await answer(known, false)).toMatchObject({ status: 200, json: { id: found } });
    const [entry] = (await bed.ask({ path: '/api/audit', headers })).json as AuditView[];
    expect(entry).toMatchObject({ kind: 'not-same-device', actor: 'owner', same: { device: found, as: known } });
    expect((await device(found)).looksLike).toBeUndefined();
    await restart();
    expect((await device(found)).looksLike).toBeUndefined();
    expect((await device(known)).macs).toEqual([KNOWN.mac]);
  });
});
