import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodePublish,
  decodeSubscribe,
  encodePublish,
  encodeSubscribe,
  PacketReader,
  PUBLISH,
  SUBSCRIBE,
} from './mqtt.ts';

describe('MQTT', () => {
  it('says and understands publications, however the stream is cut', () => {
    const publication = fc.record({
      topic: fc.string({ minLength: 1, maxLength: 40 }),
      payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      qos: fc.constantFrom(0, 1),
      id: fc.integer({ min: 1, max: 0xffff }),
    });
    fc.assert(
      fc.property(fc.array(publication, { maxLength: 5 }), fc.integer({ min: 1, max: 50 }), (sent, step) => {
        const stream = Buffer.concat(sent.map((one) => encodePublish(one)));
        const reader = new PacketReader();
        const packets = [];
        for (let at = 0; at < stream.length; at += step) packets.push(...reader.read(stream.subarray(at, at + step)));
        expect(packets.every(({ type }) => type === PUBLISH)).toBe(true);
        expect(packets.map(decodePublish)).toEqual(sent.map((one) => (one.qos === 0 ? { ...one, id: 0 } : one)));
      }),
    );
  });

  it('says which topic is asked for', () => {
    const [packet] = new PacketReader().read(encodeSubscribe(5, 'home/bulb/set'));
    expect(packet?.type).toBe(SUBSCRIBE);
    expect(decodeSubscribe(packet!)).toEqual({ id: 5, topic: 'home/bulb/set' });
  });

  it('refuses a length that no device sends', () => {
    expect(() => [...new PacketReader().read(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]))]).toThrow(
      'impossible length',
    );
  });
});
