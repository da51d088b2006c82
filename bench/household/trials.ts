/** Which attacks are tried from which device, and how each is known on the wire. */

import { SINKS } from '../../lab/plan.ts';
import { TUNNEL_DOMAIN, VICTIM_DOMAIN } from '../../lab/scenario/attack.ts';

export type Trial = {
  attack: string;
  device: string;
  /** Longest time in which it must be stopped, or told of where that is all that the default preference does, s. */
  within: number;
  /**
   * What the default preference does. `cut`: nothing of it arrives any more. `held`: the kernel lets nothing of it out, and
   * the household is told. `rate`: questions to the home’s resolver are never cut, but slowed to what the device may ask.
   * `told`: a suspicion that the household must judge itself.
   */
  outcome: 'cut' | 'held' | 'rate' | 'told';
  /** Minutes rather than seconds. */
  long?: true;
  /** Of the attack, seen at the far side; for one inside the home, at the victim. */
  seen: { filter: string; word?: string; at?: string };
};

const SINK = { filter: `ip dst net ${SINKS.v4}` };
const question = (domain: string) => ({ filter: 'udp dst port 53', word: domain.split('.')[0]! });

export const TRIALS: readonly Trial[] = [
  { attack: 'recorder-scan', device: 'thermostat', within: 30, outcome: 'cut', seen: SINK },
  { attack: 'telnet-scan', device: 'camera', within: 30, outcome: 'held', seen: SINK },
  { attack: 'telnet-scan', device: 'laptop', within: 30, outcome: 'cut', seen: SINK },
  { attack: 'slow-scan', device: 'thermostat', within: 120, outcome: 'cut', long: true, seen: SINK },
  { attack: 'syn-flood', device: 'plug', within: 30, outcome: 'cut', seen: SINK },
  { attack: 'udp-flood', device: 'bulb', within: 30, outcome: 'cut', seen: SINK },
  { attack: 'water-torture', device: 'speaker', within: 40, outcome: 'rate', seen: question(VICTIM_DOMAIN) },
  { attack: 'dns-tunnel', device: 'tv', within: 90, outcome: 'rate', seen: question(TUNNEL_DOMAIN) },
  { attack: 'spam', device: 'fridge', within: 60, outcome: 'held', seen: SINK },
  { attack: 'orphan-beacon', device: 'bulb', within: 120, outcome: 'cut', long: true, seen: SINK },
  { attack: 'beacon', device: 'plug', within: 120, outcome: 'told', long: true, seen: SINK },
  { attack: 'proxy', device: 'tv', within: 330, outcome: 'cut', long: true, seen: SINK },
  { attack: 'worm', device: 'camera', within: 60, outcome: 'cut', seen: { filter: 'tcp dst port 23', at: 'laptop' } },
];
