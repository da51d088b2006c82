/** `spin service`: SPIN as a service of this machine, which systemd starts at boot and again after a crash. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { visible } from '../../model/visible.ts';
import { findProgram } from '../debian.ts';
import { isRoot, places, ROOT } from '../places.ts';
import { homesIn } from '../plan.ts';
import { setUpMachine } from '../setup.ts';
import { lanOf, parseStartOptions } from '../start-options.ts';
import { EXIT, Failure, say } from '../terminal.ts';
import { optionsText, UNITS, unitTexts } from './units.ts';

const HELP = `Usage: spin service install START-OPTIONS…
       spin service remove

Makes "spin start START-OPTIONS…" (with --lan and --wan, or with --watch) a service of this machine: systemd starts it
at boot and again after a crash. What is blocked is blocked before the network comes up. "spin service remove" undoes
it and stops SPIN; what is blocked stays blocked until "spin stop --open".
Its messages, and the code for the first password: journalctl -u spin
Exit codes: 0 done · 1 not done · 64 wrong usage`;

const RESTORE = join(ROOT, 'src/agent/restore.ts');
/** nft may take some seconds where sets are full. */
const PATIENCE = 20_000;

/** Where the service manager looks, and how it is told. */
export type Host = {
  units: string;
  options: string;
  /** Whether it obeyed. */
  systemctl: (...args: string[]) => boolean;
  prepare: () => void;
};

const HOST: Host = {
  units: '/etc/systemd/system',
  options: '/etc/default/spin',
  systemctl: (...args) => {
    const path = findProgram('systemctl');
    return path !== undefined && spawnSync(path, args, { stdio: ['ignore', 2, 'inherit'] }).status === 0;
  },
  prepare: () => setUpMachine(true),
};

export async function service([deed, ...args]: readonly string[], host = HOST): Promise<number> {
  if (deed === undefined || deed === '--help' || deed === '-h') {
    console.log(HELP);
    return deed === undefined ? EXIT.usage : EXIT.ok;
  }
  if (deed === 'restore') return restore(args);
  if (deed !== 'install' && deed !== 'remove')
    throw new Failure(`install or remove, not "${visible(deed)}" (see spin service --help)`, EXIT.usage);
  if (host === HOST && !isRoot()) throw new Failure('only root can change services; try with sudo');
  if (deed === 'install') install(args, host);
  else if (!removeService(host)) say('SPIN is no service here');
  return EXIT.ok;
}

function install(args: readonly string[], host: Host): void {
  const options = parseStartOptions(args);
  if (options.mode !== 'gateway' && options.mode !== 'watch')
    throw new Failure('a service guards: give --lan and --wan, or --watch (see spin service --help)', EXIT.usage);
  const text = optionsText(args);
  const units = unitTexts(places(options).state);
  host.prepare();
  write(host.options, text);
  for (const unit of units) write(join(host.units, unit.name), unit.text);
  if (!host.systemctl('daemon-reload') || !host.systemctl('enable', '--now', ...UNITS))
    throw new Failure(`the files are there, but systemd did not start them; see: systemctl status ${UNITS.join(' ')}`);
  say('SPIN is a service now: it runs, and starts at boot. For its address and first code: journalctl -u spin');
}

/** @returns whether there was anything */
export function removeService(host = HOST): boolean {
  const files = [host.options, ...UNITS.map((name) => join(host.units, name))];
  if (!files.some((file) => existsSync(file))) return false;
  if (!host.systemctl('disable', '--now', ...UNITS)) say('systemd did not stop it (see above)');
  for (const file of files) rmSync(file, { force: true });
  host.systemctl('daemon-reload');
  say('SPIN is no service any more');
  return true;
}

/** Run by the service manager before there is a network, so that interfaces need not be there yet. */
function restore(args: readonly string[]): number {
  const lan = lanOf(args);
  if (lan.lan.length === 0) return EXIT.ok;
  const folder = join(homesIn(places(lan).state), 'gateway');
  const { status } = spawnSync(process.execPath, [RESTORE, folder, ...lan.lan], {
    stdio: 'inherit',
    timeout: PATIENCE,
  });
  return status === 0 ? EXIT.ok : EXIT.failed;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode: 0o644 });
}
