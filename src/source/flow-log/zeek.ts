import { parseAddress, parseMac } from '../../model/address.ts';
import { PROTOCOL } from '../../model/protocols.ts';
import { countOf, type FlowRow, milliseconds, packetsOf, portOf, protocolOf, TCP_FLAG, type Uncounted } from './row.ts';
import type { Cells } from './table.ts';

/** Columns of Zeek's conn.log (Conn::Info of Zeek 7), and those that labelled copies of it have. */
export const CONN_COLUMNS: ReadonlySet<string> = new Set([
  ...['ts', 'uid', 'id.orig_h', 'id.orig_p', 'id.resp_h', 'id.resp_p', 'id.vlan', 'proto', 'service', 'duration'],
  ...['orig_bytes', 'resp_bytes', 'conn_state', 'local_orig', 'local_resp', 'missed_bytes', 'history'],
  ...['orig_pkts', 'orig_ip_bytes', 'resp_pkts', 'resp_ip_bytes', 'tunnel_parents', 'ip_proto', 'community_id'],
  ...['orig_l2_addr', 'resp_l2_addr', 'vlan', 'inner_vlan', 'orig_cc', 'resp_cc'],
  ...['label', 'detailed-label', 'detailedlabel'],
]);

const { fin, syn, rst, psh, ack } = TCP_FLAG;
const SHAKEN = syn | ack;

/** What letters of `history` say was sent: capital ones by who began, others by who answered. */
const LETTERS: Readonly<Record<string, number>> = { s: syn, h: SHAKEN, a: ack, d: psh | ack, f: fin | ack, r: rst };

/** What `conn_state` says was sent each way, where a log has no `history`. */
const STATES: Readonly<Record<string, readonly [up: number, down: number]>> = {
  S0: [syn, 0],
  S1: [SHAKEN, SHAKEN],
  SF: [SHAKEN | fin, SHAKEN | fin],
  REJ: [syn, rst | ack],
  S2: [SHAKEN | fin, SHAKEN],
  S3: [SHAKEN, SHAKEN | fin],
  RSTO: [SHAKEN | rst, SHAKEN],
  RSTR: [SHAKEN, SHAKEN | rst],
  RSTOS0: [syn | rst, 0],
  RSTRH: [0, SHAKEN | rst],
  SH: [syn | fin, 0],
  SHR: [0, SHAKEN | fin],
};

/** A row of conn.log, or what is wrong with it. */
export function zeekRow(cell: Cells): FlowRow | Uncounted | string {
  const packetsUp = packetsOf(cell('orig_pkts'));
  const packetsDown = packetsOf(cell('resp_pkts'));
  const bytesUp = countOf(cell('orig_ip_bytes') ?? cell('orig_bytes'));
  const bytesDown = countOf(cell('resp_ip_bytes') ?? cell('resp_bytes'));
  if (packetsUp === undefined || packetsDown === undefined) return 'packets are no number';
  if (bytesUp === undefined || bytesDown === undefined) return 'bytes are no number';
  const amount = { packets: packetsUp + packetsDown, bytes: bytesUp + bytesDown };
  const start = milliseconds(cell('ts'));
  const duration = milliseconds(cell('duration') ?? '0');
  if (start === undefined || duration === undefined) return 'the time is no number of seconds';
  const source = parseAddress(cell('id.orig_h') ?? '');
  const destination = parseAddress(cell('id.resp_h') ?? '');
  if (!source || !destination) return `${source ? 'id.resp_h' : 'id.orig_h'} is no address`;
  const protocol = protocolOf(cell('ip_proto') ?? cell('proto'), source);
  if (protocol === undefined) return { reason: 'flow of an unknown protocol', ...amount };
  const from = portOf(cell('id.orig_p'));
  const to = portOf(cell('id.resp_p'));
  if (from === undefined || to === undefined) return 'a port is no number below 65,536';
  return {
    ...{ start, duration, protocol, source, destination, packetsUp, packetsDown, bytesUp, bytesDown },
    ...macsOf(cell),
    ports: isIcmp(protocol) ? icmpOf(protocol, from, to) : (from << 16) | to,
    ...courseOf(cell, protocol),
    greeted: /\b(ssl|quic)\b/.test(cell('service') ?? ''),
    label: [cell('label'), cell('detailed-label') ?? cell('detailedlabel')].filter(Boolean).join(' '),
  };
}

function macsOf(cell: Cells): Pick<FlowRow, 'sourceMac' | 'destinationMac'> {
  const sourceMac = parseMac(cell('orig_l2_addr') ?? '');
  const destinationMac = parseMac(cell('resp_l2_addr') ?? '');
  return { ...(sourceMac && { sourceMac }), ...(destinationMac && { destinationMac }) };
}

type Course = Pick<FlowRow, 'flagsUp' | 'flagsDown' | 'initiatorKnown' | 'onlySyns' | 'serverFirst'>;

function courseOf(cell: Cells, protocol: number): Course {
  const history = (cell('history') ?? '').slice(0, 64);
  if (protocol !== PROTOCOL.tcp)
    return { ...NOTHING, initiatorKnown: !history.startsWith('^'), serverFirst: false, onlySyns: false };
  const [flagsUp, flagsDown] = history === '' ? (STATES[cell('conn_state') ?? ''] ?? [0, 0]) : flagsOf(history);
  const data = history.search(/d/i);
  return {
    flagsUp,
    flagsDown,
    initiatorKnown: (flagsUp & syn) !== 0 || (flagsDown & SHAKEN) === SHAKEN,
    onlySyns: flagsUp === syn,
    serverFirst: data >= 0 && history[data] === 'd' && /^\^?Sh/.test(history),
  };
}

const NOTHING = { flagsUp: 0, flagsDown: 0 };

function flagsOf(history: string): [up: number, down: number] {
  let up = 0;
  let down = 0;
  for (const letter of history) {
    const small = letter.toLowerCase();
    const flags = LETTERS[small] ?? 0;
    if (letter === small) down |= flags;
    else up |= flags;
  }
  return [up, down];
}

function isIcmp(protocol: number): boolean {
  return protocol === PROTOCOL.icmp || protocol === PROTOCOL.icmpv6;
}

/** Types that ask and answer: for these Zeek writes the other one where messages of other types have their code. */
const PAIRED: ReadonlySet<number> = new Set([0, 8, 9, 10, 13, 14, 15, 16, 17, 18]);
const FIRST_PAIRED6 = 128;

function icmpOf(protocol: number, type: number, code: number): number {
  const isPaired = protocol === PROTOCOL.icmp ? PAIRED.has(type) : type >= FIRST_PAIRED6;
  return ((type & 255) << 8) | (isPaired ? 0 : code & 255);
}
