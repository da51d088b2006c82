/**
 * Changes of sets of the kernel's firewall, made without a program in one transaction (linux/netfilter/nf_tables.h,
 * nfnetlink.h): all or none. The kernel has made them when the call returns.
 */
import { parseAddress, parseMac } from '../../model/address.ts';
import type { SetChange } from '../../model/set-change.ts';
import { SystemCallError } from './libc.ts';
import { attribute, eachMessage, FLAG, request } from './message.ts';
import { NETLINK_NETFILTER, NetlinkSocket } from './socket.ts';

const BATCH_BEGIN = 16;
const BATCH_END = 17;
const NFTABLES = 10;
const NEW_ELEMENTS = (NFTABLES << 8) | 12;
const DELETE_ELEMENTS = (NFTABLES << 8) | 14;
const CREATE = 0x400;
const FAMILY_INET = 1;
/** An attribute that holds attributes. */
const NESTED = 0x8000;

const LIST = { table: 1, set: 2, elements: 3 } as const;
const ELEMENT = { key: 1, data: 2, expression: 7 } as const;
const DATA = { value: 1, verdict: 2 } as const;
const VERDICT = { code: 1, chain: 2 } as const;
const EXPRESSION = { name: 1, data: 2 } as const;
const COUNTER = { bytes: 1, packets: 2 } as const;
const LIMIT = { rate: 1, unit: 2, burst: 3, type: 4, flags: 5 } as const;
const LIMIT_OF_BYTES = 1;
const INVERTED = 1;
const CODES: Readonly<Record<string, number>> = { drop: 0, accept: 1, jump: -3, goto: -4 };

/** A list is one attribute, which holds 65,535 bytes; an element takes 200 at most. */
const PER_MESSAGE = 200;
/** As large as a change of a thousand elements. */
const SEND_BUFFER = 1 << 20;

