import type { TrippedObservation } from '../../model/observation.ts';
import { serviceOf } from '../contacts/place.ts';
import type { Claim, Detector, Threshold } from '../detector.ts';

/** Reasons that speak of how much a device sends; that of a service says what it sends, and `spoofing` is told elsewhere. */
const RATES: ReadonlySet<string> = new Set([
  'packets',
  'stateless',
  'connections',
  'destination4',
  'destination6',
  'dns',
]);

const TIMES = {
  /** A tripwire holds a device for ten seconds: what goes on after that sets it off again. */
  apart: { value: 5_000, unit: 'ms', reason: 'within one hold the kernel tells of the same packets again' },
  memory: { value: 600_000, unit: 'ms', reason: 'an update or a reconnection is over by then, an attack is not' },
  often: {
    value: 3,
    unit: 'holds',
    reason: 'limits are at least twice what ordinary devices need; once is an accident',
  },
  steady: { value: 6, unit: 'holds', reason: 'a minute of nothing else' },
} satisfies Record<string, Threshold>;

const HOLD = 10 * 60_000;

/** Held by the kernel for sending too much, again and again: what is left to see of a flood that never gets out. */
export const tripwireRate = tripwire('tripwire-rate', ({ reason }) => RATES.has(reason));
/** Held by the kernel for a service that such a device never needs: each is told of by itself. */
export const tripwireService = tripwire('tripwire-service', ({ reason }) => reason === 'unneeded');

/** Services that one device is told to have tried: as many as kinds of devices never need. */
const MAX_SUBJECTS = 32;

type Held = { times: number; since: number; last: number };

function tripwire(
  name: 'tripwire-rate' | 'tripwire-service',
  isMine: (tripped: TrippedObservation) => boolean,
): Detector {
  return {
    name,
    needs: [],
    start({ claim }) {
      const held = new Map<number, Map<string, Held>>();
      return {
        observe: {
          tripped(tripped, device) {
            if (device < 0 || !isMine(tripped)) return;
            const { at } = tripped;
            const subject = subjectOf(tripped);
            const ofDevice = held.get(device) ?? new Map<string, Held>();
            held.set(device, ofDevice);
            const known = ofDevice.get(subject);
            if (known && at - known.last < TIMES.apart.value) return;
            const goesOn = known !== undefined && at - known.last <= TIMES.memory.value;
            const now = goesOn ? { ...known, times: known.times + 1, last: at } : { times: 1, since: at, last: at };
            if (!known && ofDevice.size >= MAX_SUBJECTS) return;
            ofDevice.set(subject, now);
            claim(claimOf(device, subject, now, tripped));
          },
        },
        forget: (device) => held.delete(device),
      };
    },
  };
}

/** `tcp/25`, where a service is what it is about. */
function subjectOf({ reason, to }: TrippedObservation): string {
  return reason === 'unneeded' && to ? serviceOf(to.protocol, to.port) : reason;
}

function claimOf(
  device: number,
  subject: string,
  { times, since, last }: Held,
  { reason, mode }: TrippedObservation,
): Claim {
  const certainty = times >= TIMES.steady.value ? 0.95 : times >= TIMES.often.value ? 0.85 : times > 1 ? 0.6 : 0.4;
  return {
    ...{ device, subject, first: since, hold: HOLD },
    evidence: {
      reason,
      service: subject,
      times,
      minutes: Math.max(1, Math.ceil((last - since) / 60_000)),
      held: mode === 'enforce',
    },
    // What only counts stands for devices of which nobody knows what they need.
    confidence: mode === 'enforce' ? certainty : certainty / 2,
  };
}
