/**
 * What a device of a home can be, and how much it may be expected to do on a network. `undefined` stands for unknown
 * wherever a kind is asked for: a fair answer.
 */

/**
 * `appliance` does one thing and needs few far ends; `critical` is an appliance whose failure endangers people; `general`
 * runs whatever people put on it, or is not known; `infrastructure` carries the traffic of others.
 */
export type KindClass = 'appliance' | 'critical' | 'general' | 'infrastructure';

const CLASSES = {
  camera: 'appliance',
  doorbell: 'appliance',
  bulb: 'appliance',
  plug: 'appliance',
  switch: 'appliance',
  sensor: 'appliance',
  'smoke-alarm': 'critical',
  lock: 'critical',
  thermostat: 'appliance',
  siren: 'appliance',
  /** Shutters, curtains, garage doors. */
  blind: 'appliance',
  /** Fridge, kettle, oven, washing machine. */
  kitchen: 'appliance',
  /** Scales and other things that measure people, whose failure harms nobody. */
  health: 'appliance',
  /** Keeps somebody well: monitors, pumps, breathing aids. */
  medical: 'critical',
  /** Solar inverter, charger, meter. */
  energy: 'appliance',
  speaker: 'appliance',
  /** Televisions and the boxes and sticks that feed them. */
  tv: 'appliance',
  printer: 'appliance',
  /** Joins devices that speak no IP. */
  hub: 'appliance',
  vacuum: 'appliance',
  storage: 'general',
  phone: 'general',
  tablet: 'general',
  computer: 'general',
  console: 'general',
  /** Routers, access points, repeaters. */
  router: 'infrastructure',
} as const satisfies Record<string, KindClass>;

export type Kind = keyof typeof CLASSES;

export const KINDS = Object.keys(CLASSES) as readonly Kind[];

export function isKind(text: string): text is Kind {
  return Object.hasOwn(CLASSES, text);
}

/** What is not known may be a computer, and is treated as one. */
export function classOf(kind: string | undefined): KindClass {
  return kind !== undefined && isKind(kind) ? CLASSES[kind] : 'general';
}
