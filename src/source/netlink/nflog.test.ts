import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attribute } from './message.ts';
import { parseLogged } from './nflog.ts';

const HEADER = Uint8Array.of(1, 0, 0x1e, 0x42);
const PACKET_HEADER = attribute(1, Uint8Array.of(8, 0, 0, 0));
const SENDER = attribute(8, Uint8Array.of(0, 6, 0, 0, 2, 0, 0, 0, 1, 2, 0, 0));
const WORDS = attribute(10, new TextEncoder().encode('spin connections\0'));

function parse(...parts: Uint8Array[]) {
  const bytes = Buffer.concat([HEADER, ...parts]);
  return parseLogged(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);
}

describe('a logged packet in the kernel’s words', () => {
  it('has the rule’s words and its sender', () => {
    expect(parse(PACKET_HEADER, SENDER, WORDS)).toEqual({ prefix: 'spin connections', mac: '02:00:00:00:01:02' });
  });

  it('says where the packet was going, over either family', () => {
    const v4 = Buffer.from('450000280000000040060000c0a84d4dc6336485c35000170000000000000000', 'hex');
    const v6 = Buffer.from(`60000000000811400${'0'.repeat(31)}20010db8${'0'.repeat(23)}7c3500035`, 'hex');
    expect(parse(SENDER, attribute(9, v4), WORDS)?.to).toEqual({ protocol: 6, address: '198.51.100.133', port: 23 });
    expect(parse(SENDER, attribute(9, v6), WORDS)?.to).toEqual({ protocol: 17, address: '2001:db8::7', port: 53 });
    expect(parse(SENDER, attribute(9, v4.subarray(0, 20)), WORDS)?.to).toMatchObject({ protocol: 6, port: 0 });
    expect(parse(SENDER, attribute(9, v4.subarray(0, 19)), WORDS)).not.toHaveProperty('to');
  });

  it('is nothing without a sender, with one that is no Ethernet’s, or without words', () => {
    expect(parse(PACKET_HEADER, WORDS)).toBeUndefined();
    expect(parse(attribute(8, Uint8Array.of(0, 8, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8)), WORDS)).toBeUndefined();
    expect(parse(SENDER)).toBeUndefined();
  });

  it('may be cut anywhere', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(80), (noise, cut) => {
        const whole = Buffer.concat([HEADER, SENDER, WORDS]);
        const bytes = Uint8Array.from([...whole.subarray(0, cut), ...noise]);
        const logged = parseLogged(new DataView(bytes.buffer), 0, bytes.length);
        expect(logged === undefined || logged.mac.length === 17).toBe(true);
      }),
    );
  });
});
