/**
 * The kernel's firewall, read without a program (linux/netfilter/nf_tables.h): what the elements of a set counted, and
 * whether anything was changed. A listing by nft reads all sets, also those that an attacker fills, and costs
 * thousands of times as much.
 */
import { formatAddress, formatMac, V4_MAPPED } from '../../model/address.ts';
import { SystemCallError } from './libc.ts';
import { attribute, eachAttribute, eachMessage, FLAG, request, textAt } from './message.ts';
import { NETLINK_NETFILTER, NetlinkSocket } from './socket.ts';

const SUBSYSTEM = 10 << 8;
const GET_ELEMENTS = SUBSYSTEM | 13;
const NEW_ELEMENTS = SUBSYSTEM | 12;
const GET_RULES = SUBSYSTEM | 7;
const NEW_RULE = SUBSYSTEM | 6;
const GET_CHAINS = SUBSYSTEM | 4;
const NEW_CHAIN = SUBSYSTEM | 3;
const GET_GENERATION = SUBSYSTEM | 16;
const NEW_GENERATION = SUBSYSTEM | 15;
const NFGENMSG_BYTES = 4;
const FAMILY_INET = 1;

const LIST = { table: 1, set: 2, elements: 3 } as const;
const ELEMENT = { key: 1, flags: 3, expression: 7, expressions: 11 } as const;
const INTERVAL_END = 1;
const DATA_VALUE = 1;
const EXPRESSION = { name: 1, data: 2 } as const;
const COUNTER = { bytes: 1, packets: 2 } as const;
const GENERATION_ID = 1;
const CHAIN = { table: 1, name: 3 } as const;
const RULE = { table: 1, chain: 2 } as const;

/** @param key as nft writes it; of an interval its first address */
export type CounterHandler = (key: string, packets: number, bytes: number) => void;

/** Of the network namespace that it is made in. */
export class NftablesReader {
  readonly #socket = new NetlinkSocket(NETLINK_NETFILTER, {
    receiveBuffer: 1 << 20,
    datagrams: 4,
    datagramBytes: 65_536,
  });

  /** Raised by one with every transaction of anybody; 32 bits. @throws SystemCallError */
  generation(): number {
    const { view } = this.#socket;
    let generation = 0;
    this.#ask(GET_GENERATION, 0, new Uint8Array(NFGENMSG_BYTES), (type, from, to) => {
      if (type !== NEW_GENERATION) return;
      eachAttribute(view, from + NFGENMSG_BYTES, to, (attribute, start, end) => {
        if (attribute === GENERATION_ID && end - start === 4) generation = view.getUint32(start);
      });
    });
    return generation;
  }

  /**
   * The counters of a set of a table `inet`, without those that stand at zero.
   * @param type of the set, as nft writes it: `ether_addr . ipv4_addr`
   * @throws SystemCallError `ENOENT` where there is no such set
   */
  counters(table: string, set: string, type: string, handle: CounterHandler): void {
    const { view } = this.#socket;
    const fields = type.split(' . ');
    const names = [attribute(LIST.table, terminated(table)), attribute(LIST.set, terminated(set))];
    const payload = Buffer.concat([Uint8Array.of(FAMILY_INET, 0, 0, 0), ...names]);
    this.#ask(GET_ELEMENTS, FLAG.dump, payload, (message, from, to) => {
      if (message === NEW_ELEMENTS) eachCounter(view, from, to, fields, handle);
    });
  }

  /** The chains of a table `inet`, each with how many rules it has. */
  rules(table: string): Map<string, number> {
    const { view } = this.#socket;
    const counts = new Map<string, number>();
    const each = (get: number, told: number, ids: { table: number; name: number }, handle: (name: string) => void) => {
      const payload = Buffer.concat([Uint8Array.of(FAMILY_INET, 0, 0, 0), attribute(ids.table, terminated(table))]);
      this.#ask(get, FLAG.dump, payload, (type, from, to) => {
        if (type !== told) return;
        const texts = new Map<number, string>();
        eachAttribute(view, from + NFGENMSG_BYTES, to, (id, start, end) => {
          if (id === ids.table || id === ids.name) texts.set(id, textAt(view, start, end));
        });
        // Older kernels tell the chains of all tables.
        if (texts.get(ids.table) === table) handle(texts.get(ids.name) ?? '');
      });
    };
    each(GET_CHAINS, NEW_CHAIN, CHAIN, (name) => counts.set(name, 0));
    each(GET_RULES, NEW_RULE, { table: RULE.table, name: RULE.chain }, (name) =>
      counts.set(name, (counts.get(name) ?? 0) + 1),
    );
    return counts;
  }

  close(): void {
    this.#socket.close();
  }

  /** The kernel works while it is read, so that the whole answer is there without waiting. */
  #ask(
    type: number,
    flags: number,
    payload: Uint8Array,
    handle: (type: number, from: number, to: number) => void,
  ): void {
    const { view } = this.#socket;
    this.#socket.send(request(type, flags, this.#socket.nextSequence, payload));
    let over = false;
    let refused = 0;
    const end = {
      done: () => {
        over = true;
      },
      failed: (errno: number) => {
        refused = errno;
      },
    };
    while (!over && refused === 0) {
      const count = this.#socket.receive((start, stop) =>
        eachMessage(view, start, stop, (message, _flags, from, to) => handle(message, from, to), end),
      );
      if (count === 0 || flags === 0) break;
    }
    if (refused !== 0) throw new SystemCallError('nftables', refused);
  }
}

