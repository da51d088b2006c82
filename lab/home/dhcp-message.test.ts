import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACK, DISCOVER, decodeReply, encodeRequest, REQUEST } from './dhcp-message.ts';

const request = {
  type: DISCOVER,
  transaction: 0xdeadbeef,
  mac: '02:c4:3e:10:00:01',
  hostname: 'garden-camera',
  vendorClass: 'udhcp 1.36.1',
  parameters: [1, 3, 6],
  mudUrl: 'https://mud.example.com/x.json',
} as const;

/** A server's message with the options given as code and bytes. */
function reply(options: [number, number[]][]): Buffer {
  const head = Buffer.alloc(240);
  head[0] = 2;
  head.writeUInt32BE(7, 4);
  head.set([192, 168, 77, 60], 16);
  head.writeUInt32BE(0x63825363, 236);
  return Buffer.concat([
    head,
    ...options.map(([code, bytes]) => Buffer.from([code, bytes.length, ...bytes])),
    Buffer.from([255]),
  ]);
}

describe('a DHCP request', () => {
  it('says who asks, as the device is wont to', () => {
    const message = encodeRequest(request);
    expect(message.length).toBeGreaterThanOrEqual(300);
    expect(message.subarray(0, 8).toString('hex')).toBe('01010600deadbeef');
    expect(message.subarray(28, 34).toString('hex')).toBe('02c43e100001');
    expect(message.readUInt16BE(10)).toBe(0x8000);
    expect(message.toString('latin1')).toContain('\x0c\x0dgarden-camera');
    expect(message.toString('latin1')).toContain('\x3c\x0cudhcp 1.36.1');
    expect(message.toString('latin1')).toContain('\x37\x03\x01\x03\x06');
    expect(message.toString('latin1')).toContain('\xa1\x1ehttps://mud.example.com/x.json');
  });

  it('renews from its own address and asks for no broadcast then', () => {
    const message = encodeRequest({ ...request, type: REQUEST, client: '192.168.77.60' });
    expect([...message.subarray(12, 16)]).toEqual([192, 168, 77, 60]);
    expect(message.readUInt16BE(10)).toBe(0);
  });

  it('refuses what does not fit into an option', () => {
    expect(() => encodeRequest({ ...request, hostname: 'x'.repeat(256) })).toThrow('longer than 255');
  });
});

describe('a DHCP reply', () => {
  it('gives the address and the network', () => {
    const message = reply([
      [53, [ACK]],
      [54, [192, 168, 77, 1]],
      [1, [255, 255, 255, 0]],
      [3, [192, 168, 77, 1]],
      [6, [192, 168, 77, 1]],
      [51, [0, 0, 0, 240]],
    ]);
    expect(decodeReply(message)).toEqual({
      type: ACK,
      transaction: 7,
      address: '192.168.77.60',
      server: '192.168.77.1',
      length: 24,
      lease: 240,
      router: '192.168.77.1',
      resolver: '192.168.77.1',
    });
  });

  it('is nothing where it breaks off or names no server', () => {
    const whole = reply([
      [53, [ACK]],
      [54, [192, 168, 77, 1]],
    ]);
    expect(decodeReply(whole.subarray(0, whole.length - 3))).toBeUndefined();
    expect(decodeReply(reply([[53, [ACK]]]))).toBeUndefined();
    expect(decodeReply(encodeRequest(request))).toBeUndefined();
  });

  it('never throws, whatever comes', () => {
    const head = reply([]).subarray(0, 240);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void decodeReply(Buffer.from(bytes))));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => void decodeReply(Buffer.concat([head, bytes]))),
    );
  });
});
