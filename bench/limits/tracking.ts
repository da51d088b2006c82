/** Which packets connection tracking calls new, and which belong to no connection, as the kernel's tripwires see them. */

/** Timeouts of nf_conntrack's own defaults, s. */
const TIMEOUT = { udp: 30, udpAnswered: 120, syn: 120, tcp: 432_000, closing: 120, reset: 10, other: 600, icmp: 30 };
const TCP = 6;
const UDP = 17;
const ICMP = new Set([1, 58]);
const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;

export type Seen = {
  protocol: number;
  source: string;
  destination: string;
  sourcePort: number;
  destinationPort: number;
  flags: number;
};

/** `stateless`: no SYN came first. */
export type State = 'new' | 'stateless' | 'known';

type Entry = { answered: boolean; from: string; until: number; fins: number; reset: boolean };

export class Tracking {
  readonly #entries = new Map<string, Entry>();

  /** @param at ms */
  state(packet: Seen, at: number): State {
    const { source, destination, sourcePort, destinationPort, protocol, flags } = packet;
    const ends = [`${source} ${sourcePort}`, `${destination} ${destinationPort}`].sort();
    // Echoes carry their type in the port: request and answer are one connection.
    const key = ICMP.has(protocol) ? `${protocol} ${[source, destination].sort()}` : `${protocol} ${ends}`;
    const found = this.#entries.get(key);
    const known = found !== undefined && found.until > at && !(found.reset && (flags & SYN) !== 0) ? found : undefined;
    if (!known) {
      if (protocol === TCP && (flags & (FIN | SYN | RST | ACK)) !== SYN) return this.#loose(key, packet, at);
      this.#entries.set(key, entry(packet, at));
      return 'new';
    }
    if (known.reset) return 'stateless';
    if (known.from !== source) known.answered = true;
    if (protocol === TCP && (flags & FIN) !== 0) known.fins++;
    known.reset = protocol === TCP && (flags & RST) !== 0;
    known.until = at + 1000 * lifetime(protocol, known);
    return known.answered ? 'known' : 'new';
  }

  /** The kernel picks running connections up (nf_conntrack_tcp_loose), all but resets. */
  #loose(key: string, packet: Seen, at: number): State {
    if ((packet.flags & RST) === 0) this.#entries.set(key, { ...entry(packet, at), until: at + 300_000 });
    return 'stateless';
  }
}

function entry({ protocol, source }: Seen, at: number): Entry {
  const first = { answered: false, from: source, until: 0, fins: 0, reset: false };
  return { ...first, until: at + 1000 * lifetime(protocol, first) };
}

function lifetime(protocol: number, { answered, fins, reset }: Entry): number {
  if (protocol === UDP) return answered ? TIMEOUT.udpAnswered : TIMEOUT.udp;
  if (ICMP.has(protocol)) return TIMEOUT.icmp;
  if (protocol !== TCP) return TIMEOUT.other;
  if (reset) return TIMEOUT.reset;
  if (fins >= 2) return TIMEOUT.closing;
  return answered ? TIMEOUT.tcp : TIMEOUT.syn;
}
