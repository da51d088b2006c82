/**
 * The protocol between agent and controller: frames over a byte stream (a Unix socket; later mutual TLS).
 *
 * A frame is an 8-byte header – u32 length of the payload, u8 type, three zero bytes – and its payload; numbers are
 * little-endian. Flow records travel raw (src/model/flow.ts), everything else is UTF-8 JSON. Each side's first frame
 * is a hello. Whatever does not fit these words is refused with a `LinkError`, after which the stream is unusable and
 * must be closed: nothing after a bad length can be trusted.
 *
 * | type | from | payload |
 * |---|---|---|
 * | 1 hello | both | `LinkHello` |
 * | 2 observation | agent | any observation of `AGENT_KINDS` |
 * | 3 flows | agent | f64 time, then records |
 * | 4 policy | controller | `PolicyMessage`: the whole desired policy |
 *
 * A controller sends its policy after every hello of an agent and at every change. The latest one counts, whatever its
 * number; those that still wait when it comes are never applied. The agent answers with `enforcement` observations that
 * carry the number back, and tells the last of them anew to a controller that comes. It takes the interfaces from its
 * own configuration: `lan` of a policy is not read.
 */
import { FlowBatch, RECORD_BYTES } from '../model/flow.ts';
import type { FlowsObservation, Observation } from '../model/observation.ts';
import type { DesiredPolicy } from '../model/policy.ts';
import { readPolicyShape } from './policy-shape.ts';

/** The agent's socket within the run directory. */
export const AGENT_SOCKET = 'agent.sock';
/** Raised whenever a frame changes its meaning; both sides must speak the same. */
export const LINK_PROTOCOL = 2;

/** Records in one flow frame: half a megabyte, some milliseconds of work for the controller. */
export const MAX_FLOWS_PER_FRAME = 4096;
/** Largest JSON payload; the largest honest one (a service announcement with all its attributes) has some kilobytes. */
export const MAX_JSON_BYTES = 256 * 1024;
/**
 * Largest policy: 1,024 devices with 2 kB each, and 4,096 rules with 32 addresses of 42 bytes each; some 200,000 addresses
 * in all, more than the kernel's sets take. Read and compiled it stays within the agent's memory.
 */
export const MAX_POLICY_BYTES = 8 * 1024 * 1024;

const HEADER_BYTES = 8;
const TIME_BYTES = 8;
const MAX_FLOW_BYTES = TIME_BYTES + MAX_FLOWS_PER_FRAME * RECORD_BYTES;

/** Room for a frame that is kept between frames; what a larger one took is given back. */
const KEPT_BYTES = 1024 * 1024;

const FRAME = { hello: 1, observation: 2, flows: 3, policy: 4 } as const;

export type LinkHello = {
  protocol: number;
  role: 'agent' | 'controller';
  /** Changes when that side restarts. */
  epoch: string;
};

/** What the kernel shall do now; numbers rise while a controller runs. */
export type PolicyMessage = { revision: number; policy: DesiredPolicy };

export type LinkMessage =
  | { type: 'hello'; hello: LinkHello }
  /** Only from the controller. Its shape is sound; what its texts say is checked where rules are made of them. */
  | ({ type: 'policy' } & PolicyMessage)
  /** Only from the agent. A `flows` observation owns its batch. */
  | { type: 'observation'; observation: Observation };

/** What an agent may observe; what people ask for and what the store knows does not come from an agent. */
const AGENT_KINDS: Readonly<Record<Exclude<Observation['kind'], 'flows'>, boolean>> = {
  tick: true,
  dns: true,
  hello: true,
  words: true,
  mapping: true,
  lease: true,
  neighbour: true,
  router: true,
  service: true,
  source: true,
  enforcement: true,
  stopped: true,
  tripped: true,
  totals: true,
  restore: false,
  profile: false,
  lists: false,
  command: false,
};

export type LinkErrorCode = 'bad-header' | 'too-long' | 'bad-json' | 'bad-message' | 'bad-flows' | 'protocol';

