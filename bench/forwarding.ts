/**
 * `bin/bench forwarding [--quick] [--only cpu|tcp|latency|block]`: what enforcement costs a router, as root, in network namespaces. "Off" is the same router with
 * translation and connection tracking but without our table; all setups take turns within one run.
 */
import { parseArgs } from 'node:util';
import { cannotRun, Testbed } from '../src/source/live/testbed.ts';
import { timesOfBlocks } from './forwarding/block.ts';
import { establish, Sender, textOf, WAYS } from './forwarding/cost.ts';
import { Pinger } from './forwarding/latency.ts';
import { FEW, MANY, SETUPS, type Setup } from './forwarding/setups.ts';
import { middle, percentile, type Runs, spread } from './forwarding/statistics.ts';
import { canMeasureThroughput, throughput } from './forwarding/throughput.ts';
import { Bars, printTable } from './report.ts';

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } },
});
const ROUNDS = options.quick ? 3 : 9;
/** Of one connection, in one turn. */
const PACKETS = options.quick ? 10_000 : 30_000;
const BAR = { nsPerPacket: 700, throughput: 0.97, blocked: 1.1, latency: 50, blockMedian: 20, block99: 60 } as const;

/** What every home's router does: a firewall that knows connections, of both families. */
const STATEFUL = `table inet router {
  chain forward {
    type filter hook forward priority 10
    ct state established,related accept
    iifname "wan" ct state invalid drop
  }
}
`;

const reason = cannotRun();
if (reason !== undefined) {
  console.log(`forwarding: cannot run here: ${reason}`);
  process.exit(77);
}

const bars = new Bars();
const bed = new Testbed({ nat: true });
bed.run(bed.router, ['nft', '-f', '-'], STATEFUL);
const texts = new Map(SETUPS.map((setup) => [setup, textOf(setup)]));
const [off, computer] = [SETUPS[0]!, SETUPS[1]!];
try {
  for (const [name, part] of Object.entries({ cpu, tcp, latency, block }))
    if (options.only === undefined || options.only === name) await part();
} finally {
  bed.remove();
}
process.exitCode = bars.exitCode;

function enforce(setup: Setup): void {
  bed.run(bed.router, ['nft', '-f', '-'], texts.get(setup)!);
}

/** Measures all setups in turn, several times. */
async function inTurn(setups: readonly Setup[], measure: (setup: Setup) => Promise<number>): Promise<Map<Setup, Runs>> {
  const runs = new Map<Setup, number[]>(setups.map((setup) => [setup, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [setup, values] of runs) {
      enforce(setup);
      values.push(await measure(setup));
    }
  }
  return runs;
}

async function cpu(): Promise<void> {
  console.log(`CPU for each packet of a running connection, ns: median of ${ROUNDS} (least – most)`);
  const rows = [['', ...WAYS.map(({ family, direction }) => `${family} ${direction}`)]];
  const byWay: Array<Map<Setup, Runs>> = [];
  for (const way of WAYS) {
    const sender = new Sender(bed, way);
    try {
      byWay.push(
        await inTurn(SETUPS, () => {
          establish(bed, way.family);
          return sender.perPacket(PACKETS);
        }),
      );
    } finally {
      sender.stop();
    }
  }
  for (const setup of SETUPS) rows.push([setup.name, ...byWay.map((runs) => spread(runs.get(setup)!))]);
  printTable(rows);
  for (const setup of SETUPS.slice(1)) {
    const more = byWay.map((runs) => middle(runs.get(setup)!) - middle(runs.get(off)!));
    const text = WAYS.map(({ family, direction }, i) => `${family} ${direction} ${more[i]!.toFixed(0)}`).join(', ');
    bars.check(`${setup.name}: at most ${BAR.nsPerPacket} ns more`, text, Math.max(...more) <= BAR.nsPerPacket);
  }
  const [few, many] = [FEW, MANY].map((count) => SETUPS.find(({ name }) => name.includes(`, ${count} blocked`))!);
  const ratios = byWay.map((runs) => middle(runs.get(many!)!) / middle(runs.get(few!)!));
  const text = ratios.map((ratio) => ratio.toFixed(3)).join(', ');
  bars.check(`${MANY} blocked at most ${BAR.blocked} × ${FEW}`, text, Math.max(...ratios) <= BAR.blocked);
}

async function tcp(): Promise<void> {
  if (!canMeasureThroughput()) {
    bars.check('TCP throughput', 'iperf3 is not installed', false);
    return;
  }
  console.log('TCP throughput in packets of 1,500 bytes, Mbit/s');
  const runs = await inTurn([off, computer], () => throughput(bed, options.quick ? 1 : 2));
  printTable([['', 'median'], ...[...runs].map(([{ name }, values]) => [name, spread(values)])]);
  const ratio = middle(runs.get(computer)!) / middle(runs.get(off)!);
  bars.check(`at least ${BAR.throughput} × without`, ratio.toFixed(3), ratio >= BAR.throughput);
}

async function latency(): Promise<void> {
  console.log('Round trips, 99th percentile, µs');
  const pinger = new Pinger(bed);
  const ask = async () => percentile(await pinger.roundTrips(options.quick ? 300 : 1000), 0.99);
  const runs = await inTurn([off, computer], ask).finally(() => pinger.stop());
  printTable([['', 'median'], ...[...runs].map(([{ name }, values]) => [name, spread(values)])]);
  const [without, guarded] = [runs.get(off)!, runs.get(computer)!];
  const more = middle(guarded) - middle(without);
  const noise = Math.max(...without) - Math.min(...without);
  const held = more <= Math.max(BAR.latency, noise);
  bars.check(
    `at most ${BAR.latency} µs more, or the spread without`,
    `${more.toFixed(0)} µs, spread ${noise.toFixed(0)}`,
    held,
  );
}

async function block(): Promise<void> {
  console.log('One block, from the call over HTTP to the first packet that does not pass, ms');
  enforce(off);
  const { effect, answer } = await timesOfBlocks(bed, options.quick ? 20 : 100);
  bars.note(`the call is answered after ${percentile(answer, 0.5).toFixed(1)} (median)`);
  const [median, high] = [percentile(effect, 0.5), percentile(effect, 0.99)];
  bars.check(`median at most ${BAR.blockMedian}`, median.toFixed(1), median <= BAR.blockMedian);
  bars.check(`99th percentile at most ${BAR.block99}`, high.toFixed(1), high <= BAR.block99);
}
