/** What both DHCPs carry in the same form. */
import type { Mac } from '../model/address.ts';
import { displayText, MAX_NAME_OCTETS } from './text.ts';

const LONGEST_LABEL = 63;
const LONGEST_URL = 255;
/** Octets of a DUID (RFC 8415 §11.1: a type and at most 128 octets). */
const LONGEST_CLIENT_ID = 130;

/** A MUD URL (RFC 8520 §10): `https:` and printable ASCII; anything else is none. */
export function mudUrl(value: Uint8Array | undefined): string | undefined {
  if (!value || value.length > LONGEST_URL || value.some((octet) => octet <= 32 || octet >= 127)) return undefined;
  const url = String.fromCharCode(...value);
  return url.startsWith('https://') ? url : undefined;
}

/** A client identifier or DUID as hex; none where it is too long, or only says the hardware address again. */
export function clientIdText(value: Uint8Array | undefined, mac: Mac): string | undefined {
  if (!value || value.length === 0 || value.length > LONGEST_CLIENT_ID) return undefined;
  const hex = Array.from(value, (octet) => octet.toString(16).padStart(2, '0')).join('');
  return hex.endsWith(mac.replaceAll(':', '')) ? undefined : hex;
}

/** A name in DNS wire format without compression, from `start`; a missing last zero is allowed (RFC 4702 §2.3.1). */
export function wireName(value: Uint8Array, start: number): string | undefined {
  const labels: string[] = [];
  for (let at = start; at < value.length && value[at] !== 0; ) {
    const next = at + 1 + value[at]!;
    if (value[at]! > LONGEST_LABEL || next > value.length || next - start > MAX_NAME_OCTETS) return undefined;
    labels.push(displayText(value, at + 1, next, LONGEST_LABEL) ?? '');
    at = next;
  }
  return labels.join('.') || undefined;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The same object without the keys that have no value. */
export function withoutEmpty<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}
