/** A self-signed certificate (RFC 5280 §4.1) for one lab: made at start, kept in its directory, worth nothing elsewhere. */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OID = 0x06;
const UTF8 = 0x0c;
const UTC_TIME = 0x17;
const EXPLICIT_0 = 0xa0;
/** ecdsa-with-SHA256 (RFC 5758 §3.2) and commonName (RFC 5280 appendix A). */
const ECDSA_SHA256 = der(SEQUENCE, der(OID, Buffer.from('2a8648ce3d040302', 'hex')));
const COMMON_NAME = der(OID, Buffer.from('550403', 'hex'));
const LIFETIME = 365 * 86_400_000;

/** Key and certificate as PEM, valid from a day before `now` (ms since the epoch). */
export function selfSigned(commonName: string, now: number): { key: string; cert: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8, Buffer.from(commonName)))));
  const validity = der(SEQUENCE, utcTime(now - 86_400_000), utcTime(now + LIFETIME));
  const serial = randomBytes(8);
  serial[0]! = (serial[0]! & 0x7f) | 0x40;
  const version3 = der(EXPLICIT_0, der(INTEGER, Buffer.from([2])));
  const toSign = der(
    SEQUENCE,
    version3,
    der(INTEGER, serial),
    ECDSA_SHA256,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = der(BIT_STRING, Buffer.from([0]), sign('sha256', toSign, privateKey));
  const whole = der(SEQUENCE, toSign, ECDSA_SHA256, signature).toString('base64');
  const lines = whole.match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
  };
}

/** Tag, length and contents (X.690 §8.1). */
function der(tag: number, ...contents: Buffer[]): Buffer {
  const body = Buffer.concat(contents);
  if (body.length < 128) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const long = body.length < 256 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...long]), body]);
}

function utcTime(at: number): Buffer {
  const digits = new Date(at).toISOString().replaceAll(/[-:T]/g, '').slice(2, 14);
  return der(UTC_TIME, Buffer.from(`${digits}Z`));
}
