import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { inPrefix, parseAddress, parsePrefix } from '../../src/model/address.ts';
import { selfSigned } from './certificate.ts';
import { answerQuic, answerTime } from './datagrams.ts';
import { NAME_SERVER, SITE_PREFIX4, SITE_PREFIX6, SITES } from './sites.ts';

describe('the certificate of a lab', () => {
  it('is valid now, for its name and signed by itself', () => {
    const { cert } = selfSigned('lab.example', Date.UTC(2026, 10, 22));
    const read = new X509Certificate(cert);
    expect(read.subject).toBe('CN=lab.example');
    expect(read.verify(read.publicKey)).toBe(true);
    expect(Date.parse(read.validFrom)).toBe(Date.UTC(2026, 10, 21));
  });
});

describe('the sites', () => {
  it('have addresses of their own in the documentation ranges', () => {
    const [v4, v6] = [parsePrefix(SITE_PREFIX4)!, parsePrefix(SITE_PREFIX6)!];
    for (const site of [...SITES, { name: 'name server', ...NAME_SERVER }]) {
      expect(inPrefix(parseAddress(site.v4)!, v4)).toBe(true);
      expect(inPrefix(parseAddress(site.v6)!, v6)).toBe(true);
    }
    expect(new Set(SITES.flatMap((site) => [site.v4, site.v6])).size).toBe(SITES.length * 2);
  });

  it('have reserved names', () => {
    for (const { name } of SITES) expect(name).toMatch(/\.example$|\.example\.(com|net|org)$/);
  });
});

describe('the time server', () => {
  it('gives the client its own stamp back', () => {
    const request = Buffer.alloc(48);
    request[0] = 0x23;
    request.write('a stamp!', 40);
    const [reply] = answerTime(request);
    expect(reply![0]! & 7).toBe(4);
    expect(reply!.toString('latin1', 24, 32)).toBe('a stamp!');
  });

  it('is silent to what is no question', () => {
    expect(answerTime(Buffer.alloc(47))).toEqual([]);
    expect(answerTime(Buffer.alloc(48))).toEqual([]);
  });
});

describe('the QUIC-like server', () => {
  it('is silent to noise, so that it echoes no flood', () => {
    expect(answerQuic(Buffer.alloc(1200))).toEqual([]);
    expect(answerQuic(Buffer.from([0x40, 1]))).toEqual([]);
  });
});
