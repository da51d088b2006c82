import { concat } from '../../decode/frame-builder.ts';

/** Builds capture files for tests. */
export type Record = { at: number; frame: Uint8Array; wireLength?: number };

type PcapOptions = { littleEndian?: boolean; magic?: number; linkType?: number; version?: [number, number] };

/** A classic capture; times in ms. */
export function pcap(records: readonly Record[], options: PcapOptions = {}): Uint8Array {
  const { littleEndian = true, magic = 0xa1b2c3d4, linkType = 1, version = [2, 4] } = options;
  const put = writer(littleEndian);
  const header = concat(put.u32(magic), put.u16(...version), put.u32(0, 0, 262_144, linkType));
  const perMs = magic === 0xa1b23c4d ? 1e6 : 1000;
  const extra = new Uint8Array(magic === 0xa1b2cd34 ? 8 : 0);
  const body = records.map(({ at, frame, wireLength = frame.length }) => {
    const seconds = Math.floor(at / 1000);
    const fraction = Math.round((at - seconds * 1000) * perMs);
    return concat(put.u32(seconds, fraction, frame.length, wireLength), extra, frame);
  });
  return concat(header, ...body);
}

/** Numbers in one byte order. */
export function writer(littleEndian: boolean) {
  const numbers = (width: 2 | 4, values: number[]) => {
    const view = new DataView(new ArrayBuffer(width * values.length));
    values.forEach((value, i) => {
      if (width === 2) view.setUint16(2 * i, value, littleEndian);
      else view.setUint32(4 * i, value, littleEndian);
    });
    return new Uint8Array(view.buffer);
  };
  return {
    u16: (...values: number[]) => numbers(2, values),
    u32: (...values: number[]) => numbers(4, values),
  };
}

/** Blocks of pcapng in one byte order. */
export function pcapng(littleEndian = true) {
  const put = writer(littleEndian);
  const padded = (bytes: Uint8Array) => concat(bytes, new Uint8Array(-bytes.length & 3));
  const block = (type: number, ...parts: Uint8Array[]) => {
    const body = padded(concat(...parts));
    const length = put.u32(body.length + 12);
    return concat(put.u32(type), length, body, length);
  };
  const option = (code: number, value: Uint8Array) => concat(put.u16(code, value.length), padded(value));
  return {
    block,
    option,
    put,
    section: () => block(0x0a0d0d0a, put.u32(0x1a2b3c4d), put.u16(1, 0), put.u32(0xffffffff, 0xffffffff)),
    interface: (linkType: number, ...options: Uint8Array[]) =>
      block(1, put.u16(linkType, 0), put.u32(0), ...options, put.u32(0)),
    /** @param time in units of the interface */
    enhanced: (number: number, time: number, frame: Uint8Array, wireLength = frame.length) =>
      block(6, put.u32(number, Math.floor(time / 2 ** 32), time % 2 ** 32, frame.length, wireLength), padded(frame)),
    obsolete: (number: number, time: number, frame: Uint8Array) =>
      block(
        2,
        put.u16(number, 0),
        put.u32(Math.floor(time / 2 ** 32), time % 2 ** 32, frame.length, frame.length),
        padded(frame),
      ),
    simple: (frame: Uint8Array, wireLength = frame.length) => block(3, put.u32(wireLength), padded(frame)),
  };
}
