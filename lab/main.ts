/** `spin lab`: the virtual home from the command line. */
import { parseArgs } from 'node:util';
import { commands, type Flags, Refused, UsageError } from './cli.ts';
import { scenarios } from './scenario/all.ts';

const SCENARIOS = scenarios.map(({ name, about }) => `  ${name.padEnd(17)} ${about}\n`).join('');

const HELP = `spin lab – a virtual home: devices that act for real, in network namespaces of this machine

  spin lab up                      make a home and let its devices join; it stays until "down"
  spin lab down [ID] [--all]       remove it, and whatever crashed ones left behind
  spin lab down --dead             remove only what crashed ones left behind
  spin lab run [SCENARIO]          play a scenario (the first below if none is named) until
                                   Ctrl-C, in the home that is up or in one of its own
  spin lab record FILE.pcap        play and capture the home network; FILE.pcap.gz is compressed
  spin lab status                  what is up, its addresses and what its devices did

${SCENARIOS}
Attacks go on beside an ordinary evening, or alone where one is played already, and end in the
sinks of the virtual internet; NAME@DEVICE has another device do it.

  --for SECONDS     stop after so long (run; record: 60)
  --scenario NAME   what to play (record)
  --seed N          repeat a run, or not (1)
  --speed X         scenario seconds per second (1)
  --lab ID          which lab, where several are up
  --new             play in a home of its own although one is up (run)
  --json            for programs: one JSON object a line on stdout
  --help            this text

Needs Linux, root, iproute2, nftables and dnsmasq (Debian: dnsmasq-base); record also tcpdump.
Exit codes: 0 done, 2 failed, 64 wrong usage, 77 cannot run on this machine.
`;

const options = {
  all: { type: 'boolean' },
  dead: { type: 'boolean' },
  for: { type: 'string' },
  scenario: { type: 'string' },
  seed: { type: 'string' },
  speed: { type: 'string' },
  lab: { type: 'string' },
  new: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

async function main(): Promise<number> {
  const { values, positionals } = parse();
  const [name, ...rest] = positionals;
  if (values.help || name === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  const command = name === undefined ? undefined : commands[name];
  if (!command) throw new UsageError(name === undefined ? 'no command' : `no command "${name}"`);
  return command(rest, values);
}

function parse(): { values: Flags; positionals: string[] } {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`spin lab: ${reason.split('\n')[0]}\n`);
  if (error instanceof UsageError) process.stderr.write('try: spin lab --help\n');
  process.exitCode = error instanceof UsageError ? 64 : error instanceof Refused ? 77 : 2;
}