export class LinkError extends Error {
  readonly code: LinkErrorCode;
  constructor(code: LinkErrorCode, message: string) {
    super(message);
    this.name = 'LinkError';
    this.code = code;
  }
}

/** @throws LinkError `too-long` or `bad-flows` for an observation that no frame can carry */
export function encodeObservation(observation: Observation): Uint8Array {
  return observation.kind === 'flows' ? encodeFlows(observation) : encodeJson(FRAME.observation, observation);
}

export function encodeHello(hello: LinkHello): Uint8Array {
  return encodeJson(FRAME.hello, hello);
}

/** @throws LinkError `too-long` for a policy of more than `MAX_POLICY_BYTES` */
export function encodePolicy({ revision, policy }: PolicyMessage): Uint8Array {
  return encodeJson(FRAME.policy, { revision, policy }, MAX_POLICY_BYTES);
}

function encodeJson(type: number, value: unknown, limit = MAX_JSON_BYTES): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(value));
  if (text.length > limit) throw new LinkError('too-long', `${text.length} bytes of JSON in one frame`);
  const frame = newFrame(type, text.length);
  frame.set(text, HEADER_BYTES);
  return frame;
}

function encodeFlows({ at, flows }: FlowsObservation): Uint8Array {
  if (flows.count > MAX_FLOWS_PER_FRAME) throw new LinkError('bad-flows', `${flows.count} records in one frame`);
  const bytes = flows.count * RECORD_BYTES;
  const frame = newFrame(FRAME.flows, TIME_BYTES + bytes);
  new DataView(frame.buffer).setFloat64(HEADER_BYTES, at, true);
  frame.set(new Uint8Array(flows.buffer, 0, bytes), HEADER_BYTES + TIME_BYTES);
  return frame;
}

function newFrame(type: number, payload: number): Uint8Array {
  const frame = new Uint8Array(HEADER_BYTES + payload);
  new DataView(frame.buffer).setUint32(0, payload, true);
  frame[4] = type;
  return frame;
}

/** Turns the chunks of one stream into messages. Holds at most one incomplete frame. */
export class LinkDecoder {
  readonly #from: LinkHello['role'];
  #pending: Uint8Array = new Uint8Array(4096);
  #filled = 0;
  #greeted = false;
  #failed: LinkError | undefined;

  /** @param from the side that sends what is decoded here */
  constructor(from: LinkHello['role'] = 'agent') {
    this.#from = from;
  }

