/** DNS messages (RFC 1035 §4), as far as a device's stub resolver and its multicast announcements need them. */

export const TYPE = { A: 1, CNAME: 5, PTR: 12, TXT: 16, AAAA: 28, SRV: 33 } as const;
const CLASS_IN = 1;
/** "Only mine": the cache-flush bit of multicast DNS (RFC 6762 §10.2). */
const CACHE_FLUSH = 0x8000;
const RESPONSE = 0x8000;
const AUTHORITATIVE = 0x0400;
const RECURSION_DESIRED = 0x0100;
/** Names that point on more often than this go in circles. */
const MAX_POINTERS = 16;

export type Answer = { name: string; type: number; ttl: number; address: string };
export type Response = { id: number; rcode: number; answers: Answer[] };
export type DnsRecord = { name: string; type: number; ttl: number; shared: boolean; data: Buffer };

export function encodeQuery(id: number, name: string, type: number, recursive = true): Buffer {
  const question = Buffer.alloc(4);
  question.writeUInt16BE(type, 0);
  question.writeUInt16BE(CLASS_IN, 2);
  return Buffer.concat([header(id, recursive ? RECURSION_DESIRED : 0, 1, 0), encodeName(name), question]);
}

/** An unasked-for multicast DNS response (RFC 6762 §8.3). */
export function encodeAnnouncement(records: readonly DnsRecord[]): Buffer {
  const parts = [header(0, RESPONSE | AUTHORITATIVE, 0, records.length)];
  for (const { name, type, ttl, shared, data } of records) {
    const fixed = Buffer.alloc(10);
    fixed.writeUInt16BE(type, 0);
    fixed.writeUInt16BE(shared ? CLASS_IN : CLASS_IN | CACHE_FLUSH, 2);
    fixed.writeUInt32BE(ttl, 4);
    fixed.writeUInt16BE(data.length, 8);
    parts.push(encodeName(name), fixed, data);
  }
  return Buffer.concat(parts);
}

/** Labels are split at dots; a dot or backslash within one is written `\.` or `\\` (RFC 1035 §5.1). */
export function encodeName(name: string): Buffer {
  const labels = (name.match(/(?:\\.|[^.\\])+/g) ?? []).map((label) => Buffer.from(label.replaceAll(/\\(.)/g, '$1')));
  const parts: Buffer[] = [];
  for (const label of labels) {
    if (label.length > 63) throw new Error(`DNS label longer than 63 bytes in ${name}`);
    parts.push(Buffer.from([label.length]), label);
  }
  return Buffer.concat([...parts, Buffer.from([0])]);
}

export function encodeText(strings: readonly string[]): Buffer {
  return Buffer.concat(strings.flatMap((text) => [Buffer.from([Buffer.byteLength(text)]), Buffer.from(text)]));
}

export function encodeService(port: number, target: string): Buffer {
  const fixed = Buffer.alloc(6);
  fixed.writeUInt16BE(port, 4);
  return Buffer.concat([fixed, encodeName(target)]);
}

/** Reads a response and its address records; undefined if it is none or breaks off. */
export function decodeResponse(message: Buffer): Response | undefined {
  if (message.length < 12 || !(message.readUInt16BE(2) & RESPONSE)) return undefined;
  const answers: Answer[] = [];
  let at: number | undefined = 12;
  for (let i = message.readUInt16BE(4); i > 0 && at !== undefined; i--) at = after(readName(message, at), 4);
  for (let i = message.readUInt16BE(6); i > 0 && at !== undefined; i--) {
    const name = readName(message, at);
    if (!name || name.end + 10 > message.length) return undefined;
    const type = message.readUInt16BE(name.end);
    const data = name.end + 10;
    const length = message.readUInt16BE(data - 2);
    if (data + length > message.length) return undefined;
    const address = readAddress(type, message.subarray(data, data + length));
    if (address) answers.push({ name: name.text, type, ttl: message.readUInt32BE(name.end + 4), address });
    at = data + length;
  }
  return at === undefined ? undefined : { id: message.readUInt16BE(0), rcode: message.readUInt16BE(2) & 15, answers };
}

function header(id: number, flags: number, questions: number, answers: number): Buffer {
  const bytes = Buffer.alloc(12);
  [id, flags, questions, answers].forEach((value, i) => {
    bytes.writeUInt16BE(value, i * 2);
  });
  return bytes;
}

function readName(message: Buffer, start: number): { text: string; end: number } | undefined {
  const labels: string[] = [];
  let end: number | undefined;
  let at = start;
  for (let pointers = 0; pointers <= MAX_POINTERS; ) {
    const length = message[at];
    if (length === undefined) return undefined;
    if (length === 0) return { text: labels.join('.'), end: end ?? at + 1 };
    if (length >= 0xc0) {
      const low = message[at + 1];
      if (low === undefined) return undefined;
      end ??= at + 2;
      at = ((length & 0x3f) << 8) | low;
      pointers++;
    } else {
      if (length > 63 || at + 1 + length > message.length || labels.length > 127) return undefined;
      labels.push(message.toString('latin1', at + 1, at + 1 + length).toLowerCase());
      at += 1 + length;
    }
  }
  return undefined;
}

function after(name: { end: number } | undefined, more: number): number | undefined {
  return name && name.end + more;
}

function readAddress(type: number, data: Buffer): string | undefined {
  if (type === TYPE.A && data.length === 4) return data.join('.');
  if (type !== TYPE.AAAA || data.length !== 16) return undefined;
  return Array.from({ length: 8 }, (_, i) => data.readUInt16BE(i * 2).toString(16)).join(':');
}
