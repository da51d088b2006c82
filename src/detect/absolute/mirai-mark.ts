import { PROTOCOL } from '../../model/protocols.ts';
import type { Detector, Threshold } from '../detector.ts';

/** The sequence number of a SYN is chosen at random (RFC 9293 §3.4.1): it equals the destination once in 2³² by chance. */
const MARKED_SYNS = {
  value: 2,
  unit: 'SYNs',
  reason: 'one could be chance or a test of the network; two within the memory of a device are not',
  source: 'Antonakakis et al., Understanding the Mirai Botnet, USENIX Security 2017',
} satisfies Threshold;
const HOLD = 30 * 60_000;

/** SYNs whose sequence number is the destination's address: how Mirai and its descendants scan without keeping state. */
export const miraiMark: Detector = {
  name: 'mirai-mark',
  needs: ['syns'],
  start({ evidence, claim }) {
    const told = new Map<number, number>();
    return {
      second(_at, active) {
        for (const device of active) {
          const { marked, markedPort } = evidence.of(device);
          if (marked < MARKED_SYNS.value || marked === told.get(device)) continue;
          told.set(device, marked);
          claim({
            ...{ device, subject: '', confidence: marked > 4 ? 0.99 : 0.95, hold: HOLD },
            evidence: { packets: marked, port: markedPort, protocol: PROTOCOL.tcp },
          });
        }
      },
      forget: (device) => told.delete(device),
    };
  },
};
