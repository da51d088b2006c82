/** A controller's end of the link: notes what an agent tells, and sends policies. */
import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { encodeHello, encodePolicy, LINK_PROTOCOL, LinkDecoder } from '../../contract/link.ts';
import { D, RECORD_DOUBLES, RECORD_WORDS, W } from '../../model/flow.ts';
import type { EnforcementObservation, Observation } from '../../model/observation.ts';
import type { DesiredPolicy } from '../../model/policy.ts';
import { until } from '../../source/live/testbed.ts';

/** An agent's start on a busy machine. */
export const START_MS = 20_000;

export class Controller {
  readonly seen: Observation[] = [];
  /** Sent by devices, by destination port. */
  readonly bytes = new Map<number, number>();
  readonly socket: Socket;
  readonly #decoder = new LinkDecoder('agent');
  #revision = 0;

  constructor(path: string) {
    this.socket = connect(path);
    this.socket.on('error', () => {});
    this.socket.write(encodeHello({ protocol: LINK_PROTOCOL, role: 'controller', epoch: 'test' }));
    this.socket.on('data', (chunk) => {
      for (const message of this.#decoder.push(chunk))
        if (message.type === 'observation') this.#take(message.observation);
    });
  }

  /** Connects as soon as an agent listens and answers. */
  static async meet(path: string): Promise<Controller> {
    const deadline = performance.now() + START_MS;
    while (performance.now() < deadline) {
      await until('the socket', () => existsSync(path), START_MS);
      const controller = new Controller(path);
      await until('an answer', () => controller.socket.destroyed || controller.seen.length > 0, START_MS);
      if (!controller.socket.destroyed) return controller;
    }
    throw new Error('no agent answers');
  }

  #take(observation: Observation): void {
    if (observation.kind !== 'flows') {
      this.seen.push(observation);
      return;
    }
    const { words, doubles, count } = observation.flows;
    for (let i = 0; i < count; i++) {
      const port = words[i * RECORD_WORDS + W.ports]! & 0xffff;
      this.bytes.set(port, (this.bytes.get(port) ?? 0) + doubles[i * RECORD_DOUBLES + D.bytesUp]!);
    }
  }

  /** @returns the policy's number */
  send(policy: DesiredPolicy): number {
    this.socket.write(encodePolicy({ revision: ++this.#revision, policy }));
    return this.#revision;
  }

  /** Sends a policy and waits for the word on it. */
  async want(policy: DesiredPolicy): Promise<EnforcementObservation> {
    const revision = this.send(policy);
    return this.wordOn(revision);
  }

  /** What became of a policy. */
  async wordOn(revision: number): Promise<EnforcementObservation> {
    const word = () => this.enforcement((one) => one.revision === revision);
    await until(`a word on policy ${revision}`, () => word() !== undefined, START_MS);
    return word()!;
  }

  /** The last such word. */
  enforcement(fits: (one: EnforcementObservation) => boolean = () => true): EnforcementObservation | undefined {
    return this.seen.filter((one) => one.kind === 'enforcement').findLast(fits);
  }

  /** Packets that the entry of this id is said to have stopped. */
  stopped(id: string): number {
    const entries = this.seen.flatMap((one) => (one.kind === 'stopped' ? one.entries : []));
    return entries.findLast((entry) => entry.id === id)?.packets ?? 0;
  }

  /** Codes of the last word on what cannot be seen. */
  coverage(): string[] | undefined {
    const last = this.seen.findLast((o) => o.kind === 'source');
    return last?.coverage.map((note) => note.code);
  }

  has(kind: Observation['kind'], part: object): boolean {
    const matches = (o: Observation) =>
      Object.entries(part).every(([k, v]) => JSON.stringify(Reflect.get(o, k)) === JSON.stringify(v));
    return this.seen.some((o) => o.kind === kind && matches(o));
  }
}