  /** @throws LinkError for bytes outside the protocol, and again at every later call */
  push(chunk: Uint8Array): LinkMessage[] {
    if (this.#failed) throw this.#failed;
    try {
      return this.#decode(chunk);
    } catch (error) {
      this.#failed = error instanceof LinkError ? error : new LinkError('bad-message', String(error));
      throw this.#failed;
    }
  }

  #decode(chunk: Uint8Array): LinkMessage[] {
    const messages: LinkMessage[] = [];
    let rest = chunk;
    while (rest.length > 0) {
      const wanted = this.#filled < HEADER_BYTES ? HEADER_BYTES : HEADER_BYTES + this.#payloadLength();
      const taken = Math.min(wanted - this.#filled, rest.length);
      this.#keep(rest.subarray(0, taken), wanted);
      rest = rest.subarray(taken);
      if (this.#filled >= HEADER_BYTES && this.#filled === HEADER_BYTES + this.#payloadLength()) {
        messages.push(this.#message());
        this.#filled = 0;
        if (this.#pending.length > KEPT_BYTES) this.#pending = new Uint8Array(4096);
      }
    }
    return messages;
  }

  #keep(bytes: Uint8Array, wanted: number): void {
    if (wanted > this.#pending.length) {
      const larger = new Uint8Array(wanted);
      larger.set(this.#pending.subarray(0, this.#filled));
      this.#pending = larger;
    }
    this.#pending.set(bytes, this.#filled);
    this.#filled += bytes.length;
  }

  /** Length that the complete header at the start of `#pending` declares. */
  #payloadLength(): number {
    const header = this.#pending;
    const length =
      ((header[0] ?? 0) | ((header[1] ?? 0) << 8) | ((header[2] ?? 0) << 16) | ((header[3] ?? 0) << 24)) >>> 0;
    if (header[5] !== 0 || header[6] !== 0 || header[7] !== 0) throw new LinkError('bad-header', 'reserved bytes set');
    const limit = this.#limitOf(header[4] ?? 0);
    if (length > limit) throw new LinkError('too-long', `a frame of ${length} bytes, at most ${limit}`);
    return length;
  }

  #limitOf(type: number): number {
    if (type === FRAME.hello) return MAX_JSON_BYTES;
    if (!this.#greeted) throw new LinkError('protocol', 'the first frame is no hello');
    if (this.#from === 'agent' && type === FRAME.observation) return MAX_JSON_BYTES;
    if (this.#from === 'agent' && type === FRAME.flows) return MAX_FLOW_BYTES;
    if (this.#from === 'controller' && type === FRAME.policy) return MAX_POLICY_BYTES;
    throw new LinkError('bad-header', `frame type ${type} from the ${this.#from}`);
  }

  #message(): LinkMessage {
    const payload = this.#pending.subarray(HEADER_BYTES, this.#filled);
    const type = this.#pending[4];
    if (type === FRAME.flows) return { type: 'observation', observation: readFlows(payload) };
    const value = readJson(payload);
    if (type === FRAME.observation) return { type: 'observation', observation: asObservation(value) };
    if (type === FRAME.policy) return { type: 'policy', ...asPolicy(value) };
    const hello = asHello(value, this.#from);
    this.#greeted = true;
    return { type: 'hello', hello };
  }
}

function readFlows(payload: Uint8Array): FlowsObservation {
  const bytes = payload.length - TIME_BYTES;
  if (bytes < 0 || bytes % RECORD_BYTES !== 0) throw new LinkError('bad-flows', `${payload.length} bytes of flows`);
  const at = new DataView(payload.buffer, payload.byteOffset).getFloat64(0, true);
  if (!Number.isFinite(at)) throw new LinkError('bad-flows', 'flows without a time');
  const flows = FlowBatch.ofCapacity(bytes / RECORD_BYTES);
  new Uint8Array(flows.buffer).set(payload.subarray(TIME_BYTES));
  flows.count = flows.capacity;
  return { kind: 'flows', at, flows };
}

function readJson(payload: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch {
    throw new LinkError('bad-json', `${payload.length} bytes that are no JSON`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new LinkError('bad-message', 'a message that is no object');
  }
  return value as Record<string, unknown>;
}

function asObservation(value: Record<string, unknown>): Observation {
  const { kind } = value;
  if (typeof kind !== 'string' || !Object.hasOwn(AGENT_KINDS, kind) || !AGENT_KINDS[kind as keyof typeof AGENT_KINDS]) {
    throw new LinkError('bad-message', 'an observation of no kind that an agent makes');
  }
  if (!Number.isFinite(value.at)) throw new LinkError('bad-message', 'an observation without a time');
  return value as Observation;
}

function asPolicy({ revision, policy }: Record<string, unknown>): PolicyMessage {
  if (!Number.isSafeInteger(revision) || (revision as number) < 0) {
    throw new LinkError('bad-message', 'a policy without a revision');
  }
  return { revision: revision as number, policy: readPolicyShape(policy) };
}

function asHello(value: Record<string, unknown>, from: LinkHello['role']): LinkHello {
  const { protocol, role, epoch } = value;
  if (protocol !== LINK_PROTOCOL) {
    throw new LinkError('protocol', `the other side speaks version ${String(protocol)}, this one ${LINK_PROTOCOL}`);
  }
  if (role !== from) throw new LinkError('protocol', `expected a hello of the ${from}`);
  if (typeof epoch !== 'string' || epoch.length > 64) throw new LinkError('bad-message', 'a hello without an epoch');
  return { protocol, role: from, epoch };
}
