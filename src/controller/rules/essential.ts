import { parseAddress } from '../../model/address.ts';
import type { Device } from '../../model/home.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** What a device does in its first days is what it was made for. */
const FIRST_DAYS = 3 * DAY;
/** What it met only so lately may be what it is held for, ms. */
const LATELY = DAY;
/** Of a device that is too new for that: what it did when it was set up. */
const SET_UP = 10 * 60_000;
/** Far ends that one device may keep: makers use some dozen names. */
export const MAX_ESSENTIAL = 64;
const TIME = 'udp/123';

type Contact = { name: string; services: string[]; firstSeen: number };

/**
 * What a device needs to stay sound: its time servers, and the names that it met in its first days.
 * @param contacts all its far ends, the largest first
 * @returns names, and addresses of time servers
 */
export function essentialOf({ firstSeen }: Device, contacts: readonly Contact[], now: number): string[] {
  const learntUntil = Math.max(firstSeen + SET_UP, Math.min(firstSeen + FIRST_DAYS, now - LATELY));
  const early = contacts.filter(({ name, firstSeen: met }) => met <= learntUntil && isOutside(name));
  // A bare address says nothing of who is behind it, unless all that it is asked for is the time.
  return early
    .filter(({ name, services }) => !parseAddress(name) || (services.length === 1 && services[0] === TIME))
    .slice(0, MAX_ESSENTIAL)
    .map(({ name }) => name);
}

function isOutside(name: string): boolean {
  return !name.startsWith('device:') && !name.startsWith('(');
}
