/** Debian packages that SPIN uses: which are missing, and installing them so that nothing else on the host changes. */
import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, chmodSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, say } from './terminal.ts';

/** A program and the package that carries it. */
export type Tool = { binary: string; package: string };

/** What `spin start` needs: the firewall's tool, the virtual home's network and its name server, and its recorder. */
export const START_TOOLS: readonly Tool[] = [
  { binary: 'nft', package: 'nftables' },
  { binary: 'ip', package: 'iproute2' },
  { binary: 'dnsmasq', package: 'dnsmasq-base' },
  { binary: 'tcpdump', package: 'tcpdump' },
  { binary: 'conntrack', package: 'conntrack' },
];

const FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** The full path of a program, also where /usr/sbin is not on a user's PATH. */
export function findProgram(binary: string): string | undefined {
  return FOLDERS.map((folder) => join(folder, binary)).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export function missing(tools: readonly Tool[]): Tool[] {
  return tools.filter((tool) => !findProgram(tool.binary));
}

/**
 * Installs the packages of the tools that are missing and returns the packages' names.
 * @throws Failure where apt-get is missing or fails.
 */
export function install(tools: readonly Tool[]): string[] {
  const wanted = [...new Set(missing(tools).map((tool) => tool.package))];
  if (wanted.length === 0) return [];
  if (!existsSync('/usr/bin/apt-get')) {
    throw new Failure(`this system has no apt-get; please install what provides: ${wanted.join(', ')}`);
  }
  say(`installing Debian packages: ${wanted.join(' ')}`);
  withoutServices(() => {
    if (aptGet(['install', '-y', '--no-install-recommends', ...wanted])) return;
    say('the package lists are missing or old: fetching them');
    if (!aptGet(['update'])) throw new Failure('apt-get update failed (see above). Is the network reachable?');
    if (!aptGet(['install', '-y', '--no-install-recommends', ...wanted])) {
      throw new Failure(`these Debian packages could not be installed: ${wanted.join(' ')} (see above)`);
    }
  });
  return wanted;
}

function aptGet(args: readonly string[]): boolean {
  const options = ['-q', '-o', 'Dpkg::Use-Pty=0', '-o', 'Dpkg::Options::=--force-confold'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', APT_LISTCHANGES_FRONTEND: 'none' };
  // Its report goes to standard error, since standard output may be read by a machine.
  return spawnSync('/usr/bin/apt-get', [...options, ...args], { env, stdio: ['ignore', 2, 2] }).status === 0;
}

const GUARD = '/usr/sbin/policy-rc.d';
const GUARD_TEXT =
  '#!/bin/sh\n# Put here by SPIN while it installs packages: no service is started by that.\nexit 101\n';

/**
 * Runs `work` while Debian's own switch forbids the start of services; the host's own switch, if any, stays.
 * @param guard where the switch lies
 */
export function withoutServices(work: () => void, guard = GUARD): void {
  const leftover = existsSync(guard) && readFileSync(guard, 'utf8') === GUARD_TEXT;
  const ours = leftover || !existsSync(guard);
  // Ctrl-C ends apt-get; this process has to live on to take the switch away again.
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const stay = () => {};
  for (const name of signals) process.on(name, stay);
  try {
    if (ours) {
      writeFileSync(guard, GUARD_TEXT);
      chmodSync(guard, 0o755);
    }
    work();
  } finally {
    if (ours) rmSync(guard, { force: true });
    for (const name of signals) process.off(name, stay);
  }
}

/** Makes a system user without a login, unless it exists. */
export function addSystemUser(name: string): void {
  if (hasUser(name)) return;
  const command = findProgram('useradd');
  if (!command) throw new Failure(`there is no useradd here; please make a system user "${name}" yourself`);
  const args = ['--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent'];
  execFileSync(command, [...args, '--shell', '/usr/sbin/nologin', name], { stdio: ['ignore', 2, 2] });
  say(`made the system user "${name}"; the part of SPIN that the network can reach runs as this user`);
}

export function hasUser(name: string): boolean {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .some((line) => line.startsWith(`${name}:`));
}
