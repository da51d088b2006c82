import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keptLength, Trim } from './trim.ts';

function frame(protocol: 6 | 17, port: number, payload: Buffer): Buffer {
  const ethernet = Buffer.alloc(14);
  ethernet.writeUInt16BE(0x0800, 12);
  const ip = Buffer.alloc(20);
  ip[0] = 0x45;
  ip[9] = protocol;
  const transport = Buffer.alloc(protocol === 6 ? 20 : 8);
  transport.writeUInt16BE(port, 2);
  if (protocol === 6) transport[12] = 5 << 4;
  return Buffer.concat([ethernet, ip, transport, payload]);
}

function file(frames: readonly Buffer[]): Buffer {
  const records = frames.flatMap((bytes) => {
    const header = Buffer.alloc(16);
    header.writeUInt32LE(bytes.length, 8);
    header.writeUInt32LE(bytes.length, 12);
    return [header, bytes];
  });
  return Buffer.concat([Buffer.alloc(24), ...records]);
}

describe('what is kept of a packet', () => {
  it('is everything that names things', () => {
    const dns = frame(17, 53, Buffer.from('any DNS message'));
    const hello = frame(6, 443, Buffer.from('160301020001', 'hex'));
    const initial = frame(17, 443, Buffer.alloc(1200, 0xc3));
    const http = frame(6, 80, Buffer.from('GET /check HTTP/1.1\r\nHost: x.example\r\n\r\n'));
    for (const whole of [dns, hello, initial, http, Buffer.alloc(60)]) expect(keptLength(whole)).toBe(whole.length);
  });

  it('is only the headers of what is encrypted', () => {
    expect(keptLength(frame(6, 443, Buffer.alloc(1400, 0x17)))).toBe(54);
    expect(keptLength(frame(17, 443, Buffer.alloc(1200, 0x51)))).toBe(42);
  });

  it('is never more than there is, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.constantFrom('0800', '86dd'), (bytes, type) => {
        const odd = Buffer.concat([Buffer.alloc(12), Buffer.from(type, 'hex'), bytes]);
        expect(keptLength(odd)).toBeLessThanOrEqual(odd.length);
      }),
    );
  });
});

describe('a shortened capture', () => {
  it('keeps every packet and its original length, however the stream is cut', async () => {
    const frames = [
      frame(17, 53, Buffer.alloc(30)),
      frame(6, 443, Buffer.alloc(900, 0x17)),
      frame(6, 443, Buffer.alloc(0)),
    ];
    const bytes = file(frames);
    for (const step of [1, 7, 24, 5000]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / step) }, (_, i) =>
        bytes.subarray(i * step, (i + 1) * step),
      );
      const out = await buffer(Readable.from(chunks).pipe(new Trim()));
      const lengths = [];
      for (let at = 24; at < out.length; at += 16 + out.readUInt32LE(at + 8)) {
        lengths.push([out.readUInt32LE(at + 8), out.readUInt32LE(at + 12)]);
      }
      expect(lengths).toEqual([
        [72, 72],
        [54, 954],
        [54, 54],
      ]);
    }
  });

  it('refuses absurd lengths', async () => {
    const bytes = file([Buffer.alloc(60)]);
    bytes.writeUInt32LE(0x7fffffff, 24 + 8);
    await expect(buffer(Readable.from([bytes]).compose(new Trim()))).rejects.toThrow('no capture');
  });
});
