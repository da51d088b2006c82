import { u16, u32 } from './octets.ts';
import { displayText, MAX_NAME_OCTETS, nameLabel, nameStart, nameText } from './text.ts';

/** Octets of a DNS header (RFC 1035 §4.1.1). */
export const HEADER = 12;
const POINTER = 0xc0;
const LONGEST_LABEL = 63;

/** Types of resource records (IANA). */
export const TYPE = { A: 1, CNAME: 5, PTR: 12, TXT: 16, AAAA: 28, SRV: 33 } as const;

/**
 * A cursor over one DNS message in place, used by every protocol of the family (DNS, mDNS, LLMNR). Methods answer
 * `undefined` or `false` where the message ends or breaks a rule, and never read outside of it.
 */
export class DnsReader {
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  /** Where the next read begins. */
  at = 0;

  /** The record that `record` read last: its data is [dataStart, dataEnd). */
  type = 0;
  class = 0;
  ttl = 0;
  dataStart = 0;
  dataEnd = 0;

  /** The names that pointers most often lead to: the question's, and the one read last; with their places. */
  private firstName = '';
  private firstAt = 0;
  private lastName = '';
  private lastAt = 0;

  /** False where there is no room for a header. */
  open(bytes: Uint8Array, start: number, end: number): boolean {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.at = start + HEADER;
    this.firstAt = 0;
    this.lastAt = 0;
    return end - start >= HEADER;
  }

  get flags(): number {
    return u16(this.bytes, this.start + 2);
  }
  get questions(): number {
    return u16(this.bytes, this.start + 4);
  }
  get answers(): number {
    return u16(this.bytes, this.start + 6);
  }
  get authorities(): number {
    return u16(this.bytes, this.start + 8);
  }
  get additionals(): number {
    return u16(this.bytes, this.start + 10);
  }

  /** The name at the cursor as text, lower case and escaped; '' is the root. */
  name(): string | undefined {
    const target = this.pointerTarget();
    if (target !== 0 && target === this.firstAt) return this.passPointer(this.firstName);
    if (target !== 0 && target === this.lastAt) return this.passPointer(this.lastName);
    const from = target || this.at;
    nameStart();
    if (!this.walk(true)) return undefined;
    const text = nameText();
    if (from === this.start + HEADER) {
      this.firstName = text;
      this.firstAt = from;
    }
    this.lastName = text;
    this.lastAt = from;
    return text;
  }

  /** Where the pointer at the cursor leads to, 0 where there is none. A place remembered from before is before it. */
  private pointerTarget(): number {
    if (this.at + 2 > this.end || this.bytes[this.at]! < POINTER) return 0;
    return this.start + (u16(this.bytes, this.at) & 0x3fff);
  }

  private passPointer(name: string): string {
    this.at += 2;
    return name;
  }

  skipName(): boolean {
    return this.walk(false);
  }

  /**
   * Follows a name to its end and leaves the cursor behind it. A pointer may only lead to before everything that the name
   * used so far, so no chain of pointers is endless.
   */
  private walk(write: boolean): boolean {
    const { bytes, end } = this;
    let at = this.at;
    let lowest = at;
    let octets = 0;
    let behind = 0;
    for (;;) {
      if (at >= end) return false;
      const length = bytes[at]!;
      if (length === 0) {
        this.at = behind || at + 1;
        return true;
      }
      if (length >= POINTER) {
        if (at + 2 > end) return false;
        const target = this.start + (u16(bytes, at) & 0x3fff);
        if (target >= lowest || target < this.start + HEADER) return false;
        behind ||= at + 2;
        at = lowest = target;
        continue;
      }
      const labelEnd = at + 1 + length;
      octets += octets === 0 ? length : length + 1;
      if (length > LONGEST_LABEL || labelEnd > end || octets > MAX_NAME_OCTETS) return false;
      if (write) nameLabel(bytes, at + 1, labelEnd);
      at = labelEnd;
    }
  }

  /**
   * The labels of the name at the cursor as text for people, for names that hold words and not host names (DNS-SD,
   * RFC 6763 §4.1.1).
   */
  labels(): string[] | undefined {
    const from = this.at;
    if (!this.walk(false)) return undefined;
    const labels: string[] = [];
    let at = from;
    for (;;) {
      const length = this.bytes[at]!;
      if (length === 0) return labels;
      if (length >= POINTER) at = this.start + (u16(this.bytes, at) & 0x3fff);
      else {
        labels.push(displayText(this.bytes, at + 1, at + 1 + length, LONGEST_LABEL) ?? '');
        at += 1 + length;
      }
    }
  }

  /** Reads type, class, TTL and data bounds of a record whose owner was just read; the cursor moves behind the record. */
  record(): boolean {
    if (this.at + 10 > this.end) return false;
    this.type = u16(this.bytes, this.at);
    this.class = u16(this.bytes, this.at + 2);
    const ttl = u32(this.bytes, this.at + 4);
    // RFC 2181 §8: a TTL with the top bit set is none.
    this.ttl = ttl > 0x7fffffff ? 0 : ttl;
    this.dataStart = this.at + 10;
    this.dataEnd = this.dataStart + u16(this.bytes, this.at + 8);
    if (this.dataEnd > this.end) return false;
    this.at = this.dataEnd;
    return true;
  }

  /** A name within the data of the current record, `skip` octets in, that fills it to its end. */
  dataName(skip = 0): string | undefined {
    const behind = this.at;
    this.at = this.dataStart + skip;
    const name = this.name();
    const fits = this.at === this.dataEnd;
    this.at = behind;
    return fits ? name : undefined;
  }

  dataLabels(skip = 0): string[] | undefined {
    const behind = this.at;
    this.at = this.dataStart + skip;
    const labels = this.labels();
    const fits = this.at === this.dataEnd;
    this.at = behind;
    return fits ? labels : undefined;
  }
}
