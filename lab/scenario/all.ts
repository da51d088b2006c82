import { DEVICES } from '../plan.ts';
import { isAttack, leavesHome } from './attack.ts';
import { attacks, withoutEvening } from './attacks.ts';
import { ordinaryEvening } from './ordinary-evening.ts';
import { quietNight } from './quiet-night.ts';
import type { Scenario } from './scenario.ts';

/** At the end of an attack’s name: over IPv6. */
const V6 = '-v6';

/** Every scenario that can be played, the default first. */
export const scenarios: readonly Scenario[] = [ordinaryEvening, quietNight, ...attacks];

/**
 * By its name; attacks also from a device of choice (`NAME@DEVICE`), over IPv6 (`NAME-v6`, where it leaves the home), and
 * several at once (`NAME@DEVICE+NAME@DEVICE`).
 */
export function scenarioNamed(text: string): Scenario | undefined {
  const parts = text.split('+');
  if (parts.length === 1) return one(text);
  const all = parts.map(one);
  if (!all.every((scenario) => scenario !== undefined && withoutEvening(scenario) !== scenario)) return undefined;
  const lines = all.flatMap((scenario) => withoutEvening(scenario!).lines);
  return { name: text, about: 'Several attacks at once.', lines: [...ordinaryEvening.lines, ...lines] };
}

function one(text: string): Scenario | undefined {
  const [name = '', device, ...rest] = text.split('@');
  const scenario = scenarios.find((known) => known.name === name) ?? overIpv6(name);
  if (!scenario || device === undefined) return scenario;
  const isMeant =
    withoutEvening(scenario) !== scenario && rest.length === 0 && DEVICES.some((known) => known.name === device);
  if (!isMeant) return undefined;
  return { ...scenario, lines: scenario.lines.map((line) => (isAttack(line.act) ? { ...line, device } : line)) };
}

/** The same attack as `name` without its end, over IPv6. */
function overIpv6(name: string): Scenario | undefined {
  const twin = name.endsWith(V6) ? attacks.find((known) => known.name === name.slice(0, -V6.length)) : undefined;
  if (!twin?.lines.every(({ act }) => !isAttack(act) || leavesHome(act))) return undefined;
  return {
    ...twin,
    name,
    lines: twin.lines.map((line) => (isAttack(line.act) ? { ...line, act: { ...line.act, over: 6 } } : line)),
  };
}
