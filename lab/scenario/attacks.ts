import {
  type Attack,
  DEAD_PORT,
  FLOODED_SINK,
  isAttack,
  LOGIN_PORT,
  MASTER_PORT,
  TUNNEL_DOMAIN,
  VICTIM_DOMAIN,
} from './attack.ts';
import { ordinaryEvening } from './ordinary-evening.ts';
import type { Scenario } from './scenario.ts';

/** Everybody is at home and working when an attack begins, seconds. */
const BEGIN = 5;

/** Beside an ordinary evening: an infected device has others around it, and goes on with its own work. */
function attack(name: string, device: string, about: string, ...acts: Attack[]): Scenario {
  return {
    name,
    about,
    lines: [...ordinaryEvening.lines, ...acts.map((act) => ({ device, act, from: BEGIN }))],
  };
}

/** Each is played from another device with `NAME@DEVICE`. */
export const attacks: readonly Scenario[] = [
  attack('slow-scan', 'thermostat', 'The thermostat tries strangers’ SSH servers, one every two seconds.', {
    ...{ do: 'scan', where: 'sinks', ports: [22], perSecond: 0.5, count: 100 },
  }),
  attack('recorder-scan', 'camera', 'The camera looks for strangers’ video recorders, one a second.', {
    ...{ do: 'scan', where: 'sinks', ports: [34_567], perSecond: 1, count: 600 },
  }),
  attack('telnet-scan', 'camera', 'The camera looks for its next victims as Mirai does.', {
    ...{ do: 'scan', where: 'sinks', ports: [23, 23, 23, 23, 23, 23, 23, 23, 23, 2323] },
    ...{ marked: true, perSecond: 160, count: 8000 },
  }),
  attack('syn-flood', 'plug', 'The plug takes part in a flood of half-open connections.', {
    ...{ do: 'flood', sink: FLOODED_SINK, port: 80, with: 'syn', perSecond: 500, count: 15_000 },
  }),
  attack('udp-flood', 'bulb', 'The lamp takes part in a flood of datagrams.', {
    ...{ do: 'flood', sink: 41, port: 9000, with: 'udp', bytes: 512, perSecond: 500, count: 15_000 },
  }),
  attack('water-torture', 'speaker', 'The speaker asks for names that do not exist, to drown a domain’s servers.', {
    ...{ do: 'ask', below: VICTIM_DOMAIN, letters: 12, perSecond: 40, count: 2400 },
  }),
  attack('beacon', 'plug', 'The plug calls its master, which answers.', {
    ...{ do: 'beacon', sink: 70, port: MASTER_PORT, every: 3, jitter: 0.05, count: 60 },
  }),
  attack('orphan-beacon', 'bulb', 'The lamp calls a master that was taken away.', {
    ...{ do: 'beacon', sink: 71, port: DEAD_PORT, every: 3, jitter: 0.05, count: 60 },
  }),
  attack('dns-tunnel', 'tv', 'The television carries data out in names.', {
    ...{ do: 'ask', below: `t.${TUNNEL_DOMAIN}`, letters: 48, perSecond: 3, count: 360 },
  }),
  attack('spam', 'fridge', 'The fridge hands mail straight to strangers’ mail servers.', {
    ...{ do: 'spam', servers: 30, bytes: 1200, perSecond: 2, count: 240 },
  }),
  attack('proxy', 'tv', 'The television passes on the traffic of strangers.', {
    ...{ do: 'relay', broker: 90, servers: 8, bytes: 30_000, every: 0.5, count: 720 },
  }),
  attack(
    'worm',
    'camera',
    'The camera looks for others in the home and guesses the laptop’s password.',
    { do: 'scan', where: 'home', ports: [LOGIN_PORT], perSecond: 10, count: 600 },
    { do: 'guess', victim: 'laptop', port: LOGIN_PORT, perSecond: 2, count: 120 },
  ),
];

/** The attack alone, for a home where an evening goes on already. */
export function withoutEvening(scenario: Scenario): Scenario {
  const own = scenario.lines.filter(({ act }) => isAttack(act));
  return own.length === 0 ? scenario : { ...scenario, lines: own };
}
