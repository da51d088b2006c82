import type { Counters, Device, Finding } from './home.ts';
import type { Resemblance } from './identity.ts';
import type { CoverageNote } from './observation.ts';

/**
 * The one stream out of the core. Events of kind `traffic` and `minute` are columns by number, since a flood makes
 * many of them; their readers take the details from the home (`home.conversation(id)`).
 */
export type HomeEvent =
  | { kind: 'device'; at: number; change: 'found' | 'changed' | 'gone'; device: Device }
  /** Two ids were one device; all of `device` is now part of `into`. */
  | { kind: 'merged'; at: number; device: string; into: string }
  /** A new device looks like one known before (or no longer does, or the owner answered). */
  | { kind: 'resemblance'; at: number; change: 'new' | 'over'; resemblance: Resemblance }
  /** Who routes for this home; it is no device of the list. */
  | { kind: 'gateway'; at: number; macs: string[]; addresses: string[] }
  /** At most once per second of observed time: conversations that changed since the last such event. */
  | { kind: 'traffic'; at: number; conversations: readonly number[]; devices: readonly string[] }
  /** Each whole minute of observed time: what every conversation added in that minute. */
  | { kind: 'minute'; at: number; start: number; rows: readonly MinuteRow[] }
  | {
      kind: 'coverage';
      at: number;
      source: string;
      notes: readonly CoverageNote[];
      lost: { events: number; packets: number };
    }
  | { kind: 'finding'; at: number; change: 'new' | 'changed' | 'over'; finding: Finding };

/** Far end of a minute row that stands for all evicted conversations of a device. */
export const OTHERS = '(others)';

/**
 * What one conversation added in one minute. `node` is its name, else its address, `device:` and an id for a far end
 * inside the home, or `OTHERS`.
 */
export type MinuteRow = Counters & {
  device: string;
  node: string;
  protocol: string;
  port: number;
  initiator: 'device' | 'node';
};
