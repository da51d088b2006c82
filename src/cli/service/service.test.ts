import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findProgram } from '../debian.ts';
import { ROOT } from '../places.ts';
import { type Host, removeService, service } from './service.ts';
import { optionsText, UNITS, unitTexts } from './units.ts';

/** Directives of a unit by name; a list where one stands more than once or has several words. */
function directives(text: string): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const line of text.split('\n')) {
    const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (name !== undefined) found[name] = [...(found[name] ?? []), ...value!.split(' ')];
  }
  return found;
}

const unit = (name: (typeof UNITS)[number]) =>
  directives(unitTexts('/var/lib/spin').find((one) => one.name === name)!.text);

describe('what is blocked at boot', () => {
  const blocks = unit('spin-blocks.service');

  test('is in force before any interface is set up, and after what would flush it away', () => {
    expect(blocks).toMatchObject({ Type: ['oneshot'], RemainAfterExit: ['yes'], DefaultDependencies: ['no'] });
    expect(blocks.Before).toContain('network-pre.target');
    expect(blocks.Wants).toContain('network-pre.target');
    expect(blocks.After).toContain('nftables.service');
    expect(blocks.ExecStart).toEqual([join(ROOT, 'bin/spin'), 'service', 'restore', '$SPIN_OPTIONS']);
  });

  test('never keeps the network from coming up', () => {
    expect(blocks).not.toHaveProperty('RequiredBy');
    expect(blocks.WantedBy).toEqual(['multi-user.target']);
    expect(Number(blocks.TimeoutStartSec)).toBeLessThanOrEqual(30);
  });

  test('stands alone with the rights that the firewall takes', () => {
    expect(blocks.CapabilityBoundingSet).toEqual(['CAP_NET_ADMIN', 'CAP_DAC_OVERRIDE']);
    expect(blocks.NoNewPrivileges).toEqual(['yes']);
  });
});

describe('SPIN as a service', () => {
  const spin = unit('spin.service');

  test('starts after what is blocked, again after a crash, and not when it was told to stop', () => {
    expect(spin.After).toContain('spin-blocks.service');
    expect(spin).toMatchObject({ Restart: ['on-failure'], StartLimitIntervalSec: ['0'], KillMode: ['mixed'] });
    expect(spin.RestartPreventExitStatus).toEqual(['3']);
    expect(spin.ExecStart).toEqual([join(ROOT, 'bin/spin'), 'start', '$SPIN_OPTIONS']);
  });

  test('may do what it does: set kernel counters, compile, load br_netfilter, become the controller’s user', () => {
    for (const broken of ['ProtectKernelTunables', 'MemoryDenyWriteExecute', 'ProtectKernelModules', 'User', 'UMask'])
      expect(spin).not.toHaveProperty(broken);
    for (const right of ['NET_ADMIN', 'NET_RAW', 'SYS_MODULE', 'SETUID', 'SETGID', 'CHOWN', 'DAC_OVERRIDE', 'KILL'])
      expect(spin.CapabilityBoundingSet).toContain(`CAP_${right}`);
    for (const family of ['AF_UNIX', 'AF_INET', 'AF_INET6', 'AF_NETLINK', 'AF_PACKET'])
      expect(spin.RestrictAddressFamilies).toContain(family);
  });
});

const analyze = findProgram('systemd-analyze');
test.skipIf(analyze === undefined)('systemd finds nothing wrong (skipped where systemd-analyze is missing)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spin-units-'));
  try {
    const files = unitTexts('/var/lib/spin').map(({ name, text }) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    });
    const { status, stderr } = spawnSync(analyze!, ['verify', ...files], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe('options and paths', () => {
  test('stand in a file of their own', () => {
    expect(optionsText(['--lan', 'br-lan', '--wan', 'eth0'])).toContain('\nSPIN_OPTIONS="--lan br-lan --wan eth0"\n');
  });

  test.each(['a b', 'a"b', "a'b", 'a$b', 'a\\b', 'a%b', 'a\nExecStart=/bin/sh', '', '`id`'])('%j is refused', (odd) => {
    expect(() => optionsText(['--home', odd])).toThrow('a service takes');
    expect(() => unitTexts(odd)).toThrow('a service needs');
    expect(() => unitTexts('/var/lib/spin', odd)).toThrow('a service needs');
  });
});

describe('spin service', () => {
  let folder: string;
  let told: string[];
  let host: Host;
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const has = (name: string) => existsSync(join(folder, 'units', name));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spin-service-'));
    told = [];
    host = {
      units: join(folder, 'units'),
      options: join(folder, 'default/spin'),
      systemctl: (...args) => told.push(args.join(' ')) > 0,
      prepare: () => told.push('prepare'),
    };
  });
  afterEach(() => {
    said.mockClear();
    rmSync(folder, { recursive: true });
  });

  test('install writes the units, starts them, and remove leaves nothing', async () => {
    expect(await service(['install', '--watch', 'lo', '--state', join(folder, 'state')], host)).toBe(0);
    expect(told).toEqual(['prepare', 'daemon-reload', `enable --now ${UNITS.join(' ')}`]);
    expect(readFileSync(host.options, 'utf8')).toContain(`"--watch lo --state ${folder}/state"`);
    expect(readFileSync(join(folder, 'units/spin-blocks.service'), 'utf8')).toContain(
      `RequiresMountsFor=${ROOT} ${folder}/state\n`,
    );
    told = [];
    expect(await service(['remove'], host)).toBe(0);
    expect(told).toEqual([`disable --now ${UNITS.join(' ')}`, 'daemon-reload']);
    expect([...UNITS.map(has), existsSync(host.options)]).toEqual([false, false, false]);
    told = [];
    expect(removeService(host)).toBe(false);
    expect(told).toEqual([]);
  });

  test.each([
    ['no options at all', []],
    ['a file to play', ['--read', import.meta.filename]],
    ['an interface that is not there', ['--watch', 'no-such-if']],
    ['an unknown option', ['--nonsense']],
  ])('install refuses %s, and changes nothing', async (_, args) => {
    await expect(service(['install', ...args], host)).rejects.toMatchObject({ exitCode: 64 });
    expect([told, UNITS.some(has)]).toEqual([[], false]);
  });

  test('says so where systemd does not obey', async () => {
    host.systemctl = () => false;
    await expect(service(['install', '--watch', 'lo'], host)).rejects.toThrow('systemd did not start them');
  });

  test('restores nothing where it only watches', async () => {
    expect(await service(['restore', '--watch', 'not-yet-there'], host)).toBe(0);
  });
});
