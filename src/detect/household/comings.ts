import { classOf } from '../../model/kinds.ts';
import type { Detector, Threshold } from '../detector.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** While a home is met for the first time everything in it is new. */
const SETTLED = {
  value: HOUR,
  unit: 'ms after the first observation',
  reason: 'devices that sleep speak up within an hour',
} satisfies Threshold;
const NEW_FOR = 10 * 60_000;

/** A device that was not there before, once the home is known. */
export const newDevice: Detector = {
  name: 'new-device',
  needs: ['connections'],
  start({ home, claim }) {
    const told = new Set<number>();
    let settled = Number.NaN;
    return {
      observe: {
        restore: ({ at, devices }) => {
          if (devices.length > 0) settled = at;
        },
      },
      second(at, active) {
        if (Number.isNaN(settled)) settled = at + SETTLED.value;
        for (const device of active) {
          if (told.has(device)) continue;
          const since = home.firstSeenAt(device);
          if (since < settled || at - since > NEW_FOR) continue;
          told.add(device);
          const kind = home.kindAt(device) ?? '';
          claim({ device, subject: '', evidence: { kind }, confidence: 1, first: since, hold: DAY });
        }
      },
      forget: (device) => told.delete(device),
    };
  },
};

const THRESHOLDS = {
  age: { value: 3 * DAY, unit: 'ms since it came', reason: 'shorter, nobody can say what is usual for it' },
  present: { value: 0.8, unit: 'share of hours in which it spoke', reason: 'a thing that is always on, save restarts' },
  silent: { value: 12 * HOUR, unit: 'ms', reason: 'an outage of the internet or the power is over by then, mostly' },
} as const satisfies Record<string, Threshold>;

type Presence = { hours: number; hour: number; last: number; told: boolean };

/** A thing that was always on says nothing any more: broken, unplugged, moved out of reach, or taken. */
export const vanishedDevice: Detector = {
  name: 'vanished-device',
  needs: ['connections'],
  start({ home, claim }) {
    const presences = new Map<number, Presence>();
    let checked = 0;
    const check = (at: number) => {
      for (const [device, presence] of presences) {
        const silent = at - presence.last;
        if (presence.told || silent < THRESHOLDS.silent.value || classOf(home.kindAt(device)) === 'general') continue;
        const age = presence.last - home.firstSeenAt(device);
        const share = (presence.hours * HOUR) / Math.max(HOUR, age);
        if (age < THRESHOLDS.age.value || share < THRESHOLDS.present.value) continue;
        presence.told = true;
        const evidence = { hours: Math.round(silent / HOUR), days: Math.round(age / DAY) };
        claim({ device, subject: '', evidence, confidence: 0.9, first: presence.last, hold: 7 * DAY });
      }
    };
    return {
      second(at, active) {
        const hour = Math.floor(at / HOUR);
        for (const device of active) {
          const presence = presences.get(device) ?? { hours: 0, hour: 0, last: at, told: false };
          presences.set(device, presence);
          if (presence.told) claim({ device, subject: '', evidence: { hours: 0, days: 0 }, confidence: 0.9, hold: 0 });
          presence.told = false;
          presence.last = at;
          if (presence.hour !== hour) presence.hours++;
          presence.hour = hour;
        }
        if (at - checked < HOUR) return;
        checked = at;
        check(at);
      },
      forget: (device) => presences.delete(device),
    };
  },
};
