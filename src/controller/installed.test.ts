import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DeviceView, ExposureView, StatusView } from '../contract/api.ts';
import { problemText } from '../model/file-problem.ts';
import type { LeaseObservation, Observation } from '../model/observation.ts';
import { readInstalled } from './installed.ts';
import { eventually, Testbed } from './testbed.ts';

const NOW = Date.now() + 60_000;
const MAC = '02:00:00:00:00:07';
const camera = 'd-020000000007';
const URL = 'https://maker.example/camera.json';

function lease(at: number, more: Partial<LeaseObservation> = {}): Observation {
  const said = { hostname: 'porch-camera', mudUrl: URL };
  return {
    kind: 'lease',
    at,
    mac: MAC,
    source: 'dhcp4',
    message: 'request',
    addresses: ['192.0.2.7'],
    ...said,
    ...more,
  };
}

const GREETING: Observation[] = [
  {
    ...{ kind: 'source', at: NOW, source: 'test', coverage: [], lost: { events: 0, packets: 0 } },
    ...{ home: { prefixes: ['192.0.2.0/24'], macs: [] }, own: { macs: [], addresses: [] } },
  },
  lease(NOW),
  { kind: 'tick', at: NOW + 2_000 },
];

const mud = (url: string, more: object = {}) => ({
  'ietf-mud:mud': {
    ...{ 'mud-version': 1, 'mud-url': url, 'is-supported': true, systeminfo: 'Porch camera', ...more },
    'from-device-policy': { 'access-lists': { 'access-list': [{ name: 'from' }] } },
  },
  'ietf-access-control-list:acls': {
    acl: [
      {
        ...{ name: 'from', type: 'ipv4-acl-type' },
        aces: {
          ace: [
            {
              name: 'cloud',
              matches: {
                ipv4: { 'ietf-acldns:dst-dnsname': 'cloud.maker.example', protocol: 6 },
                tcp: { 'destination-port': { operator: 'eq', port: 443 } },
              },
              actions: { forwarding: 'accept' },
            },
          ],
        },
      },
    ],
  },
});

