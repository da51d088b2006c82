/** `bin/bench NAME`: the measurements, each a program of its own. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const HELP = `Usage: bin/bench offline|captures|names|live|forwarding|escape|household|limits|preferences|robustness|identify|idle|writes|page [OPTION…]

  offline   spin read against other programs on two made-up captures (--quick, --runs N, --install, --keep-only NAME)
  captures  reads every file below a folder and checks its sums (DIR)
  names     20,000 and 200,000 DNS names through the whole pipeline
  live      new connections, standing connections, forwarding, in network namespaces (root)
  forwarding  what enforcement costs a router: CPU, throughput, latency, time to block (root; --quick)
  escape    how much of an attack leaves the home before it is stopped (root; --quick)
  household one device attacks in the guarded virtual home (root; --quick, --matrix: all from all, --kindred);
            --days N: ordinary days, what is stopped
  limits    what ordinary devices need of the kernel's limits, and the margin above it (DIR…: captures of them)
  preferences  one incident under every setting: what is asked, cut and let through
  robustness  captures of known truth as they might have been recorded otherwise: found, and wrongly accused (DIR)
  identify  what labelled devices are said to be, beside baselines (DIR: captures by device, macs.tsv)
  idle      the virtual home for a while: CPU, memory, bytes written (root; --minutes N)
  writes    a day of 370,000 flows through the store: bytes written (--days N)
  page      the dashboard in a browser

Exit codes: 0 all bars held · 1 some missed · 64 wrong usage · 77 cannot run here`;

const PROGRAMS: Record<string, string> = {
  offline: 'offline/main.ts',
  captures: 'captures.ts',
  names: 'names.ts',
  live: 'live.ts',
  forwarding: 'forwarding.ts',
  escape: 'escape.ts',
  household: 'household.ts',
  limits: 'limits.ts',
  preferences: 'preferences.ts',
  robustness: 'robustness.ts',
  identify: 'identify.ts',
  idle: 'idle.ts',
  writes: 'writes.ts',
  page: 'page.ts',
};

const [name, ...rest] = process.argv.slice(2);
const program =
  name !== undefined && Object.hasOwn(PROGRAMS, name) ? join(import.meta.dirname, PROGRAMS[name]!) : undefined;
if (program === undefined || !existsSync(program)) {
  console.log(HELP);
  process.exitCode = name === '--help' ? 0 : 64;
} else {
  process.argv.splice(1, 2, program);
  process.argv.splice(2, Number.POSITIVE_INFINITY, ...rest);
  await import(program);
}
