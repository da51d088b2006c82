import { createCipheriv, createDecipheriv } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { clientInitial, clientKeys, initialSource, shortPacket, shortWord } from './quic.ts';

const destination = Buffer.from('8394c8f03e515708', 'hex');
const source = Buffer.from('0102030405060708', 'hex');

/** Takes the protection off as a server would (RFC 9001 §5.4, §5.3); throws if the packet is not authentic. */
function open(packet: Buffer): Buffer {
  const { key, iv, hp } = clientKeys(destination);
  const at = 6 + 8 + 1 + 8 + 1 + 2;
  const mask = createCipheriv('aes-128-ecb', hp, null).update(packet.subarray(at + 4, at + 20));
  const header = Buffer.from(packet.subarray(0, at + 4));
  header[0]! ^= mask[0]! & 0x0f;
  for (let i = 0; i < 4; i++) header[at + i]! ^= mask[i + 1]!;
  const nonce = Buffer.from(iv);
  for (let i = 0; i < 4; i++) nonce[8 + i]! ^= header[at + i]!;
  const box = createDecipheriv('aes-128-gcm', key, nonce).setAAD(header).setAuthTag(packet.subarray(-16));
  return Buffer.concat([box.update(packet.subarray(at + 4, -16)), box.final()]);
}

describe('a QUIC Initial', () => {
  it('has the keys of RFC 9001 appendix A.1', () => {
    const { key, iv, hp } = clientKeys(destination);
    expect(key.toString('hex')).toBe('1f369613dd76d5467730efcbe3b1a22d');
    expect(iv.toString('hex')).toBe('fa044b2f42a3fd3b46fb255c');
    expect(hp.toString('hex')).toBe('9f50449e04a0e810283a1e9933adedd2');
  });

  it('is 1,200 bytes, authentic, and names the server in its ClientHello', () => {
    const packet = clientInitial('docs.example.com', destination, source);
    expect(packet).toHaveLength(1200);
    const content = open(packet);
    expect(content[0]).toBe(6);
    expect(content.toString('latin1')).toContain('docs.example.com');
    expect(content.toString('latin1')).toContain('\x02h3');
  });

  it('is recognised by the far side', () => {
    expect(initialSource(clientInitial('docs.example.com', destination, source))).toEqual(source);
    expect(initialSource(Buffer.alloc(1200))).toBeUndefined();
    expect(initialSource(Buffer.from([0xc0]))).toBeUndefined();
  });
});

describe('a short packet', () => {
  it('carries a word', () => {
    expect(shortWord(shortPacket(source, 54_321, 40))).toBe(54_321);
    expect(shortWord(Buffer.from([0x40]))).toBeUndefined();
  });
});
