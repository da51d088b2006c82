import { formatWords } from '../../model/address.ts';
import { classOf } from '../../model/kinds.ts';
import { PROTOCOL } from '../../model/protocols.ts';
import { MARK } from '../../track/witness.ts';
import type { Detector, Threshold } from '../detector.ts';

const SMTP = 25;
/** Submission with a login (RFC 8314) goes to one provider, also from cameras that mail their pictures. */
const SUBMISSION: ReadonlySet<number> = new Set([465, 587]);

const SERVERS = {
  appliance: {
    value: 2,
    unit: 'mail servers in a day',
    reason:
      'an appliance hands its mail to one provider; port 25 is how servers speak to each other (RFC 5321 §2.3.10)',
  },
  general: { value: 6, unit: 'mail servers in a day', reason: 'somebody’s own mail server sends to some places' },
  submission: { value: 10, unit: 'providers in a day', reason: 'a family’s mail programs together have fewer' },
} satisfies Record<string, Threshold>;
/** Servers remembered of a device, and devices. */
const MAX_SERVERS = 256;
const MAX_SENDERS = 1024;
const DAY = 24 * 3_600_000;
const HOLD = 6 * 3_600_000;

type Sender = { since: number; attempts: number; smtp: Set<string>; submission: Set<string> };

/** Mail handed straight to the world's mail servers: the spam of an infected appliance. */
export const outboundMail: Detector = {
  name: 'outbound-mail',
  needs: ['connections'],
  start({ home, claim }) {
    const senders = new Map<number, Sender>();
    return {
      opened({ at, device, protocol, port, byDevice, marks, far, conversation }) {
        if (protocol !== PROTOCOL.tcp || !byDevice || (port !== SMTP && !SUBMISSION.has(port))) return;
        if ((marks & (MARK.theirsHome | MARK.peer | MARK.theirsSpecial)) !== 0) return;
        let sender = senders.get(device);
        if (!sender || at - sender.since > DAY) {
          if (!sender && senders.size >= MAX_SENDERS) return;
          sender = { since: at, attempts: 0, smtp: new Set(), submission: new Set() };
          senders.set(device, sender);
        }
        sender.attempts++;
        const servers = port === SMTP ? sender.smtp : sender.submission;
        const address = formatWords(far);
        // A provider's name stands for all of its addresses.
        const id = (marks & MARK.named) === 0 || conversation < 0 ? -1 : home.conversationId(conversation);
        if (servers.size < MAX_SERVERS) servers.add(home.nodeName(id) ?? address);
        const kind = classOf(home.kindAt(device));
        const isAppliance = kind === 'appliance' || kind === 'critical';
        const least = port !== SMTP ? SERVERS.submission : isAppliance ? SERVERS.appliance : SERVERS.general;
        if (servers.size < least.value) return;
        claim({
          ...{ device, subject: `tcp/${port}`, first: sender.since, hold: HOLD },
          target: { service: { protocol: PROTOCOL.tcp, port, initiator: 'device' } },
          evidence: { service: `tcp/${port}`, servers: servers.size, attempts: sender.attempts, address },
          confidence: (isAppliance ? 0.9 : 0.75) + Math.min(0.09, servers.size / 200),
        });
      },
      forget: (device) => senders.delete(device),
    };
  },
};
