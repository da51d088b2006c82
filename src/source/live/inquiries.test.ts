import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INQUIRIES_PER_CALL, Inquiries, MAX_INQUIRIES } from './inquiries.ts';

const ORIGINAL_ENDS = 0x8001;
const REPLY_ENDS = 0x8002;
const ZONE = 18;

/** A conntrack message without its netlink header: family, version, resource, attributes. */
function message(...attributes: Array<{ type: number; value: readonly number[] }>): DataView {
  const bytes = [2, 0, 0, 0];
  for (const { type, value } of attributes) {
    const length = 4 + value.length;
    bytes.push(length & 255, length >> 8, type & 255, type >> 8, ...value);
    while (bytes.length % 4 !== 0) bytes.push(0);
  }
  return new DataView(Uint8Array.from(bytes).buffer);
}

function asked(inquiries: Inquiries): Uint8Array[] {
  const calls: Uint8Array[] = [];
  inquiries.ask((bytes) => calls.push(bytes.slice()));
  return calls;
}

const ONE = message({ type: ORIGINAL_ENDS, value: [1, 2, 3, 4] });

function filled(count: number): Inquiries {
  const inquiries = new Inquiries();
  inquiries.begin();
  for (let id = 0; id < count; id++) inquiries.add(id, ONE, 0, ONE.byteLength);
  inquiries.end();
  return inquiries;
}

describe('questions for single connections', () => {
  it('asks by the original ends and the zone, in the family of the message', () => {
    const whole = message(
      { type: ORIGINAL_ENDS, value: [1, 2, 3, 4] },
      { type: REPLY_ENDS, value: [5, 6, 7, 8] },
      { type: ZONE, value: [0, 9] },
    );
    const inquiries = new Inquiries();
    inquiries.begin();
    inquiries.add(7, whole, 0, whole.byteLength);
    inquiries.end();
    // Its sequence number is the connection's id.
    const header = [36, 0, 0, 0, 1, 1, 1, 0, 7, 0, 0, 0, 0, 0, 0, 0];
    const payload = [2, 0, 0, 0, 8, 0, 1, 0x80, 1, 2, 3, 4, 6, 0, 18, 0, 0, 9, 0, 0];
    expect(asked(inquiries).map((call) => [...call])).toEqual([[...header, ...payload]]);
  });

  it('asks for nothing before a dump told what is there', () => {
    const inquiries = new Inquiries();
    inquiries.add(1, ONE, 0, ONE.byteLength);
    expect(inquiries.isComplete).toBe(false);
    expect(asked(inquiries)).toEqual([]);
  });

  it('follows begins and ends', () => {
    const inquiries = filled(2);
    inquiries.remove(0);
    inquiries.remove(1);
    inquiries.add(2, ONE, 0, ONE.byteLength);
    expect(inquiries.isComplete).toBe(true);
    expect(asked(inquiries)).toHaveLength(1);
  });

  it('sends many questions in few calls', () => {
    expect(asked(filled(INQUIRIES_PER_CALL * 2 + 1))).toHaveLength(3);
  });

  it('gives up when connections are too many, until a dump finds few', () => {
    const inquiries = filled(MAX_INQUIRIES);
    expect(inquiries.isComplete).toBe(true);
    inquiries.add(MAX_INQUIRIES, ONE, 0, ONE.byteLength);
    expect(inquiries.isComplete).toBe(false);
    expect(asked(inquiries)).toEqual([]);
    inquiries.begin();
    inquiries.end();
    expect(inquiries.isComplete).toBe(true);
  });

  it('keeps one question for a connection that is told of twice', () => {
    const inquiries = filled(MAX_INQUIRIES);
    inquiries.add(0, ONE, 0, ONE.byteLength);
    expect(inquiries.isComplete).toBe(true);
  });

  it('gives up on a connection whose ends are longer than any that the kernel knows', () => {
    const long = message({ type: ORIGINAL_ENDS, value: new Array<number>(200).fill(1) });
    const inquiries = filled(2);
    inquiries.add(2, long, 0, long.byteLength);
    expect(inquiries.isComplete).toBe(false);
  });

  it('takes any bytes for a message', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 200 }), (bytes) => {
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        const inquiries = new Inquiries();
        inquiries.begin();
        inquiries.add(1, view, 0, bytes.length);
        inquiries.end();
        for (const call of asked(inquiries)) expect(call.length).toBeLessThanOrEqual(16 + bytes.length);
        expect(asked(inquiries)).toHaveLength(inquiries.isComplete ? 1 : 0);
      }),
    );
  });
});
