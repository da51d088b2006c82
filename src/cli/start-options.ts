import { existsSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { DEFAULT_PORT } from '../contract/config.ts';
import { parseMac, parsePrefix } from '../model/address.ts';
import { visible } from '../model/visible.ts';
import { EXIT, Failure, wrongUsage } from './terminal.ts';

export const START_HELP = `Usage: spin start [OPTION…]

Starts SPIN and keeps it running until Ctrl-C or "spin stop".

What to look at (without any of these: a virtual home on this machine as root, else a recorded one):
  --lan IFACE      guard the router that this machine is: interface of the home network (repeatable), with --wan
  --wan IFACE      … and its interface towards the internet
  --watch IFACE    only listen on IFACE (mirror port, bridge); the firewall is never touched
  --read FILE      play a capture file (pcap, pcapng, also gzip)
  --speed N        … at N times the recorded speed (default 1; 0 as fast as possible)
  --home WHAT      a prefix or hardware address that is home, where SPIN cannot know (repeatable)

Where:
  --listen ADDR    address for the dashboard (repeatable; default: loopback, and the LAN's addresses with --lan)
  --port N         its port (default ${DEFAULT_PORT}; 0 takes a free one)
  --state DIR      database and secrets (default /var/lib/spin, or ~/.local/state/spin without root)
  --run DIR        sockets and process ids (default /run/spin, or $XDG_RUNTIME_DIR/spin without root)

  --json           one JSON line on standard output when SPIN is ready
  --help           this text

Exit codes: 0 stopped as asked, or the same SPIN runs already · 1 failed · 3 another SPIN runs already · 64 wrong usage`;

export type StartOptions = {
  mode: 'gateway' | 'watch' | 'read' | 'demo';
  lan: string[];
  wan?: string;
  watch?: string;
  file?: string;
  speed: number;
  home: string[];
  listen: string[];
  port: number;
  state?: string;
  run?: string;
  json: boolean;
  help: boolean;
};

const usage = (message: string) => new Failure(`${visible(message)} (see spin start --help)`, EXIT.usage);

/** @throws Failure with exit code 64 for anything that makes no sense. */
export function parseStartOptions(args: readonly string[]): StartOptions {
  const values = parseValues(args);
  const options: StartOptions = {
    mode: 'demo',
    lan: values.lan ?? [],
    speed: number(values.speed, 'speed', 1, 1000),
    home: values.home ?? [],
    listen: values.listen ?? [],
    port: integer(values.port, 'port', DEFAULT_PORT, 65_535),
    json: values.json ?? false,
    help: values.help ?? false,
    ...(values.wan !== undefined && { wan: values.wan }),
    ...(values.watch !== undefined && { watch: values.watch }),
    ...(values.read !== undefined && { file: resolve(values.read) }),
    ...(values.state !== undefined && { state: values.state }),
    ...(values.run !== undefined && { run: values.run }),
  };
  options.mode = modeOf(options);
  check(options);
  return options;
}

/** What is home by the options, whether or not its interfaces are there yet. @throws Failure for no options of a start */
export function lanOf(args: readonly string[]): { lan: string[]; state?: string } {
  const { lan = [], state } = parseValues(args);
  return { lan, ...(state !== undefined && { state }) };
}

function parseValues(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const texts = { type: 'string', multiple: true } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        lan: texts,
        wan: text,
        watch: text,
        read: text,
        speed: text,
        home: texts,
        listen: texts,
        port: text,
        state: text,
        run: text,
        json: flag,
        help: { ...flag, short: 'h' },
      },
    }).values;
  } catch (error) {
    throw wrongUsage('start', error as Error);
  }
}

function modeOf(options: StartOptions): StartOptions['mode'] {
  const guards = options.lan.length > 0 || options.wan !== undefined;
  const chosen = [guards && 'gateway', options.watch !== undefined && 'watch', options.file !== undefined && 'read'];
  const modes = chosen.filter((mode) => mode !== false) as StartOptions['mode'][];
  if (modes.length > 1) throw usage('--lan/--wan, --watch and --read exclude each other');
  return modes[0] ?? 'demo';
}

function check(options: StartOptions): void {
  if (options.help) return;
  if (options.mode === 'gateway' && (options.lan.length === 0 || options.wan === undefined)) {
    throw usage('a gateway needs --lan and --wan');
  }
  if (options.wan !== undefined && options.lan.includes(options.wan)) {
    throw usage(`${options.wan} cannot be both --lan and --wan`);
  }
  for (const name of [...options.lan, options.wan, options.watch]) {
    if (name !== undefined && !isInterface(name)) throw usage(`there is no network interface "${name}"`);
  }
  if (options.file !== undefined) checkFile(options.file);
  for (const home of options.home) {
    if (parsePrefix(home) === undefined && parseMac(home) === undefined) {
      throw usage(`--home takes a prefix (192.0.2.0/24) or a hardware address, not "${home}"`);
    }
  }
  const wrong = options.listen.find((address) => isIP(address) === 0 || address.includes('%'));
  if (wrong !== undefined) throw usage(`--listen takes an IP address, not "${wrong}"`);
}

function checkFile(path: string): void {
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status) throw usage(`there is no file ${path}`);
  if (status.isDirectory()) throw usage(`${path} is a folder; --read takes a capture file`);
}

/** Names as the kernel allows them (dev_valid_name), so that none leads out of the folder. */
function isInterface(name: string): boolean {
  return /^[^\s/:]{1,15}$/.test(name) && name !== '.' && name !== '..' && existsSync(`/sys/class/net/${name}`);
}

function number(text: string | undefined, name: string, fallback: number, most: number): number {
  if (text === undefined) return fallback;
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= most)) throw usage(`--${name} takes a number from 0 to ${most}, not "${text}"`);
  return value;
}

function integer(text: string | undefined, name: string, fallback: number, most: number): number {
  const value = number(text, name, fallback, most);
  if (!Number.isInteger(value)) throw usage(`--${name} takes a whole number, not "${text}"`);
  return value;
}
