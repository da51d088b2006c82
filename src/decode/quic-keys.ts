/**
 * The few primitives that QUIC's Initial packets need. The core does no cryptography of its own: the program that reads
 * traffic gives it this (source/quic-crypto.ts).
 */
export type QuicCrypto = {
  /** HMAC with SHA-256 (RFC 2104): 32 octets. */
  hmac(key: Uint8Array, data: Uint8Array): Uint8Array;
  /** One block of AES-128 without chaining: 16 octets. */
  encryptBlock(key: Uint8Array, block: Uint8Array): Uint8Array;
  /** AES-128-GCM (RFC 5116 §5.1), the tag at the end of `sealed`; `undefined` where it does not verify. */
  open(key: Uint8Array, nonce: Uint8Array, associated: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
};

/** Keys of the client's Initial packets: 16, 12 and 16 octets. */
export type InitialKeys = { key: Uint8Array; iv: Uint8Array; headerProtection: Uint8Array };

export type QuicVersion = {
  /** Packet types by their two bits in the first octet. */
  initial: number;
  retry: number;
  salt: Uint8Array;
  labels: { key: string; iv: string; headerProtection: string };
};

const LABELS_1 = { key: 'quic key', iv: 'quic iv', headerProtection: 'quic hp' };
const LABELS_2 = { key: 'quicv2 key', iv: 'quicv2 iv', headerProtection: 'quicv2 hp' };

/** Version 1 (RFC 9001 §5.2), version 2 (RFC 9369 §3), and the last draft that products shipped (draft-ietf-quic-tls-29). */
const VERSIONS: ReadonlyMap<number, QuicVersion> = new Map([
  [0x00000001, { initial: 0, retry: 3, salt: octets('38762cf7f55934b34d179ae6a4c80cadccbb7f0a'), labels: LABELS_1 }],
  [0x6b3343cf, { initial: 1, retry: 0, salt: octets('0dede3def700a6db819381be6e269dcbf9bd2ed9'), labels: LABELS_2 }],
  [0xff00001d, { initial: 0, retry: 3, salt: octets('afbfec289993d24c9e9786f19c6111e04390a899'), labels: LABELS_1 }],
]);

export function quicVersion(number: number): QuicVersion | undefined {
  return VERSIONS.get(number);
}

/** Keys that follow from the connection id which the client first chose for the server. */
export function clientInitialKeys(crypto: QuicCrypto, version: QuicVersion, connectionId: Uint8Array): InitialKeys {
  const initial = crypto.hmac(version.salt, connectionId);
  const client = expandLabel(crypto, initial, 'client in', 32);
  return {
    key: expandLabel(crypto, client, version.labels.key, 16),
    iv: expandLabel(crypto, client, version.labels.iv, 12),
    headerProtection: expandLabel(crypto, client, version.labels.headerProtection, 16),
  };
}

/** HKDF-Expand-Label (RFC 8446 §7.1) without context, for at most one block of HKDF (RFC 5869 §2.3). */
function expandLabel(crypto: QuicCrypto, secret: Uint8Array, label: string, length: number): Uint8Array {
  const full = `tls13 ${label}`;
  const info = new Uint8Array(full.length + 5);
  info[1] = length;
  info[2] = full.length;
  for (let i = 0; i < full.length; i++) info[3 + i] = full.charCodeAt(i);
  info[info.length - 1] = 1;
  return crypto.hmac(secret, info).subarray(0, length);
}

function octets(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}