describe('what the owner installed about devices', () => {
  let bed: Testbed;
  let headers: Record<string, string>;
  beforeEach(() => {
    bed = new Testbed();
  });
  afterEach(() => bed.remove());

  function install(folder: string, name: string, content: unknown): void {
    mkdirSync(join(bed.config.stateDir, folder), { recursive: true });
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    writeFileSync(join(bed.config.stateDir, folder, name), text);
  }
  async function start(): Promise<void> {
    await bed.start(GREETING);
    headers = await bed.setUp();
    await eventually(async () => (await bed.ask({ path: `/api/devices/${camera}`, headers })).status === 200);
  }
  const ask = async (path: string) => (await bed.ask({ path, headers })).json;
  const exposure = async () => (await ask(`/api/devices/${camera}/exposure`)) as ExposureView;

  test('a file that bears a device’s id is for that device, whatever it announces', async () => {
    install('mud', `${camera}.json`, mud('https://other.example/x.json', { 'is-supported': false }));
    await start();
    expect(await eventually(async () => (await exposure()).points.find(({ sort }) => sort === 'unsupported'))).toEqual(
      expect.objectContaining({ weight: 'heavy', evidence: { source: 'https://other.example/x.json' } }),
    );
  });

  test('an infected device does not choose itself another profile', async () => {
    install('mud', 'camera.json', mud(URL, { 'is-supported': false }));
    install('mud', 'wide.json', mud('https://wide.example/all.json'));
    await start();
    bed.agent!.send(lease(NOW + 5_000, { mudUrl: 'https://wide.example/all.json', hostname: 'other' }));
    bed.agent!.send({ kind: 'tick', at: NOW + 10_000 });
    await eventually(async () => ((await ask(`/api/devices/${camera}`)) as DeviceView).names.includes('other'));
    expect((await exposure()).points).toContainEqual(expect.objectContaining({ evidence: { source: URL } }));
  });

  test('a model on an installed list is said to be vulnerable, by whom', async () => {
    install('lists', 'models.tsv', '-\tDCS-932L\tvulnerable\tCVE-2019-10999\n-\tDCS-5000L\tvulnerable\tCVE-1\n');
    await start();
    bed.agent!.send({
      ...{ kind: 'service', at: NOW + 5_000, device: { mac: MAC, address: '192.0.2.7' }, protocol: 'mdns' },
      ...{ service: '_http._tcp', attributes: { model: 'DCS-932L' } },
    });
    bed.agent!.send({ kind: 'tick', at: NOW + 10_000 });
    const point = await eventually(async () =>
      (await exposure()).points.find(({ sort }) => sort === 'vulnerable-model'),
    );
    expect(point).toMatchObject({ weight: 'heavy', subject: 'DCS-932L', evidence: { source: 'CVE-2019-10999' } });
    expect((await exposure()).grade).toBe('weak');
  });

  test('of a device that is not known nothing is said', async () => {
    await start();
    expect(await bed.ask({ path: '/api/devices/d-nobody/exposure', headers })).toMatchObject({ status: 404 });
    expect((await exposure()).unseen).toEqual(['passwords', 'software', 'services-not-tried', 'young']);
  });

  test('a file that cannot be read is named, the others hold', () => {
    install('mud', 'bad.json', '{\n!');
    install('mud', 'none.json', '{}');
    install('mud', 'twice.json', mud(URL));
    install('mud', 'twice2.json', mud(URL));
    install('mud', 'large.json', ' '.repeat(1 << 20) + JSON.stringify(mud('https://l.example/')));
    install('lists', 'models.tsv', 'nothing\n-\tDCS-932L\tvulnerable\tCVE-1\n-\tdcs-932l\tunsupported\tmaker\n');
    install('lists', 'bad.txt', '# bad\n192.0.2.9\nhttp://x\n?\n');
    const { lists, profiles, models, problems } = readInstalled(bed.config.stateDir);
    expect(lists.map(({ name }) => name)).toEqual(['bad']);
    expect([...profiles.keys()]).toEqual([URL, 'twice', 'twice2']);
    expect(models.get('dcs-932l')).toHaveLength(2);
    expect(problems.map((problem) => [problem.leftOut ? 'file' : 'lines', problemText(problem)])).toEqual([
      ['lines', 'lists/bad.txt, line 3: no address, prefix or name, as 1 more lines'],
      ['lines', 'mud/large.json: only the first 1048576 bytes are read'],
      ['file', 'mud/bad.json, line 2: no JSON'],
      ['file', 'mud/large.json, line 1: no JSON'],
      ['file', 'mud/none.json: no mud-url'],
      ['lines', 'mud/twice2.json: another file has its mud-url already, which holds'],
      ['lines', 'lists/models.tsv, line 1: no model with its problem'],
    ]);
  });

  test('what is installed, changed or removed while SPIN runs counts at once; what cannot be read is told', async () => {
    await start();
    const notes = async () =>
      ((await ask('/api/status')) as StatusView).coverage.filter(({ source }) => source === 'controller');
    install('mud', 'camera.json', mud(URL, { 'is-supported': false }));
    await eventually(async () => (await exposure()).points.find(({ sort }) => sort === 'unsupported'));
    install('mud', 'camera.json', '{');
    expect(await eventually(async () => (await notes())[0])).toEqual({
      ...{ code: 'file-left-out', source: 'controller', severity: 'loss' },
      detail: 'mud/camera.json, line 1: no JSON',
    });
    expect((await exposure()).points).toEqual([]);
    install('lists', 'bad.txt', 'no place\n198.18.0.9\n');
    rmSync(join(bed.config.stateDir, 'mud/camera.json'));
    await eventually(async () => (await notes()).every(({ code }) => code === 'lines-left-out') || undefined);
  });
});
