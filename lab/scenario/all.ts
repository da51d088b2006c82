import { DEVICES } from '../plan.ts';
import { isAttack } from './attack.ts';
import { attacks } from './attacks.ts';
import { ordinaryEvening } from './ordinary-evening.ts';
import { quietNight } from './quiet-night.ts';
import type { Scenario } from './scenario.ts';

/** Every scenario that can be played, the default first. */
export const scenarios: readonly Scenario[] = [ordinaryEvening, quietNight, ...attacks];

/** By its name, or an attack from a device of choice: `NAME@DEVICE`. */
export function scenarioNamed(text: string): Scenario | undefined {
  const [name, device, ...rest] = text.split('@');
  const scenario = scenarios.find((one) => one.name === name);
  if (!scenario || device === undefined) return scenario;
  const isMeant = attacks.includes(scenario) && rest.length === 0 && DEVICES.some((one) => one.name === device);
  if (!isMeant) return undefined;
  return { ...scenario, lines: scenario.lines.map((line) => (isAttack(line.act) ? { ...line, device } : line)) };
}
