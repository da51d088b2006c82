/** What the router has to enforce while the cost of forwarding is measured. */
import { limitsFor, modeFor, STRANGERS, unneededBy } from '../../src/decide/limits.ts';
import { openPolicy } from '../../src/enforce/testing/bed.ts';
import type { Kind } from '../../src/model/kinds.ts';
import type { DesiredPolicy, PolicyBlock, PolicyDevice } from '../../src/model/policy.ts';
import { HOME } from '../../src/source/live/testbed.ts';

export type Setup = { name: string; policy: DesiredPolicy | undefined };

/** Of an ordinary home, beside the device that sends. */
const OTHERS: readonly Kind[] = ['phone', 'computer', 'tv', 'camera', 'bulb', 'plug', 'hub', 'thermostat'];
const HOUSEHOLD = 60;

const UNREACHED = { perSecond: 10_000_000, burst: 10_000_000 };

const tripwires = (kind: Kind) => ({
  ...modeFor(kind),
  limits: limitsFor(kind),
  unneeded: [...unneededBy(kind)],
});

function device(id: string, n: number, kind: Kind): PolicyDevice {
  const hex = n.toString(16).padStart(2, '0');
  const addresses = [`192.0.2.${n}`, `2001:db8:1::${hex}`];
  return { id, macs: [`02:00:00:00:09:${hex}`], addresses, critical: [], ...tripwires(kind) };
}

export function household(kind: Kind, change: Partial<DesiredPolicy> = {}): DesiredPolicy {
  const own = { ...device('d-0', 2, kind), macs: [HOME.mac], addresses: [HOME.v4, HOME.v6] };
  // Looked up as ever, and never reached.
  if (own.limits.packets) own.limits = { ...own.limits, packets: UNREACHED };
  const others = Array.from({ length: HOUSEHOLD }, (_, i) => device(`d-${i + 1}`, i + 10, OTHERS[i % OTHERS.length]!));
  return openPolicy({
    spoofing: { mode: 'enforce', exempt: [] },
    strangers: { mode: 'enforce', connections: STRANGERS },
    devices: [own, ...others],
    ...change,
  });
}

/** Addresses of a block list, none of which is spoken to. */
function nodes(count: number): PolicyBlock {
  const v4 = Array.from({ length: count / 2 }, (_, i) => `198.18.${i >>> 8}.${i & 255}`);
  const v6 = Array.from({ length: count / 2 }, (_, i) => `2001:db8:bad::${(i + 1).toString(16)}`);
  return { id: `list of ${count}`, node: { addresses: [...v4, ...v6], prefixes: [] } };
}

const conversation = { addresses: ['198.51.100.1', '2001:db8:bad:1::1'], prefixes: ['198.51.100.64/26'] };

/** A block of every form, an allowed node and a step of the ladder, all of other devices and nodes. */
function everything(): Partial<DesiredPolicy> {
  const blocks: PolicyBlock[] = [
    nodes(100),
    { id: 'prefix', node: { addresses: [], prefixes: ['198.51.100.128/25', '2001:db8:bad:2::/64'] } },
    { id: 'port', service: { protocol: 6, port: 4444, initiator: 'device' } },
    { id: 'device', device: 'd-1' },
    { id: 'conversation', device: 'd-2', node: conversation },
    { id: 'service', device: 'd-3', node: conversation, service: { protocol: 17, port: 1, initiator: 'device' } },
    { id: 'pause', device: 'd-4', internet: true },
  ];
  const allows = [
    { id: 'allow', device: 'd-5' },
    { id: 'allow node', node: { addresses: ['198.51.100.2'], prefixes: ['2001:db8:bad:3::/64'] } },
  ];
  return { blocks, allows };
}

function laddered(policy: DesiredPolicy): DesiredPolicy {
  const [own, first, ...rest] = policy.devices;
  return { ...policy, devices: [own!, { ...first!, ladder: { id: 'ladder', step: 'local' } }, ...rest] };
}

export const FEW = 100;
export const MANY = 10_000;

export const SETUPS: readonly Setup[] = [
  { name: 'off', policy: undefined },
  { name: 'a computer, nothing blocked', policy: household('computer') },
  { name: 'a plug, nothing blocked', policy: household('plug') },
  { name: `a computer, ${FEW} blocked`, policy: household('computer', { blocks: [nodes(FEW)] }) },
  { name: `a computer, ${MANY} blocked`, policy: household('computer', { blocks: [nodes(MANY)] }) },
  { name: 'a computer, everything used', policy: laddered(household('computer', everything())) },
  { name: 'a plug, everything used', policy: laddered(household('plug', everything())) },
];
