/**
 * Whether a value is shaped as a desired policy: every field there and of its type. By hand, since a schema library
 * would cost the agent 15 MB. What the texts say – addresses, names – is checked where rules are made of them.
 */
import type { DesiredPolicy, TripMode } from '../model/policy.ts';

/** A value of another shape; the message begins with the path of the field at fault. */
export class ShapeError extends Error {
  constructor(path: string, wanted: string) {
    super(`${path || 'policy'}: ${wanted} expected`);
    this.name = 'ShapeError';
  }
}

type Check = (value: unknown, path: string) => void;

const text: Check = (value, path) => {
  if (typeof value !== 'string') throw new ShapeError(path, 'a text');
};
const number: Check = (value, path) => {
  if (typeof value !== 'number') throw new ShapeError(path, 'a number');
};
const oneOf =
  (...words: readonly unknown[]): Check =>
  (value, path) => {
    if (!words.includes(value)) throw new ShapeError(path, words.join(' or '));
  };
const listOf =
  (check: Check): Check =>
  (value, path) => {
    if (!Array.isArray(value)) throw new ShapeError(path, 'a list');
    for (let i = 0; i < value.length; i++) check(value[i], `${path}[${i}]`);
  };
const object =
  (fields: Record<string, Check>, optional: Record<string, Check> = {}): Check =>
  (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ShapeError(path, 'an object');
    const given = value as Record<string, unknown>;
    const at = (name: string) => (path ? `${path}.${name}` : name);
    for (const [name, check] of Object.entries(fields)) check(given[name], at(name));
    for (const [name, check] of Object.entries(optional)) if (given[name] !== undefined) check(given[name], at(name));
  };

const texts = listOf(text);
const mode = oneOf(...(['off', 'watch', 'enforce'] satisfies TripMode[]));
const rate = object({ perSecond: number, burst: number });
const service = { protocol: number };
const node = object({ addresses: texts, prefixes: texts }, { name: text });

const LADDER: Record<string, Check> = {
  slow: object({ id: text, bytesPerSecond: number }),
  essential: object({ id: text, essential: texts }),
  local: object({ id: text }),
  isolated: object({ id: text }),
};
const ladder: Check = (value, path) => {
  object({ step: oneOf(...Object.keys(LADDER)) })(value, path);
  LADDER[(value as { step: string }).step]!(value, path);
};

const device = object(
  {
    id: text,
    macs: texts,
    addresses: texts,
    mode,
    limits: object(
      {},
      { packets: rate, destination: rate, connections: rate, unanswered: rate, stateless: rate, dns: rate },
    ),
    unneeded: listOf(object(service, { port: number })),
    critical: texts,
  },
  { ladder, volume: mode },
);

const policy = object({
  lan: texts,
  home: texts,
  routers: texts,
  resolvers: texts,
  page: object({ addresses: texts, ports: listOf(number) }),
  consoles: listOf(object({ mac: text, addresses: texts })),
  spoofing: object({ mode, exempt: texts }),
  strangers: object({ mode, connections: rate }),
  hold: number,
  devices: listOf(device),
  allows: listOf(object({ id: text }, { device: text, node })),
  blocks: listOf(
    object(
      { id: text },
      {
        device: text,
        node,
        service: object({ ...service, initiator: oneOf('device', 'node') }, { port: number }),
        internet: oneOf(true),
      },
    ),
  ),
});

/** @throws ShapeError that names the field */
export function readPolicyShape(value: unknown): DesiredPolicy {
  policy(value, '');
  return value as DesiredPolicy;
}
