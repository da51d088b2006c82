import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluateCapture, VIEWS } from './capture.ts';
import { flowTable } from './report.ts';
import type { Truth } from './truth.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spin-labels-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const HEAD =
  'ts,id.orig_h,id.orig_p,id.resp_h,id.resp_p,proto,duration,conn_state,history,orig_pkts,orig_ip_bytes,resp_pkts,resp_ip_bytes,label';
const SCANNER = '192.168.1.7';

/** Telnet knocks, two a second, at one stranger after the other. */
function knocks(count: number, label: string, ends: (i: number) => [from: string, to: string]): string[] {
  return Array.from({ length: count }, (_, i) => {
    const [from, to] = ends(i);
    return `${1_700_000_000 + i / 2},${from},${20_000 + i},${to},23,tcp,0,S0,S,1,40,0,0,${label}`;
  });
}

/** Two hours and a half of a thermostat that tells its server every ten minutes. */
const THERMOSTAT = Array.from(
  { length: 16 },
  (_, i) =>
    `${1_700_000_000 + i * 600},192.168.1.9,${30_000 + i},198.51.100.9,443,tcp,1.5,SF,ShADadFf,8,900,7,2000,Benign`,
);

function truth(path: string, rows: string[], told: Partial<Truth>): Truth {
  writeFileSync(join(folder, path), `${[HEAD, ...rows].join('\n')}\n`);
  const lan = { prefixes: [], macs: [] };
  return { path, kind: 'attack', offender: SCANNER, lan, class: 'scan', required: true, note: 'a camera', ...told };
}

const outward = (i: number): [string, string] => [SCANNER, `203.0.${i >> 8}.${i & 255}`];

describe('a labelled log of flows', () => {
  test('says how much the offender had begun before it was found', async () => {
    const told = truth('scan.csv', [...knocks(600, 'Malicious', outward), ...THERMOSTAT], {});
    const { views, flows, faults } = await evaluateCapture(folder, told, VIEWS);
    expect(faults).toEqual([]);
    expect(Object.keys(views)).toEqual(['flows']);
    expect(views.flows).toMatchObject({ found: true, wronged: [] });
    expect(flows).toMatchObject({ rows: 616, malicious: 600, byOffender: 600, falseFindings: 0 });
    expect(flows!.before).toBeGreaterThan(5);
    expect(flows!.before).toBeLessThan(200);
    expect(flows!.after).toBeCloseTo(flows!.before! / 2, -1);
    expect(flows!.deviceDays).toBeCloseTo(0.1 + 300 / 86_400, 2);
  });

  test('is judged by its labels, but found without them', async () => {
    const labelled = await evaluateCapture(folder, truth('a.csv', knocks(600, 'Malicious', outward), {}), VIEWS);
    const plain = await evaluateCapture(folder, truth('b.csv', knocks(600, 'Benign', outward), {}), VIEWS);
    expect(labelled.views.flows!.findings).toEqual(plain.views.flows!.findings);
    expect(plain.flows).toMatchObject({ malicious: 0, before: labelled.flows!.before });
  });

  test('accuses nobody because strangers knocked', async () => {
    const inward = (i: number): [string, string] => [`203.0.${i >> 8}.${i & 255}`, SCANNER];
    const told = truth('victim.csv', [...knocks(600, 'Malicious', inward), ...THERMOSTAT], {
      kind: 'victim',
      offender: '-',
    });
    const { views, flows } = await evaluateCapture(folder, told, VIEWS);
    expect(views.flows!.wronged).toEqual([]);
    expect(flows).toMatchObject({ malicious: 600, byOffender: 0, falseFindings: 0 });
    expect(flows!.before).toBeUndefined();
  });

  test('counts what is wrongly found for each device and day', async () => {
    const told = truth('wrong.csv', [...knocks(600, 'Malicious', outward), ...THERMOSTAT], {
      kind: 'benign',
      offender: '-',
    });
    const evaluated = await evaluateCapture(folder, told, VIEWS);
    const { falseFindings, deviceDays } = evaluated.flows!;
    expect(falseFindings).toBeGreaterThan(0);
    const rate = (falseFindings / deviceDays).toFixed(2);
    expect(flowTable([evaluated])).toContain(
      `${falseFindings} false findings in 0.1 device-days: ${rate} per device-day`,
    );
  });
});

test('spin evaluate takes the truth from another place and prints the bars of logs', () => {
  truth('told.csv', knocks(600, 'Malicious', outward), {});
  const elsewhere = join(folder, 'elsewhere.tsv');
  writeFileSync(elsewhere, `path\tkind\toffender\tclass\tnote\ntold.csv\tattack\t${SCANNER}\tscan\ta camera scans\n`);
  const main = join(import.meta.dirname, 'main.ts');
  const { status, stdout } = spawnSync(process.execPath, [main, '--truth', elsewhere, folder], { encoding: 'utf8' });
  expect(stdout).toContain('PASS  every required attack is found: 1');
  expect(stdout).toMatch(/told\.csv +600 +600 +\d+ .* a camera scans\n/);
  expect(stdout).not.toContain('As a router sees it');
  expect(status).toBe(0);
});
