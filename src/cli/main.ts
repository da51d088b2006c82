/** `spin`: finds the sub-command and turns a refusal into one line and an exit code. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { visible } from '../model/visible.ts';
import { ROOT } from './places.ts';
import { EXIT, Failure, say } from './terminal.ts';

const HELP = `SPIN – Security and Privacy for In-home Networks

Usage: spin COMMAND [OPTION…]

  start       guard a home; without options a virtual one, to see how it works
  stop        stop what "spin start" started
  status      what runs, what it sees and what it cannot see
  devices     the devices of the home
  device      what one is believed to be and why, and your word on it
  rules       what you decided, whether it is in force, and what it stopped
  block, allow, ignore, pause, slow, essential, local, isolate
              stop traffic of devices, for as long as you say (see spin block --help)
  undo        take a change back
  incidents   devices that do harm, what SPIN does about it, and what you can do
  preferences how far SPIN may go by itself
  newcomers   devices that are not known yet
  corrections what you said is fine
  groups      groups of devices
  audit       who decided what
  read        what is in a capture file or a log of flows
  evaluate    what is found in captures and logs of which the truth is known
  passwd      set the password of the dashboard
  lab         the virtual home: devices in network namespaces of this machine
  bench       measure SPIN against other programs
  panic-off   take everything of SPIN's out of the network at once, whatever is broken
  service     let systemd start SPIN at boot, with what is blocked in force before the network
  uninstall   remove SPIN's user, files and firewall table from this machine

  --version   the version
  --help      this text; also after each command

Exit codes: 0 as asked · 1 failed · 3 another SPIN runs already · 4 SPIN does not run · 64 wrong usage
"spin read": 2 nothing could be read · 3 partly`;

/** Commands that make a rule. */
const ACTIONS = ['block', 'allow', 'ignore', 'pause', 'slow', 'essential', 'local', 'isolate'];

type Command = (args: readonly string[]) => Promise<number>;

const COMMANDS: Record<string, () => Promise<Command>> = {
  start: async () => (await import('./start.ts')).start,
  stop: async () => (await import('./stop.ts')).stop,
  status: async () => (await import('./status.ts')).status,
  devices: async () => (await import('./devices.ts')).devices,
  device: async () => (await import('./device.ts')).device,
  'panic-off': async () => (await import('./panic-off.ts')).panicOff,
  rules: async () => (await import('./rules/list.ts')).rules,
  undo: async () => (await import('./rules/undo.ts')).undo,
  groups: async () => (await import('./rules/groups.ts')).groups,
  incidents: async () => (await import('./incidents/incidents.ts')).incidents,
  preferences: async () => (await import('./incidents/preferences.ts')).preferences,
  newcomers: async () => (await import('./incidents/known.ts')).newcomers,
  corrections: async () => (await import('./incidents/known.ts')).corrections,
  audit: async () => (await import('./rules/audit.ts')).audit,
  ...Object.fromEntries(
    ACTIONS.map((name) => [
      name,
      async () => {
        const { act } = await import('./rules/act.ts');
        return (args: readonly string[]) => act(name, args);
      },
    ]),
  ),
  service: async () => (await import('./service/service.ts')).service,
  uninstall: async () => (await import('./uninstall.ts')).uninstall,
};

async function run(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    console.log(HELP);
    return name === undefined ? EXIT.usage : EXIT.ok;
  }
  if (name === '--version') {
    console.log(version());
    return EXIT.ok;
  }
  if (!Object.hasOwn(COMMANDS, name)) throw new Failure(`there is no command "${visible(name)}" (see spin --help)`, 64);
  const command = await COMMANDS[name]!();
  return command(rest);
}

function version(): string {
  return (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;
}

// A reader that has seen enough, such as `head`, is no error, and no reason to leave a home unguarded.
process.stdout.on('error', () => {
  if (process.argv[2] !== 'start') process.exit();
});
process.stderr.on('error', () => {});

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  say(error.message);
  process.exitCode = error.exitCode;
}
