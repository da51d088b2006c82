/** Which attacks are tried from which device, what shall become of each, and how it is known on the wire. */

import { sinkAddress } from '../../lab/home/pace.ts';
import { SINKS } from '../../lab/plan.ts';
import {
  BROKER_PORT,
  DEAD_PORT,
  FLOODED_SINK,
  LOGIN_PORT,
  MASTER_PORT,
  TUNNEL_DOMAIN,
  VICTIM_DOMAIN,
} from '../../lab/scenario/attack.ts';

/**
 * What the default preference does. `cut`: nothing of it arrives any more. `held`: the kernel lets nothing of it out, and
 * the household is told. `rate`: questions to the home’s resolver are never cut, but slowed to what the device may ask.
 */
export type Expected = 'cut' | 'held' | 'rate';

/** How an attack is seen at the far side; for one inside the home, at the victim. */
export type Seen = { filter: string; word?: string; at?: string };

export type Attack = {
  /** Longest time in which it must be stopped, s. */
  within: number;
  /** Minutes rather than seconds. */
  long?: true;
  outcome: Expected;
  seen: Seen;
};

export type Trial = Attack & { attack: string; device: string; over?: 6 };

const toPort = (...ports: number[]) => `tcp and (${ports.map((port) => `dst port ${port}`).join(' or ')})`;
const question = (domain: string): Seen => ({ filter: 'udp dst port 53', word: domain.split('.')[0]! });

const FLOODED = [sinkAddress(FLOODED_SINK), sinkAddress(FLOODED_SINK, 6)]
  .map((host) => `dst host ${host}`)
  .join(' or ');

/** By what tells it from all others, so that several can go on at once. */
const ATTACKS = {
  'recorder-scan': { within: 30, outcome: 'cut', seen: { filter: toPort(34_567) } },
  'telnet-scan': { within: 30, outcome: 'held', seen: { filter: toPort(23, 2323) } },
  'slow-scan': { within: 120, outcome: 'cut', seen: { filter: toPort(22) } },
  'syn-flood': { within: 30, outcome: 'cut', seen: { filter: `${toPort(80)} and (${FLOODED})` } },
  'udp-flood': { within: 30, outcome: 'cut', seen: { filter: 'udp dst port 9000' } },
  'water-torture': { within: 40, outcome: 'rate', seen: question(VICTIM_DOMAIN) },
  'dns-tunnel': { within: 90, outcome: 'rate', seen: question(TUNNEL_DOMAIN) },
  spam: { within: 60, outcome: 'held', seen: { filter: toPort(25) } },
  'orphan-beacon': { within: 170, outcome: 'cut', long: true, seen: { filter: toPort(DEAD_PORT) } },
  beacon: { within: 170, outcome: 'cut', long: true, seen: { filter: toPort(MASTER_PORT) } },
  proxy: { within: 240, outcome: 'cut', long: true, seen: { filter: toPort(BROKER_PORT) } },
  worm: { within: 60, outcome: 'cut', seen: { filter: toPort(LOGIN_PORT), at: 'laptop' } },
} as const satisfies Record<string, Attack>;

export type AttackName = keyof typeof ATTACKS;
export const ATTACK_NAMES = Object.keys(ATTACKS) as AttackName[];

/** To the sinks, but for what is done by names or inside the home. */
function onTheWire(seen: Seen, over: 6 | undefined): Seen {
  if (seen.word !== undefined || seen.at !== undefined) return seen;
  const sinks = over === 6 ? `ip6 dst net ${SINKS.v6}` : `ip dst net ${SINKS.v4}`;
  return { ...seen, filter: `${sinks} and ${seen.filter}` };
}

export function trial(attack: AttackName, device: string, over?: 6, outcome?: Expected): Trial {
  const known: Attack = ATTACKS[attack];
  const more = { ...(over && { over }), ...(outcome && { outcome }) };
  return { ...known, attack, device, seen: onTheWire(known.seen, over), ...more };
}

/** Each attack once. */
export const TRIALS: readonly Trial[] = [
  trial('recorder-scan', 'thermostat'),
  trial('telnet-scan', 'camera'),
  // What a computer may do is not held beforehand.
  trial('telnet-scan', 'laptop', undefined, 'cut'),
  trial('slow-scan', 'thermostat'),
  trial('syn-flood', 'plug'),
  trial('udp-flood', 'bulb'),
  trial('water-torture', 'speaker'),
  trial('dns-tunnel', 'tv'),
  trial('spam', 'fridge'),
  trial('orphan-beacon', 'bulb'),
  trial('beacon', 'plug'),
  trial('proxy', 'tv'),
  trial('worm', 'camera'),
];

const APPLIANCES = ['camera', 'bulb', 'plug', 'tv', 'fridge', 'thermostat', 'speaker'] as const;
/** What infected computers do as well; they mail, and pass on what their people want. */
const BY_COMPUTERS: readonly AttackName[] = ['recorder-scan', 'telnet-scan', 'syn-flood', 'udp-flood', 'water-torture'];
/** The smoke alarm’s own heartbeats go on while it attacks. */
const BY_ALARMS: readonly AttackName[] = ['recorder-scan', 'syn-flood', 'orphan-beacon'];
/** Over IPv6 from devices in turn; inside the home addresses are too many to be tried. */
const OVER_6: readonly AttackName[] = ATTACK_NAMES.filter((name) => name !== 'worm');

const isLong = (name: AttackName) => 'long' in ATTACKS[name];
const LONG = ATTACK_NAMES.filter(isLong);
const SHORT = ATTACK_NAMES.filter((name) => !isLong(name));

/** Every attack from every suitable device, and over IPv6 from one after the other; what takes long or fits to few others first. */
export const MATRIX: readonly Trial[] = [
  ...LONG.flatMap((attack) => APPLIANCES.map((device) => trial(attack, device))),
  ...BY_COMPUTERS.map((attack) => trial(attack, 'laptop', undefined, attack === 'telnet-scan' ? 'cut' : undefined)),
  ...BY_ALARMS.map((attack) => trial(attack, 'smoke-alarm')),
  ...OVER_6.map((attack, i) => trial(attack, APPLIANCES[(3 * i) % APPLIANCES.length]!, 6)),
  ...SHORT.flatMap((attack) => APPLIANCES.map((device) => trial(attack, device))),
];

/** Half of the home’s ten devices, so that there are others to be harmed. */
const AT_ONCE = 5;

/** Attacks that go on at the same time: each from another device, and each another one, so that they can be told apart. */
export function roundsOf(trials: readonly Trial[]): Trial[][] {
  const rounds: Trial[][] = [];
  const fits = (round: readonly Trial[], one: Trial) =>
    round.length < AT_ONCE &&
    round.every(
      ({ attack, device, seen }) =>
        attack !== one.attack && device !== one.device && seen.at !== one.device && one.seen.at !== device,
    );
  for (const one of trials) {
    const round = rounds.find((known) => fits(known, one));
    if (round) round.push(one);
    else rounds.push([one]);
  }
  return rounds;
}