/** Of the network namespace that it is made in. */
export class NftablesWriter {
  readonly #socket = new NetlinkSocket(NETLINK_NETFILTER, {
    receiveBuffer: 1 << 20,
    sendBuffer: SEND_BUFFER,
    datagrams: 4,
    // A refusal repeats what was refused.
    datagramBytes: 65_536,
  });

  /** Changes sets of a table `inet`. @throws SystemCallError where the kernel refuses one of them, and makes none */
  readonly write = (table: string, changes: readonly SetChange[]): void => {
    const messages = changes.flatMap((change) => messagesOf(table, change));
    let last = 0;
    const batch = [
      request(BATCH_BEGIN, 0, this.#socket.nextSequence, header(0, NFTABLES)),
      ...messages.map(({ type, payload }, i) => {
        last = this.#socket.nextSequence;
        const ack = i === messages.length - 1 ? FLAG.ack : 0;
        return request(type, (type === NEW_ELEMENTS ? CREATE : 0) | ack, last, payload);
      }),
      request(BATCH_END, 0, this.#socket.nextSequence, header(0, NFTABLES)),
    ];
    this.#socket.send(Buffer.concat(batch));
    this.#hear(last);
  };

  close(): void {
    this.#socket.close();
  }

  /** The kernel works while it is told, so that its answer is there already. */
  #hear(last: number): void {
    const { view } = this.#socket;
    let done = false;
    let refused = 0;
    const control = {
      done: () => {},
      failed: (errno: number) => {
        refused ||= errno;
      },
      acknowledged: (sequence: number) => {
        done ||= sequence === last;
      },
    };
    while (this.#socket.receive((start, end) => eachMessage(view, start, end, () => {}, control)) > 0);
    if (refused !== 0 || !done) throw new SystemCallError('nftables', refused);
  }
}

type Message = { type: number; payload: Uint8Array };

function messagesOf(table: string, change: SetChange): Message[] {
  const names = [attribute(LIST.table, text(table)), attribute(LIST.set, text(change.set))];
  const payload = (...more: Uint8Array[]) => Buffer.concat([header(FAMILY_INET, 0), ...names, ...more]);
  if (change.action === 'flush') return [{ type: DELETE_ELEMENTS, payload: payload() }];
  const fields = change.type.split(' : ')[0]!.split(' . ');
  const elements =
    change.action === 'delete'
      ? change.keys.map((key) => element(keyOf(key, fields)))
      : change.elements.map(([key, beside]) => element(keyOf(key, fields), ...besideOf(beside, change.counts)));
  const type = change.action === 'delete' ? DELETE_ELEMENTS : NEW_ELEMENTS;
  const parts = Array.from({ length: Math.ceil(elements.length / PER_MESSAGE) }, (_, i) =>
    elements.slice(i * PER_MESSAGE, (i + 1) * PER_MESSAGE),
  );
  return parts.map((part) => ({ type, payload: payload(nested(LIST.elements, ...part)) }));
}

const element = (...parts: Uint8Array[]) => nested(1, ...parts);

function keyOf(key: string, fields: readonly string[]): Uint8Array {
  const parts = key.split(' . ').map((part, i) => fieldOf(fields[i]!, part));
  const value = parts.length === 1 ? parts[0]!.subarray(0, BYTES[fields[0]!]) : Buffer.concat(parts);
  return nested(ELEMENT.key, attribute(DATA.value, value));
}

/** Of types that no multiple of four bytes holds; each field of a compound key begins at one. */
const BYTES: Readonly<Record<string, number>> = { ether_addr: 6, inet_proto: 1, inet_service: 2 };

function fieldOf(type: string, part: string): Uint8Array {
  switch (type) {
    case 'ether_addr': {
      const { hi, lo } = parseMac(part)!;
      return words((hi << 16) | (lo >>> 16), lo << 16);
    }
    case 'ipv4_addr':
      return words(parseAddress(part)![3]!);
    case 'ipv6_addr':
      return words(...parseAddress(part)!);
    case 'inet_proto':
      return words(Number(part) << 24);
    case 'inet_service':
      return words(Number(part) << 16);
    case 'ifname':
      return Buffer.concat([text(part.slice(1, -1))], 16);
    default:
      throw new TypeError(`no field of type ${type}`);
  }
}

/** What the kernel does for an element that is found: `LIMIT : VERDICT`, either of them, or a count. */
function besideOf(beside: string, counts: boolean): Uint8Array[] {
  const [limit, verdict] = beside.startsWith('limit ') ? beside.split(' : ') : ['', beside];
  return [
    ...(verdict ? [verdictOf(verdict)] : []),
    ...(limit ? [limitOf(limit)] : []),
    ...(counts ? [expression('counter', attribute(COUNTER.bytes, long(0)), attribute(COUNTER.packets, long(0)))] : []),
  ];
}

function verdictOf(verdict: string): Uint8Array {
  const [word = '', chain] = verdict.split(' ');
  const code = attribute(VERDICT.code, words(CODES[word]!));
  const to = chain === undefined ? [] : [attribute(VERDICT.chain, text(chain))];
  return nested(ELEMENT.data, nested(DATA.verdict, code, ...to));
}

const RATE = /^limit rate over (\d+)( bytes)?\/second burst (\d+) (?:bytes|packets)$/;

function limitOf(limit: string): Uint8Array {
  const [, rate, bytes, burst] = RATE.exec(limit)!;
  return expression(
    'limit',
    attribute(LIMIT.rate, long(Number(rate))),
    attribute(LIMIT.unit, long(1)),
    attribute(LIMIT.burst, words(Number(burst))),
    attribute(LIMIT.type, words(bytes ? LIMIT_OF_BYTES : 0)),
    attribute(LIMIT.flags, words(INVERTED)),
  );
}

function expression(name: string, ...data: Uint8Array[]): Uint8Array {
  return nested(ELEMENT.expression, attribute(EXPRESSION.name, text(name)), nested(EXPRESSION.data, ...data));
}

function nested(type: number, ...parts: Uint8Array[]): Uint8Array {
  return attribute(type | NESTED, Buffer.concat(parts));
}

/** struct nfgenmsg. */
function header(family: number, resource: number): Uint8Array {
  return Uint8Array.of(family, 0, resource >> 8, resource & 255);
}

/** In network byte order, as all numbers of nf_tables. */
function words(...values: number[]): Uint8Array {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => {
    bytes.writeUInt32BE(value >>> 0, i * 4);
  });
  return bytes;
}

function long(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(`${value}\0`);
}
