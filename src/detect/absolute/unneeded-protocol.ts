import { formatWords } from '../../model/address.ts';
import { classOf } from '../../model/kinds.ts';
import { protocolName } from '../../model/protocols.ts';
import { MARK } from '../../track/witness.ts';
import type { Detector, OpenedFlow, Threshold } from '../detector.ts';

/** ICMP, IGMP, TCP, UDP, ICMPv6, no next header. */
const ORDINARY: ReadonlySet<number> = new Set([1, 2, 6, 17, 58, 59]);
/** GRE, IPsec and other tunnels that computers and phones use for work, and SCTP. */
const TUNNELS: ReadonlySet<number> = new Set([4, 41, 47, 50, 51, 115, 132]);
const GRE = 47;
const PROTOCOLS = {
  value: 3,
  unit: 'far ends of one such protocol in a device’s memory',
  reason: 'a person’s computer has one or two ends of a tunnel',
} satisfies Threshold;
/** Far ends remembered of a device and protocol. */
const MAX_FAR_ENDS = 8;
/** Devices and protocols remembered; there are 256 protocols. */
const MAX_REMEMBERED = 4096;
const HOLD = 30 * 60_000;

/** IP protocols that an appliance has no use for beyond the home, such as the GRE floods of Mirai. */
export const unneededProtocol: Detector = {
  name: 'unneeded-protocol',
  needs: ['connections'],
  start({ home, claim }) {
    const farEnds = new Map<number, Set<string>>();
    const inquire = (flow: OpenedFlow) => {
      const { device, protocol } = flow;
      const key = device * 256 + protocol;
      const known = farEnds.get(key) ?? new Set<string>();
      if (farEnds.size < MAX_REMEMBERED) farEnds.set(key, known);
      const address = formatWords(flow.far);
      if (known.size < MAX_FAR_ENDS) known.add(address);
      const kind = classOf(home.kindAt(device));
      const isAppliance = kind === 'appliance' || kind === 'critical';
      if (!isAppliance && TUNNELS.has(protocol) && known.size < PROTOCOLS.value) return;
      claim({
        ...{ device, subject: protocolName(protocol), hold: HOLD },
        target: { service: { protocol, initiator: 'device' } },
        evidence: { protocol: protocolName(protocol), address, farEnds: known.size },
        confidence: isAppliance ? (protocol === GRE ? 0.97 : 0.8) : 0.6,
      });
    };
    return {
      opened(flow) {
        if (ORDINARY.has(flow.protocol) || !flow.byDevice) return;
        if ((flow.marks & (MARK.theirsSpecial | MARK.theirsHome | MARK.peer)) === 0) inquire(flow);
      },
      forget(device) {
        for (const key of farEnds.keys()) if (Math.floor(key / 256) === device) farEnds.delete(key);
      },
    };
  },
};
