/** DHCPv4 messages (RFC 2131 §2, RFC 2132), as far as a client needs them. */

const FIXED = 236;
const MAGIC = 0x63825363;
const BROADCAST_FLAG = 0x8000;
/** Shortest message that old relays pass on (RFC 1542 §2.1). */
const MIN_LENGTH = 300;

export const DISCOVER = 1;
export const OFFER = 2;
export const REQUEST = 3;
export const ACK = 5;
export const NAK = 6;
export const RELEASE = 7;

export type DhcpRequest = {
  type: typeof DISCOVER | typeof REQUEST | typeof RELEASE;
  transaction: number;
  mac: string;
  /** Own address where it has one: renewal and release (RFC 2131 §4.4.5). */
  client?: string;
  requested?: string;
  server?: string;
  hostname: string;
  vendorClass: string;
  parameters: readonly number[];
  mudUrl?: string;
};

export type DhcpReply = {
  type: number;
  transaction: number;
  address: string;
  server: string;
  /** Bits of the subnet mask. */
  length: number;
  router?: string;
  resolver?: string;
  /** Seconds. */
  lease: number;
};

export function encodeRequest(request: DhcpRequest): Buffer {
  const message = Buffer.alloc(FIXED + 4);
  message.set([1, 1, 6, 0]);
  message.writeUInt32BE(request.transaction, 4);
  if (request.client === undefined) message.writeUInt16BE(BROADCAST_FLAG, 10);
  else message.set(v4(request.client), 12);
  const mac = Buffer.from(request.mac.replaceAll(':', ''), 'hex');
  message.set(mac, 28);
  message.writeUInt32BE(MAGIC, FIXED);
  const parts = [message, option(53, [request.type]), option(61, [1, ...mac])];
  if (request.requested !== undefined) parts.push(option(50, v4(request.requested)));
  if (request.server !== undefined) parts.push(option(54, v4(request.server)));
  if (request.type !== RELEASE) {
    parts.push(option(12, Buffer.from(request.hostname)));
    if (request.vendorClass !== '') parts.push(option(60, Buffer.from(request.vendorClass)));
    if (request.mudUrl !== undefined) parts.push(option(161, Buffer.from(request.mudUrl)));
    parts.push(option(55, request.parameters));
  }
  parts.push(Buffer.from([255]));
  const whole = Buffer.concat(parts);
  return whole.length >= MIN_LENGTH ? whole : Buffer.concat([whole, Buffer.alloc(MIN_LENGTH - whole.length)]);
}

/** Reads a server's message; undefined if it is none or breaks off. */
export function decodeReply(message: Buffer): DhcpReply | undefined {
  if (message.length < FIXED + 4 || message[0] !== 2 || message.readUInt32BE(FIXED) !== MAGIC) return undefined;
  const options = readOptions(message.subarray(FIXED + 4));
  const type = options?.get(53);
  const server = options?.get(54);
  if (!options || type?.length !== 1 || server?.length !== 4) return undefined;
  const router = options.get(3);
  const resolver = options.get(6);
  return {
    type: type[0]!,
    transaction: message.readUInt32BE(4),
    address: text(message.subarray(16, 20)),
    server: text(server),
    length: bits(options.get(1)),
    lease: lease(options.get(51)),
    ...(router && router.length >= 4 ? { router: text(router) } : {}),
    ...(resolver && resolver.length >= 4 ? { resolver: text(resolver) } : {}),
  };
}

function readOptions(bytes: Buffer): Map<number, Buffer> | undefined {
  const options = new Map<number, Buffer>();
  for (let at = 0; at < bytes.length; ) {
    const code = bytes[at]!;
    if (code === 255) return options;
    if (code === 0) {
      at++;
      continue;
    }
    const length = bytes[at + 1];
    if (length === undefined || at + 2 + length > bytes.length) return undefined;
    options.set(code, bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return options;
}

function option(code: number, value: Iterable<number>): Buffer {
  const bytes = Buffer.from([...value]);
  if (bytes.length > 255) throw new Error(`DHCP option ${code} is longer than 255 bytes`);
  return Buffer.concat([Buffer.from([code, bytes.length]), bytes]);
}

function v4(address: string): number[] {
  return address.split('.').map(Number);
}

function text(bytes: Buffer): string {
  return bytes.subarray(0, 4).join('.');
}

function bits(mask: Buffer | undefined): number {
  return mask?.length === 4 ? mask.readUInt32BE(0).toString(2).replaceAll('0', '').length : 24;
}

function lease(value: Buffer | undefined): number {
  return value?.length === 4 ? value.readUInt32BE(0) : 3600;
}
