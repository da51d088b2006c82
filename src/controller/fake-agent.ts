import { createServer, type Server, type Socket } from 'node:net';
import { encodeHello, encodeObservation, LINK_PROTOCOL, LinkDecoder, type PolicyMessage } from '../contract/link.ts';
import { parseAddress, parseMac } from '../model/address.ts';
import { D, FLAG, FlowBatch, RECORD_DOUBLES, RECORD_WORDS, W } from '../model/flow.ts';
import type { EnforcementObservation, Observation } from '../model/observation.ts';

/** For tests: a Unix socket that plays observations to a controller as the agent does. */
export class FakeAgent {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Sent to each controller that connects. */
  greeting: Observation[] = [];
  /** All policies that came, the last one last. */
  readonly policies: PolicyMessage[] = [];
  /** What it says became of a policy. */
  answer: Pick<EnforcementObservation, 'result' | 'message'> | undefined = { result: 'in-force' };

  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => {});
      const decoder = new LinkDecoder('controller');
      socket.on('data', (chunk: Buffer) => {
        for (const message of decoder.push(chunk)) if (message.type === 'policy') this.#take(message);
      });
      socket.write(encodeHello({ protocol: LINK_PROTOCOL, role: 'agent', epoch: 'test' }));
      for (const observation of this.greeting) socket.write(encodeObservation(observation));
    });
  }

  static async listen(path: string, greeting: Observation[] = []): Promise<FakeAgent> {
    const server = createServer();
    const agent = new FakeAgent(server);
    agent.greeting = greeting;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
    return agent;
  }

  send(observation: Observation): void {
    for (const socket of this.#sockets) socket.write(encodeObservation(observation));
  }

  sendRaw(bytes: Uint8Array): void {
    for (const socket of this.#sockets) socket.write(bytes);
  }

  #take({ revision, policy }: PolicyMessage): void {
    this.policies.push({ revision, policy });
    if (this.answer) this.send({ kind: 'enforcement', at: Date.now(), revision, ...this.answer });
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export type FlowOf = {
  slot: number;
  from: string;
  to: string;
  mac?: string;
  port: number;
  bytesUp: number;
  bytesDown: number;
};

/** One drained batch of TCP flows. */
export function flows(at: number, list: readonly FlowOf[]): Observation {
  const batch = FlowBatch.ofCapacity(list.length);
  for (const [i, flow] of list.entries()) {
    const word = (offset: number, value: number) => {
      batch.words[i * RECORD_WORDS + offset] = value;
    };
    word(W.slot, flow.slot);
    word(W.flags, FLAG.fresh | FLAG.initiatorKnown);
    word(W.protocol, 6);
    word(W.ports, 50_000 * 0x10000 + flow.port);
    parseAddress(flow.from)!.forEach((value, n) => {
      word(W.source + n, value);
    });
    parseAddress(flow.to)!.forEach((value, n) => {
      word(W.destination + n, value);
    });
    const mac = flow.mac === undefined ? undefined : parseMac(flow.mac);
    if (mac) {
      word(W.macHigh, mac.hi * 0x10000);
      word(W.sourceMacLow, mac.lo);
    }
    word(W.packetsUp, 1);
    word(W.packetsDown, 1);
    batch.doubles[i * RECORD_DOUBLES + D.first] = at;
    batch.doubles[i * RECORD_DOUBLES + D.last] = at;
    batch.doubles[i * RECORD_DOUBLES + D.bytesUp] = flow.bytesUp;
    batch.doubles[i * RECORD_DOUBLES + D.bytesDown] = flow.bytesDown;
  }
  batch.count = list.length;
  return { kind: 'flows', at, flows: batch };
}
