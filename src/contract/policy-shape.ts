/**
 * Whether a value is shaped as a desired policy: every field there and of its type. By hand, since a schema library
 * would cost the agent 15 MB. What the texts say – addresses, names – is checked where rules are made of them.
 */
import type {
  DesiredPolicy,
  DeviceLimits,
  LadderStep,
  PolicyAllow,
  PolicyBlock,
  PolicyDevice,
  PolicyNode,
  Rate,
  Service,
  TripMode,
} from '../model/policy.ts';

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
/** A check for each field of a type: one that the type gains is missed here by the compiler. */
type Needed<T> = { [K in keyof T as object extends Pick<T, K> ? never : K]: Check };
type Optional<T> = { [K in keyof T as object extends Pick<T, K> ? K : never]-?: Check };

function object<T>(needed: Needed<T>, optional: Optional<T>): Check {
  const all = [...entries(needed, true), ...entries(optional, false)];
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ShapeError(path, 'an object');
    const given = value as Record<string, unknown>;
    for (const { name, check, must } of all) {
      if (must || given[name] !== undefined) check(given[name], path ? `${path}.${name}` : name);
    }
  };
}

function entries(checks: object, must: boolean) {
  return Object.entries(checks as Record<string, Check>).map(([name, check]) => ({ name, check, must }));
}

const texts = listOf(text);
const mode = oneOf(...(['off', 'watch', 'enforce'] satisfies TripMode[]));
const rate = object<Rate>({ perSecond: number, burst: number }, {});
const limits = object<DeviceLimits>(
  {},
  {
    packets: rate,
    destination: rate,
    connections: rate,
    unanswered: rate,
    stateless: rate,
    dns: rate,
  },
);
const node = object<PolicyNode>({ addresses: texts, prefixes: texts }, { name: text, device: text });

type Step<Name extends LadderStep['step']> = Extract<LadderStep, { step: Name }>;
const STEPS: Record<LadderStep['step'], Check> = {
  slow: object<Step<'slow'>>({ id: text, step: text, bytesPerSecond: number }, {}),
  essential: object<Step<'essential'>>({ id: text, step: text, essential: texts }, {}),
  local: object<Step<'local'>>({ id: text, step: text }, {}),
  isolated: object<Step<'isolated'>>({ id: text, step: text }, {}),
};
const hasStep = object<{ step: string }>({ step: oneOf(...Object.keys(STEPS)) }, {});
const ladder: Check = (value, path) => {
  hasStep(value, path);
  STEPS[(value as LadderStep).step](value, path);
};

const device = object<PolicyDevice>(
  {
    id: text,
    macs: texts,
    addresses: texts,
    mode,
    limits,
    unneeded: listOf(object<Service>({ protocol: number }, { port: number })),
    critical: texts,
  },
  { volume: mode, ladder },
);

const block = object<PolicyBlock>(
  { id: text },
  {
    device: text,
    node,
    service: object<NonNullable<PolicyBlock['service']>>(
      { protocol: number, initiator: oneOf('device', 'node') },
      { port: number },
    ),
    internet: oneOf(true),
  },
);

const policy = object<DesiredPolicy>(
  {
    lan: texts,
    home: texts,
    routers: texts,
    resolvers: texts,
    page: object<DesiredPolicy['page']>({ addresses: texts, ports: listOf(number) }, {}),
    consoles: listOf(object<DesiredPolicy['consoles'][number]>({ mac: text, addresses: texts }, {})),
    spoofing: object<DesiredPolicy['spoofing']>({ mode, exempt: texts }, {}),
    strangers: object<DesiredPolicy['strangers']>({ mode, connections: rate }, {}),
    hold: number,
    devices: listOf(device),
    allows: listOf(object<PolicyAllow>({ id: text }, { device: text, node })),
    blocks: listOf(block),
  },
  {},
);

/** @throws ShapeError that names the field */
export function readPolicyShape(value: unknown): DesiredPolicy {
  policy(value, '');
  return value as DesiredPolicy;
}
