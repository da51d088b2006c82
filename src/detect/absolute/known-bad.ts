import { formatWords } from '../../model/address.ts';
import { MARK } from '../../track/witness.ts';
import type { Detector } from '../detector.ts';

/** An address may have had an earlier owner, and a name is what the list means. */
const CONFIDENCE = { address: 0.8, name: 0.85 };
const HOLD = 6 * 3_600_000;

/** Contact with a place that an installed list calls bad: the device began it, or looked the name up. */
export const knownBad: Detector = {
  name: 'known-bad',
  needs: ['connections', 'names'],
  start({ badPlaces, claim }) {
    return {
      opened({ device, byDevice, marks, far }) {
        if (!byDevice || badPlaces.size === 0) return;
        if ((marks & (MARK.theirsHome | MARK.peer | MARK.theirsSpecial)) !== 0) return;
        const list = badPlaces.ofAddress(far);
        if (list === undefined) return;
        const address = formatWords(far);
        claim({
          ...{ device, subject: address, confidence: CONFIDENCE.address, hold: HOLD },
          target: { node: { address } },
          evidence: { list, address },
        });
      },
      observe: {
        lists: ({ lists }) => badPlaces.replace(lists),
        dns({ name, response }, device) {
          if (response || device < 0 || badPlaces.size === 0) return;
          const found = badPlaces.ofName(name);
          if (!found) return;
          claim({
            ...{ device, subject: name, confidence: CONFIDENCE.name, hold: HOLD },
            target: { node: { name } },
            evidence: { list: found.list, entry: found.entry },
          });
        },
      },
    };
  },
};