function eachCounter(
  view: DataView,
  start: number,
  end: number,
  fields: readonly string[],
  handle: CounterHandler,
): void {
  eachAttribute(view, start + NFGENMSG_BYTES, end, (list, from, to) => {
    if (list === LIST.elements)
      eachAttribute(view, from, to, (_, first, last) => readElement(view, first, last, fields, handle));
  });
}

function readElement(
  view: DataView,
  start: number,
  end: number,
  fields: readonly string[],
  handle: CounterHandler,
): void {
  let keyStart = 0;
  let keyEnd = 0;
  let flags = 0;
  const counted = { packets: 0, bytes: 0 };
  eachAttribute(view, start, end, (type, from, to) => {
    if (type === ELEMENT.key) {
      eachAttribute(view, from, to, (data, first, last) => {
        if (data === DATA_VALUE) [keyStart, keyEnd] = [first, last];
      });
    } else if (type === ELEMENT.flags && to - from === 4) flags = view.getUint32(from);
    else if (type === ELEMENT.expression) readCounter(view, from, to, counted);
    else if (type === ELEMENT.expressions)
      eachAttribute(view, from, to, (_, first, last) => readCounter(view, first, last, counted));
  });
  if (counted.packets === 0 || (flags & INTERVAL_END) !== 0) return;
  const key = keyText(view, keyStart, keyEnd, fields);
  if (key !== undefined) handle(key, counted.packets, counted.bytes);
}

/** A statement beside an element: its name comes first, then its data. */
function readCounter(view: DataView, start: number, end: number, counted: { packets: number; bytes: number }): void {
  let isCounter = false;
  eachAttribute(view, start, end, (type, from, to) => {
    if (type === EXPRESSION.name) isCounter = textAt(view, from, to) === 'counter';
    else if (type === EXPRESSION.data && isCounter)
      eachAttribute(view, from, to, (field, at, until) => {
        if (until - at !== 8) return;
        const value = view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
        if (field === COUNTER.packets) counted.packets = value;
        else if (field === COUNTER.bytes) counted.bytes = value;
      });
  });
}

/** Fields of a compound key each begin at a multiple of four. */
function keyText(view: DataView, start: number, end: number, fields: readonly string[]): string | undefined {
  const texts: string[] = [];
  let at = start;
  for (const field of fields) {
    const { bytes, write } = FIELDS[field] ?? NO_FIELD;
    if (bytes === 0 || at + bytes > end) return undefined;
    texts.push(write(view, at));
    at += (bytes + 3) & ~3;
  }
  return texts.join(' . ');
}

type Field = { bytes: number; write: (view: DataView, at: number) => string };
const NO_FIELD: Field = { bytes: 0, write: () => '' };
const FIELDS: Readonly<Record<string, Field>> = {
  ether_addr: { bytes: 6, write: (view, at) => formatMac(view.getUint16(at), view.getUint32(at + 2)) },
  ipv4_addr: { bytes: 4, write: (view, at) => formatAddress(0, 0, V4_MAPPED, view.getUint32(at)) },
  ipv6_addr: {
    bytes: 16,
    write: (view, at) =>
      formatAddress(view.getUint32(at), view.getUint32(at + 4), view.getUint32(at + 8), view.getUint32(at + 12)),
  },
  inet_proto: { bytes: 1, write: (view, at) => String(view.getUint8(at)) },
  inet_service: { bytes: 2, write: (view, at) => String(view.getUint16(at)) },
  ifname: { bytes: 16, write: (view, at) => `"${textAt(view, at, at + 16)}"` },
};

function terminated(text: string): Uint8Array {
  return new TextEncoder().encode(`${text}\0`);
}
