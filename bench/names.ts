/** `bin/bench names`: many DNS names through the whole pipeline; the work has to grow in step with their number. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ControlDecoder } from '../src/decode/control.ts';
import { Digest } from '../src/digest/digest.ts';
import type { Observation } from '../src/model/observation.ts';
import { createPipeline } from '../src/pipeline.ts';
import { readCapture } from '../src/source/capture/read.ts';
import { type End, FrameWriter } from './offline/frames.ts';
import { type Device, household, ROUTER } from './offline/household.ts';
import { dnsAnswer, dnsQuery } from './offline/messages.ts';
import { whole } from './offline/ordinary.ts';
import { Random } from './offline/random.ts';
import { Bars, printTable } from './report.ts';

const FEW = 20_000;
const MANY = 200_000;
/** 4,000 names each at most: within what SPIN keeps of one device. */
const DEVICES = 50;
const ROUNDS = 3;

const folder = mkdtempSync(join(tmpdir(), 'spin-names-'));
try {
  const { seconds: cold, named } = await through(write(FEW));
  const few = await median(FEW);
  const many = await median(MANY);
  const growth = many / MANY / (few / FEW);
  printTable([
    ['', 'CPU s', 'µs a name'],
    row(`${FEW} names, first run of the process`, cold, FEW),
    row(`${FEW} names`, few, FEW),
    row(`${MANY} names`, many, MANY),
  ]);
  const bars = new Bars();
  bars.check(`${FEW} names in under 1 s`, `${cold.toFixed(2)} s`, cold < 1);
  bars.check('conversations named by what their device looked up', `${named} of ${FEW}`, named === FEW);
  bars.check('cost of a name with ten times as many ≤ 1.5 ×', `${growth.toFixed(2)} ×`, growth <= 1.5);
  process.exitCode = bars.exitCode;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function row(what: string, seconds: number, names: number): string[] {
  return [what, seconds.toFixed(3), ((seconds / names) * 1e6).toFixed(2)];
}

async function median(names: number): Promise<number> {
  const file = write(names);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push((await through(file)).seconds);
  return times.sort((a, b) => a - b)[ROUNDS >> 1]!;
}

/** CPU seconds from the file to the last event, and how many conversations came to have a name. */
async function through(file: string): Promise<{ seconds: number; named: number }> {
  const before = process.cpuUsage();
  const pipeline = createPipeline({ history: true });
  const sink = (observation: Observation) => {
    pipeline.step(observation);
  };
  const digest = new Digest(sink, { control: new ControlDecoder(sink) });
  await readCapture(file, digest);
  digest.finish();
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1e6;
  const { home } = pipeline;
  const named = home.conversationIds().filter((id) => home.conversation(id)?.node.nameSource === 'dns').length;
  return { seconds, named };
}

/** Every name is looked up once and its address is sent one packet. */
function write(names: number): string {
  const file = join(folder, `${names}.pcap`);
  const writer = new FrameWriter(file);
  const devices = household(DEVICES, 0, new Random(1));
  for (let index = 0; index < names; index++) {
    lookUp(writer, devices[index % DEVICES]!, index, 1_767_200_400 + index / 100);
  }
  writer.close();
  return file;
}

function lookUp(writer: FrameWriter, device: Device, index: number, time: number): void {
  const name = `n${index.toString(36)}.names.example.net`;
  const far: End = { ...ROUTER, v4: 0xc6120000 + (index & 0x1ffff) };
  const port = 20_000 + (index % 40_000);
  writer.udp(time, device, ROUTER, false, port, 53, whole(dnsQuery(name, false)));
  writer.udp(time + 0.002, ROUTER, device, false, 53, port, whole(dnsAnswer(name, false, far)));
  writer.udp(time + 0.003, device, far, false, port, 443, whole(new Uint8Array(64)));
}
