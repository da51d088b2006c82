import type { Detector, Threshold } from '../detector.ts';

const MINUTE = 60_000;

/**
 * Windows asks everybody on the link for names that no server knows (LLMNR, RFC 4795). Who answers for whatever is asked
 * draws others' logins to itself.
 */
const NAMES = {
  value: 3,
  unit: 'different names answered for as its own, in the window',
  reason: 'a host has one name (RFC 4795 §4: unique on the link); after a change of it, two',
} satisfies Threshold;
const WINDOW = { value: 60 * MINUTE, unit: 'ms', reason: 'nobody is renamed so often' } satisfies Threshold;

/** Hosts that answer, and names of each. */
const MAX_ANSWERING = 1024;
const MAX_ANSWERED = 16;
const HOLD = 30 * MINUTE;
const CONFIDENCE = { few: 0.8, many: 0.95 };

/** A device that answers for names that cannot all be its own. */
export const nameSpoofing: Detector = {
  name: 'name-spoofing',
  needs: ['control'],
  start({ claim }) {
    const answered = new Map<number, Map<string, number>>();
    return {
      observe: {
        service({ at, protocol, hostname }, device) {
          if (protocol !== 'llmnr' || hostname === undefined || device < 0) return;
          const names = answered.get(device) ?? new Map<string, number>();
          if (!answered.has(device) && answered.size >= MAX_ANSWERING) return;
          answered.set(device, names);
          for (const [name, last] of names)
            if (at - last > WINDOW.value || names.size >= MAX_ANSWERED) names.delete(name);
          names.set(hostname.toLowerCase(), at);
          if (names.size < NAMES.value) return;
          const confidence = names.size >= 2 * NAMES.value ? CONFIDENCE.many : CONFIDENCE.few;
          const first = Math.min(...names.values());
          claim({
            device,
            subject: '',
            evidence: { names: names.size, example: hostname },
            confidence,
            first,
            hold: HOLD,
          });
        },
      },
      forget: (device) => answered.delete(device),
    };
  },
};
