import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTruth } from './truth.ts';

const HEAD = 'path\tkind\toffender\tlan\tclass\trequired\tnote';

describe('a truth file', () => {
  it('names captures, offenders and what is home', () => {
    const { rows, faults } = parseTruth(
      [
        HEAD,
        'a.pcap\tattack\tB8:27:EB:00:00:01\t--lan 192.0.2.0/24 b8:27:eb:00:00:01\tscan\tyes\twhy',
        'b\tbenign\t-',
      ].join('\n'),
    );
    expect(faults).toEqual([]);
    expect(rows).toEqual([
      {
        ...{
          path: 'a.pcap',
          kind: 'attack',
          offender: 'b8:27:eb:00:00:01',
          class: 'scan',
          required: true,
          note: 'why',
        },
        lan: { prefixes: ['192.0.2.0/24'], macs: ['b8:27:eb:00:00:01'] },
      },
      {
        ...{ path: 'b', kind: 'benign', offender: '-', class: '', required: true, note: '' },
        lan: { prefixes: [], macs: [] },
      },
    ]);
  });

  it('may have its columns in any order, and others', () => {
    const { rows, faults } = parseTruth('weather\toffender\tkind\tpath\nfine\t?\tattack\ta.pcap');
    expect(rows).toMatchObject([{ path: 'a.pcap', kind: 'attack', offender: '?' }]);
    expect(faults).toEqual(['line 1: unknown column "weather" is passed over']);
  });

  it.each([
    ['a kind that is none', 'a.pcap\tevil\t-', /kind "evil"/],
    ['an offender that is no address', 'a.pcap\tattack\tthe fridge', /offender "the fridge"/],
    ['an attack by nobody', 'a.pcap\tattack\t-', /without an offender/],
    ['a home that is no network', 'a.pcap\tbenign\t-\t--lan here', /lan "here"/],
    ['no path', '\tbenign\t-', /no path/],
  ])('%s is told, and the others go on', (_what, row, fault) => {
    const { rows, faults } = parseTruth([HEAD, row, 'b.pcap\tbenign\t-'].join('\n'));
    expect(rows).toHaveLength(1);
    expect(faults[0]).toMatch(fault);
  });
});

describe('spin evaluate', () => {
  const root = join(import.meta.dirname, '../../..');
  const main = join(import.meta.dirname, 'main.ts');
  const run = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'spin-evaluate-'));
    mkdirSync(join(folder, 'some'));
    copyFileSync(join(root, 'lab/recorded/ordinary-evening.pcap.gz'), join(folder, 'some/evening.pcap.gz'));
    writeFileSync(join(folder, 'some/broken.pcap'), 'no capture at all');
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const truth = (...rows: string[]) => writeFileSync(join(folder, 'truth.tsv'), [HEAD, ...rows].join('\n'));

  it('holds the bars on an ordinary evening, and tells what it could not read', () => {
    truth('some\tbenign\t-\t\tbenign\tyes\t', 'gone.pcap\tbenign\t-');
    const { status, stdout, stderr } = run(folder);
    expect(stderr).toMatch(/gone\.pcap: no such file/);
    expect(stderr).toMatch(/broken\.pcap/);
    expect(stdout).toMatch(/PASS {2}no innocent device is blocked/);
    expect(status).toBe(0);
  });

  it('misses a bar where a required attack is not found, says so in JSON too, and knows no stranger', () => {
    truth('some/evening.pcap.gz\tattack\t02:00:00:99:99:99\t\tscan\tyes\t');
    const { status, stdout, stderr } = run('--json', '--as', 'everything', folder);
    expect(status).toBe(1);
    expect(stderr).toMatch(/02:00:00:99:99:99 is no device of this capture/);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { bars?: unknown });
    expect(lines).toHaveLength(2);
    expect(JSON.stringify(lines[1]!.bars)).toMatch(/"every required attack is found","held":false/);
  });

  it('refuses what it does not know', () => {
    expect(run().status).toBe(64);
    expect(run('--as', 'a bird', folder).status).toBe(64);
    expect(run('/nowhere').stderr).toMatch(/no truth\.tsv/);
    expect(execFileSync(process.execPath, [main, '--help'], { encoding: 'utf8' })).toMatch(/truth\.tsv/);
  });
});
