/**
 * What the kernel tells by `log group` of a firewall rule (linux/netfilter/nfnetlink_log.h): the words of the rule, who
 * sent the packet, and of the packet its headers, which say where to.
 */
import { type Address, formatAddress, formatMac, type Mac } from '../../model/address.ts';
import { SystemCallError } from './libc.ts';
import { attribute, eachAttribute, eachMessage, FLAG, request, textAt } from './message.ts';
import { NETLINK_NETFILTER, NetlinkSocket, type Watch, whenReadable } from './socket.ts';

const SUBSYSTEM = 4 << 8;
const PACKET = SUBSYSTEM;
const CONFIG = SUBSYSTEM | 1;
const NFGENMSG_BYTES = 4;
const CFG = { command: 1, mode: 2, timeout: 4 } as const;
const COMMAND_BIND = 1;
const COPY_PACKET = 2;
/** The longest IPv4 header and ports, octets. */
const HEADERS = 64;
const NFULA = { hardwareAddress: 8, payload: 9, prefix: 10 } as const;
const TCP = 6;
const UDP = 17;
/** Header of `struct nfulnl_msg_packet_hw`: length, padding. */
const HARDWARE_HEADER = 4;
/** NF_LOG_PREFIXLEN of the kernel, less the final zero. */
const LONGEST_PREFIX = 127;

/** The kernel collects messages for so long, 1/100 s; by default it is a second. */
const COLLECT = 2;
/** Some thousand messages: the rules say each thing once a second for each device. */
const RECEIVE_BUFFER = 1024 * 1024;

/** Where a packet was going; port 0 where its protocol has none, or its headers are longer than ordinary ones. */
export type Headed = { protocol: number; address: Address; port: number };
/** @param prefix the rule's words @param mac who sent the packet @param to absent for what is no IP */
export type LogHandler = (prefix: string, mac: Mac, to?: Headed) => void;

export class Nflog {
  readonly #socket: NetlinkSocket;
  readonly #watch: Watch;
  readonly #handle: LogHandler;

  /** @throws SystemCallError; `EBUSY` while another program listens to the group */
  constructor(group: number, handle: LogHandler) {
    this.#handle = handle;
    const room = { receiveBuffer: RECEIVE_BUFFER, datagrams: 8, datagramBytes: 32_768 };
    this.#socket = new NetlinkSocket(NETLINK_NETFILTER, room);
    try {
      this.#configure(group, attribute(CFG.command, Uint8Array.of(COMMAND_BIND)));
      this.#configure(group, attribute(CFG.mode, Uint8Array.of(0, 0, 0, HEADERS, COPY_PACKET, 0)));
      this.#configure(group, attribute(CFG.timeout, Uint8Array.of(0, 0, 0, COLLECT)));
    } catch (error) {
      this.#socket.close();
      throw error;
    }
    this.#watch = whenReadable(this.#socket.fd, () => this.#read());
  }

  /** Times that the kernel had to drop messages for want of room. */
  get overruns(): number {
    return this.#socket.overruns;
  }

  close(): void {
    this.#watch.close();
    this.#socket.close();
  }

  #configure(group: number, setting: Uint8Array): void {
    const payload = new Uint8Array(NFGENMSG_BYTES + setting.length);
    new DataView(payload.buffer).setUint16(2, group);
    payload.set(setting, NFGENMSG_BYTES);
    this.#socket.send(request(CONFIG, FLAG.ack, this.#socket.nextSequence, payload));
    let refused = 0;
    const failed = (errno: number) => {
      refused = errno;
    };
    // The kernel has answered when `send` returns.
    this.#socket.receive((start, end) => {
      eachMessage(this.#socket.view, start, end, () => {}, { done: () => {}, failed });
    });
    if (refused !== 0) throw new SystemCallError(`log group ${group}`, refused);
  }

  #read(): void {
    const { view } = this.#socket;
    this.#socket.receive((start, end) => {
      eachMessage(view, start, end, (type, _flags, from, to) => {
        const logged = type === PACKET ? parseLogged(view, from, to) : undefined;
        if (logged) this.#handle(logged.prefix, logged.mac, logged.to);
      });
    });
  }
}

/** @returns nothing for a packet without an Ethernet sender, or of a rule without words */
export function parseLogged(
  view: DataView,
  start: number,
  end: number,
): { prefix: string; mac: Mac; to?: Headed } | undefined {
  let prefix: string | undefined;
  let mac: Mac | undefined;
  let to: Headed | undefined;
  eachAttribute(view, start + NFGENMSG_BYTES, end, (type, from, end) => {
    if (type === NFULA.prefix) prefix = textAt(view, from, Math.min(end, from + LONGEST_PREFIX));
    else if (type === NFULA.hardwareAddress) mac = readMac(view, from, end);
    else if (type === NFULA.payload) to = readHeaders(view, from, end);
  });
  if (prefix === undefined || mac === undefined) return undefined;
  return to === undefined ? { prefix, mac } : { prefix, mac, to };
}

/** RFC 791 §3.1, RFC 8200 §3; extension headers are not followed. */
function readHeaders(view: DataView, from: number, end: number): Headed | undefined {
  const first = end > from ? view.getUint8(from) : 0;
  const version = first >>> 4;
  const isV6 = version === 6;
  const length = isV6 ? 40 : 4 * (first & 15);
  if ((version !== 4 && !isV6) || length < 20 || end - from < length) return undefined;
  const protocol = view.getUint8(from + (isV6 ? 6 : 9));
  const word = (i: number) => view.getUint32(from + (isV6 ? 24 : 16) + 4 * i);
  const address = isV6 ? formatAddress(word(0), word(1), word(2), word(3)) : formatAddress(0, 0, 0xffff, word(0));
  const hasPorts = (protocol === TCP || protocol === UDP) && end - from >= length + 4;
  return { protocol, address, port: hasPorts ? view.getUint16(from + length + 2) : 0 };
}

function readMac(view: DataView, from: number, to: number): Mac | undefined {
  const at = from + HARDWARE_HEADER;
  return to - at >= 6 && view.getUint16(from) === 6 ? formatMac(view.getUint16(at), view.getUint32(at + 2)) : undefined;
}
