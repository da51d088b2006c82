import { formatWords } from '../../model/address.ts';
import { classOf } from '../../model/kinds.ts';
import { protocolName } from '../../model/protocols.ts';
import { MARK } from '../../track/witness.ts';
import type { Claim, Detector, OpenedFlow, Threshold } from '../detector.ts';

/** ICMP, IGMP, TCP, UDP, ICMPv6, no next header. */
const ORDINARY: ReadonlySet<number> = new Set([1, 2, 6, 17, 58, 59]);
/** GRE, IPsec and other tunnels that computers and phones use for work, and SCTP. */
const TUNNELS: ReadonlySet<number> = new Set([4, 41, 47, 50, 51, 115, 132]);
const GRE = 47;
const FAR_ENDS = {
  value: 3,
  unit: 'far ends of one such protocol in a device’s memory',
  reason: 'a person’s computer has one or two ends of a tunnel',
} satisfies Threshold;
const PROTOCOLS = {
  value: 8,
  unit: 'such protocols in a device’s memory',
  reason: 'nothing needs more than a tunnel or two; who tries them all wants to know which are served (nmap -sO)',
} satisfies Threshold;
/** Far ends remembered of a device and protocol. */
const MAX_FAR_ENDS = 8;
/** Devices and protocols remembered; there are 256 protocols. */
const MAX_REMEMBERED = 4096;
const HOLD = 30 * 60_000;
const ALL = 'many protocols';
/** Of these, as many are named. */
const NAMED = 4;
const CONFIDENCE = { gre: 0.97, appliance: 0.8, many: 0.9, other: 0.6 };

type Used = Map<number, Set<string>>;

/** IP protocols that an appliance has no use for beyond the home, such as the GRE floods of Mirai. */
export const unneededProtocol: Detector = {
  name: 'unneeded-protocol',
  needs: ['connections'],
  start({ home, claim }) {
    const used = new Map<number, Used>();
    let remembered = 0;
    /** Of the second in hand: a search through all protocols is one thing. */
    const waiting: Claim[] = [];

    function note({ device, protocol, far }: OpenedFlow): Used {
      const protocols = used.get(device) ?? new Map<number, Set<string>>();
      used.set(device, protocols);
      const known = protocols.get(protocol) ?? new Set<string>();
      if (!protocols.has(protocol) && remembered < MAX_REMEMBERED) {
        remembered++;
        protocols.set(protocol, known);
      }
      if (known.size < MAX_FAR_ENDS) known.add(formatWords(far));
      return protocols;
    }

    function inquire(flow: OpenedFlow): void {
      const { device, protocol } = flow;
      const protocols = note(flow);
      const address = formatWords(flow.far);
      const isInside = (flow.marks & (MARK.theirsHome | MARK.peer)) !== 0;
      if (protocols.size >= PROTOCOLS.value) {
        waiting.push(claimOfAll(device, protocols, address));
        return;
      }
      const farEnds = protocols.get(protocol)?.size ?? 1;
      const kind = classOf(home.kindAt(device));
      const isAppliance = kind === 'appliance' || kind === 'critical';
      if (isInside || (!isAppliance && TUNNELS.has(protocol) && farEnds < FAR_ENDS.value)) return;
      waiting.push({
        ...{ device, subject: protocolName(protocol), hold: HOLD },
        target: { service: { protocol, initiator: 'device' } },
        evidence: { protocol: protocolName(protocol), address, farEnds },
        confidence: isAppliance ? (protocol === GRE ? CONFIDENCE.gre : CONFIDENCE.appliance) : CONFIDENCE.other,
      });
    }

    return {
      opened(flow) {
        if (!ORDINARY.has(flow.protocol) && flow.byDevice && (flow.marks & MARK.theirsSpecial) === 0) inquire(flow);
      },
      second() {
        if (waiting.length === 0) return;
        const searching = new Set(waiting.filter(({ subject }) => subject === ALL).map(({ device }) => device));
        for (const one of waiting.splice(0)) if (one.subject === ALL || !searching.has(one.device)) claim(one);
        // What was told of single ones before is part of it.
        for (const device of searching)
          for (const protocol of used.get(device)?.keys() ?? [])
            claim({ device, subject: protocolName(protocol), evidence: {}, confidence: 0, hold: 0 });
      },
      forget(device) {
        remembered -= used.get(device)?.size ?? 0;
        used.delete(device);
      },
    };
  },
};

function claimOfAll(device: number, protocols: Used, address: string): Claim {
  const names = [...protocols.keys()].map(protocolName);
  const shown = names.slice(-NAMED).join(', ');
  return {
    ...{ device, subject: ALL, hold: HOLD, confidence: CONFIDENCE.many },
    target: { node: { address } },
    evidence: { protocol: `${shown} …`, address, protocols: names.length },
  };
}
