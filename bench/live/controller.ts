/**
 * Stands in for the controller, in a process of its own as that is: the real link and the real pipeline. Tells what it
 * has seen whenever it is asked over its channel: `fork('controller.ts', [SOCKET])`.
 */
import { connect } from 'node:net';
import { encodeHello, LINK_PROTOCOL, LinkDecoder } from '../../src/contract/link.ts';
import { FLAG, RECORD_WORDS, W } from '../../src/model/flow.ts';
import type { Observation } from '../../src/model/observation.ts';
import { createPipeline } from '../../src/pipeline.ts';

export type Seen = {
  /** Connections whose end was told. */
  ends: number;
  /** What the agent says that it lost. */
  lost: number;
  /** The agent watches connections. */
  watches: boolean;
};

const seen: Seen = { ends: 0, lost: 0, watches: false };
const pipeline = createPipeline({ history: true });

function observe(observation: Observation): void {
  if (observation.kind === 'source') {
    seen.watches = !observation.coverage.some((note) => note.code === 'no-conntrack');
    seen.lost = observation.lost.events + observation.lost.packets;
  }
  if (observation.kind === 'flows') seen.ends += endsOf(observation.flows.words, observation.flows.count);
  pipeline.step(observation);
}

/** Only of connections: records of header facts have no counters of their own and are told apart by their flag. */
function endsOf(words: Uint32Array, count: number): number {
  let ends = 0;
  for (let i = 0; i < count; i++) {
    const flags = words[i * RECORD_WORDS + W.flags]!;
    if ((flags & FLAG.ipLengths) !== 0 && (flags & FLAG.ended) !== 0) ends++;
  }
  return ends;
}

function meet(path: string): void {
  const decoder = new LinkDecoder('agent');
  const socket = connect(path);
  socket.on('error', () => setTimeout(() => meet(path), 50));
  socket.write(encodeHello({ protocol: LINK_PROTOCOL, role: 'controller', epoch: 'bench' }));
  socket.on('data', (chunk) => {
    for (const message of decoder.push(chunk)) if (message.type === 'observation') observe(message.observation);
  });
}

process.on('message', () => process.send?.(seen));
process.on('disconnect', () => process.exit(0));
meet(process.argv[2]!);
