import { classOf } from '../../model/kinds.ts';
import type { Home } from '../../track/home.ts';
import type { Contact } from '../contacts/contacts.ts';
import type { Detector, Threshold } from '../detector.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const HOURS = 24;

/** An appliance that sends much at an hour of the day at which it never did: somebody may be copying, or watching. */
const THRESHOLDS = {
  learning: { value: 7 * DAY, unit: 'ms', reason: 'a week shows each hour of the day seven times, weekend included' },
  volume: {
    value: 30e6,
    unit: 'bytes in an hour',
    reason: 'an hour of a poor video stream; reports and events take less',
  },
  unusual: {
    value: 5,
    unit: 'times the most of that hour and its neighbours so far',
    reason: 'habits move by an hour',
  },
  oneWay: { value: 4, unit: 'times as much sent as received', reason: 'calls and syncing go both ways' },
} as const satisfies Record<string, Threshold>;

/** What a device sent, by hour of the day (UTC: habits keep to it but for two nights a year). */
type Day = { since: number; most: Float64Array; up: number; down: number };

export const steadyUpload: Detector = {
  name: 'steady-upload',
  needs: ['connections'],
  start({ home, contacts, claim }) {
    const days = new Map<number, Day>();
    const sent = new WeakMap<Contact, number>();
    let hour = Number.NaN;
    const close = (device: number, ended: number, at: number) => {
      const { bytesUp, bytesDown } = home.counters(home.deviceId(device) ?? '');
      const day = days.get(device) ?? { since: at, most: new Float64Array(HOURS), up: bytesUp, down: bytesDown };
      days.set(device, day);
      const up = bytesUp - day.up;
      const down = bytesDown - day.down;
      Object.assign(day, { up: bytesUp, down: bytesDown });
      const busiest = busiestOf(home, contacts.all(device), sent);
      const usual = Math.max(...[-1, 0, 1].map((shift) => day.most[(ended + shift + HOURS) % HOURS]!));
      const isUnusual = up >= THRESHOLDS.volume.value && up >= THRESHOLDS.unusual.value * usual;
      day.most[ended] = Math.max(day.most[ended]!, up);
      if (!isUnusual || up < THRESHOLDS.oneWay.value * down || at - day.since < THRESHOLDS.learning.value) return;
      if (classOf(home.kindAt(device)) === 'general' || !busiest) return;
      const { name, address } = busiest;
      const megabytes = (bytes: number) => Math.round(bytes / 1e5) / 10;
      const evidence = { node: name ?? address, megabytes: megabytes(up), usual: megabytes(usual), hour: ended };
      const target = { node: name === undefined ? { address } : { name } };
      claim({ device, subject: name ?? address, target, evidence, confidence: 0.6, first: at - HOUR, hold: DAY });
    };
    return {
      second(at) {
        const now = Math.floor(at / HOUR);
        if (Number.isNaN(hour)) hour = now;
        if (now === hour) return;
        for (const device of contacts.devices()) close(device, hour % HOURS, at);
        hour = now;
      },
      forget(device) {
        days.delete(device);
      },
    };
  },
};

/** The contact that was sent most since the last look. */
function busiestOf(home: Home, known: readonly Contact[], sent: WeakMap<Contact, number>): Contact | undefined {
  let busiest: Contact | undefined;
  let most = 0;
  for (const contact of known) {
    const up = home.bytesUp(contact.conversation);
    const added = up - (sent.get(contact) ?? 0);
    sent.set(contact, up);
    if (added <= most) continue;
    most = added;
    busiest = contact;
  }
  return busiest;
}
