import { build } from './build.ts';
import { checkListening, urlsOf } from './listening.ts';
import { isRoot, places } from './places.ts';
import { makePlan, type Plan } from './plan.ts';
import { guardsThisMachine, tidy } from './release.ts';
import { claim, type RunRecord, readRecord, release, runs } from './run-record.ts';
import { makeRunFolder, makeStateFolder, setUpMachine } from './setup.ts';
import { parseStartOptions, START_HELP, type StartOptions } from './start-options.ts';
import { clearRun } from './stop.ts';
import { type Ready, Supervisor } from './supervisor.ts';
import { EXIT, Failure, say } from './terminal.ts';

export async function start(args: readonly string[]): Promise<number> {
  const options = parseStartOptions(args);
  if (options.help) {
    console.log(START_HELP);
    return EXIT.ok;
  }
  const where = places(options);
  makeRunFolder(where.run);
  const asked = fingerprint(options);
  const earlier = readRecord(where.run);
  if (runs(earlier)) return runsAlready(earlier, asked, options.json);
  if (earlier) await clearRun(where.run, earlier);
  const record = claim(where.run, asked, where.state);
  if (!record) throw new Failure('another SPIN starts here at this moment', EXIT.runsAlready);
  try {
    setUpMachine(options.mode === 'gateway' || options.mode === 'demo');
    const plan = makePlan(options, where);
    await checkListening(plan.config);
    record.stateDir = plan.config.stateDir;
    makeStateFolder(plan.config.stateDir);
    build();
    return await supervise(plan, record, options.json);
  } finally {
    release(where.run);
  }
}

async function supervise(plan: Plan, record: RunRecord, json: boolean): Promise<number> {
  const supervisor = new Supervisor(plan.config, record);
  const asked = stopAsked(() => supervisor.kill());
  try {
    const ready = await Promise.race([supervisor.start(), asked]);
    if (ready) announce(plan, ready, json);
    await asked;
  } finally {
    await supervisor.stop();
    if (isRoot() && guardsThisMachine(plan.config)) tidy(plan.config.runDir);
  }
  return EXIT.ok;
}

/** Resolves at the first signal to stop; a second one calls `force` and ends this process. */
function stopAsked(force: () => void): Promise<void> {
  let count = 0;
  return new Promise((resolve) => {
    const onSignal = () => {
      count += 1;
      if (count === 1) {
        say('stopping (once more to force it)');
        resolve();
        return;
      }
      force();
      process.exit(EXIT.failed);
    };
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal);
  });
}

function announce({ config, instead }: Plan, ready: Ready, json: boolean): void {
  const urls = urlsOf(config.listen, Number(new URL(ready.url).port));
  if (json) {
    const { mode, demo, stateDir, runDir } = config;
    console.log(JSON.stringify({ ready: true, ...ready, urls, mode, demo, stateDir, runDir, pid: process.pid }));
    return;
  }
  const lines = [
    '',
    ...whatItDoes(config.demo ?? config.mode, instead),
    '',
    ...urls.map((url, index) => `${index === 0 ? '  Open  ' : '        '}${url}`),
    ...(ready.code ? [`  Code  ${ready.code}   (asked once, with a password that you choose)`] : []),
    '  Stop  Ctrl-C',
    '',
  ];
  console.log(lines.join('\n'));
}

function whatItDoes(what: NonNullable<Plan['config']['demo']> | Plan['config']['mode'], instead?: string): string[] {
  const real = 'A real home: spin start --lan IFACE --wan IFACE, on its router (see spin start --help).';
  switch (what) {
    case 'virtual-home':
      return ['SPIN guards a virtual home inside this machine. Your own network is not touched.', real];
    case 'recorded-home':
      return [
        `SPIN plays a recorded home, again and again: ${instead}.`,
        'It shows what SPIN shows. It sees nothing of your own network and can stop nothing.',
        real,
      ];
    case 'gateway':
      return ['SPIN watches the home behind this router.'];
    case 'watch':
      return ['SPIN listens. It changes nothing on this machine and can stop nothing.'];
    case 'read':
      return ['SPIN plays a capture file.'];
  }
}

function runsAlready(record: RunRecord, asked: string, json: boolean): number {
  const same = record.asked === asked;
  if (json)
    console.log(JSON.stringify({ ready: false, running: true, same, url: record.url, pid: record.supervisor.pid }));
  const at = record.url ? ` at ${record.url}` : '';
  say(same ? `runs already${at}` : `another SPIN runs already${at}; stop it first with: spin stop`);
  return same ? EXIT.ok : EXIT.runsAlready;
}

function fingerprint({ mode, lan, wan, watch, file, home }: StartOptions): string {
  return JSON.stringify({ mode, lan, wan, watch, file, home });
}
