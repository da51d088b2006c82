import { parseAddress } from '../../model/address.ts';
import { PROTOCOL } from '../../model/protocols.ts';
import { countOf, type FlowRow, milliseconds, packetsOf, portOf, protocolOf, TCP_FLAG, type Uncounted } from './row.ts';
import type { Cells } from './table.ts';

/** Columns of Argus' bidirectional flows as comma-separated values (`ra -c ,`), as in the CTU-13 data set. */
export const ARGUS_COLUMNS: ReadonlySet<string> = new Set([
  ...['StartTime', 'LastTime', 'Dur', 'Proto', 'SrcAddr', 'Sport', 'Dir', 'DstAddr', 'Dport', 'State', 'sTos', 'dTos'],
  ...['TotPkts', 'TotBytes', 'SrcPkts', 'DstPkts', 'SrcBytes', 'DstBytes', 'Label'],
]);

const FLAGS: Readonly<Record<string, number>> = {
  F: TCP_FLAG.fin,
  S: TCP_FLAG.syn,
  R: TCP_FLAG.rst,
  P: TCP_FLAG.psh,
  A: TCP_FLAG.ack,
  U: TCP_FLAG.urg,
};

/** A row of Argus' flows, or what is wrong with it. */
export function argusRow(cell: Cells): FlowRow | Uncounted | string {
  const amounts = amountsOf(cell);
  if (typeof amounts === 'string') return amounts;
  const amount = {
    packets: amounts.packetsUp + amounts.packetsDown,
    bytes: amounts.bytesUp + amounts.bytesDown,
  };
  const start = timeOf(cell('StartTime'));
  const duration = milliseconds(cell('Dur') ?? '0');
  if (start === undefined || duration === undefined) return 'the time is none';
  const source = parseAddress(cell('SrcAddr') ?? '');
  const destination = parseAddress(cell('DstAddr') ?? '');
  if (!source || !destination) return { reason: 'flow between no IP addresses', ...amount };
  const protocol = protocolOf(cell('Proto'), source);
  if (protocol === undefined) return { reason: 'flow of an unknown protocol', ...amount };
  const from = portOf(cell('Sport'));
  const to = portOf(cell('Dport'));
  const isIcmp = protocol === PROTOCOL.icmp || protocol === PROTOCOL.icmpv6;
  if (!isIcmp && (from === undefined || to === undefined)) return 'a port is no number below 65,536';
  const [flagsUp, flagsDown] = protocol === PROTOCOL.tcp ? flagsOf(cell('State') ?? '') : [0, 0];
  return {
    ...{ start, duration, protocol, source, destination, ...amounts, flagsUp, flagsDown },
    ports: isIcmp ? ((from ?? 0) & 255) << 8 : (from! << 16) | to!,
    initiatorKnown: protocol === PROTOCOL.tcp ? isBegin(flagsUp, flagsDown) : cell('Dir')?.trim() === '->',
    onlySyns: flagsUp === TCP_FLAG.syn,
    ...{ serverFirst: false, greeted: false },
    label: cell('Label') ?? '',
  };
}

function isBegin(up: number, down: number): boolean {
  const { syn, ack } = TCP_FLAG;
  return (up & syn) !== 0 || (down & (syn | ack)) === (syn | ack);
}

type Amounts = Pick<FlowRow, 'packetsUp' | 'packetsDown' | 'bytesUp' | 'bytesDown'>;

/** Older files do not say whose packets are whose: they are shared out as the bytes are. */
function amountsOf(cell: Cells): Amounts | string {
  const packets = packetsOf(cell('TotPkts'));
  const bytes = countOf(cell('TotBytes'));
  const bytesUp = countOf(cell('SrcBytes'));
  if (packets === undefined || bytes === undefined || bytesUp === undefined) return 'packets or bytes are no number';
  if (bytesUp > bytes) return 'more bytes of one end than of both';
  const told = cell('SrcPkts') === undefined ? shared(packets, bytesUp, bytes) : packetsOf(cell('SrcPkts'));
  if (told === undefined || told > packets) return 'more packets of one end than of both';
  return { packetsUp: told, packetsDown: packets - told, bytesUp, bytesDown: bytes - bytesUp };
}

function shared(packets: number, bytesUp: number, bytes: number): number {
  if (bytesUp === bytes || bytes === 0) return packets;
  if (bytesUp === 0) return 0;
  return Math.min(packets - 1, Math.max(1, Math.round((packets * bytesUp) / bytes)));
}

/** `2018/12/18 14:00:00.075359`, taken as UTC; or seconds since the epoch. */
function timeOf(text: string | undefined): number | undefined {
  const parts = /^(\d{4})\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d)(\.\d{1,9})?$/.exec(text ?? '');
  if (!parts) return milliseconds(text);
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const whole = Date.UTC(year, month - 1, day, hour, minute, second);
  return whole < 0 ? undefined : whole + Number(parts[7] ?? 0) * 1000;
}

/** `S_RA`: flags of the first end and of the second; anything else says nothing. */
function flagsOf(state: string): [up: number, down: number] {
  if (!/^[FSRPAUEC]*_[FSRPAUEC]*$/.test(state)) return [0, 0];
  const [up = '', down = ''] = state.split('_');
  const sum = (letters: string) => [...letters].reduce((flags, letter) => flags | (FLAGS[letter] ?? 0), 0);
  return [sum(up), sum(down)];
}
