/** What may befall a capture between the network and the one who looks at it. */
import { decodeFrame } from '../../src/decode/frame.ts';
import { FRAME, Packet } from '../../src/decode/packet.ts';
import { type AddressWords, formatMac } from '../../src/model/address.ts';
import type { Change } from '../../src/read/evaluate/capture.ts';
import type { FrameSink } from '../../src/source/capture/format.ts';
import type { Home } from '../../src/track/home.ts';
import { Random } from '../offline/random.ts';

const SECOND = 1000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
/** LINKTYPE_RAW: an IP packet without any header of a link. */
const RAW_IP = 101;

/** What is known of the whole capture. */
export type Around = { home: Home; first: number; last: number; seed: number; other: readonly Frame[] };
export type Frame = { bytes: Uint8Array; wireLength: number; at: number; linkType: number };

/** By name: the capture as it would be if … */
export const CHANGES: Readonly<Record<string, (around: Around) => Change>> = {
  'as it is': () => (into) => into,
  'its first 30 s': ({ first }) => between(first, first + 30 * SECOND),
  'a minute of its middle': ({ first, last }) => between((first + last - MINUTE) / 2, (first + last + MINUTE) / 2),
  'ten minutes from anywhere': ({ first, last, seed }) => {
    const start = first + Math.max(0, last - first - 10 * MINUTE) * new Random(seed).unit();
    return between(start, start + 10 * MINUTE);
  },
  'its second half': ({ first, last }) => between((first + last) / 2, last + 1),
  'each tenth packet lost': ({ seed }) => losing(0.1, seed),
  'half of the packets lost': ({ seed }) => losing(0.5, seed),
  'only what the home sends': (around) => onlyWhere(around, (isFromHome) => isFromHome),
  'only what the home gets': (around) => onlyWhere(around, (isFromHome) => !isFromHome),
  'no look-ups and greetings': () => (into) => passing(into, (p) => !isName(p)),
  'no hardware addresses': () => withoutLink,
  '96 bytes of each packet': () => (into) => ({
    frame: (bytes, view, start, end, wireLength, at, linkType) =>
      into.frame(bytes, view, start, Math.min(end, start + 96), wireLength, at, linkType),
  }),
  'another time of day': () => moved((at) => at + 11 * HOUR + 13 * MINUTE + 17_311),
  'half as fast': ({ first }) => moved((at) => first + (at - first) * 2),
  'beside another capture': ({ first, other }) => beside(other, first),
};

function between(from: number, until: number): Change {
  return (into) => ({
    frame: (bytes, view, start, end, wireLength, at, linkType) => {
      if (at >= from && at < until) into.frame(bytes, view, start, end, wireLength, at, linkType);
    },
  });
}

function losing(share: number, seed: number): Change {
  return (into) => {
    const random = new Random(seed);
    return {
      frame: (bytes, view, start, end, wireLength, at, linkType) => {
        if (random.unit() >= share) into.frame(bytes, view, start, end, wireLength, at, linkType);
      },
    };
  };
}

function moved(move: (at: number) => number): Change {
  return (into) => ({
    frame: (bytes, view, start, end, wireLength, at, linkType) =>
      into.frame(bytes, view, start, end, wireLength, move(at), linkType),
  });
}

/** Those packets of IP that `wanted` says; what belongs to the link alone passes. */
function passing(into: FrameSink, wanted: (p: Packet) => boolean): FrameSink {
  const p = new Packet();
  return {
    frame: (bytes, view, start, end, wireLength, at, linkType) => {
      Object.assign(p, { bytes, view, frameStart: start, frameEnd: end, wireLength, at, linkType });
      if (decodeFrame(p, linkType) !== FRAME.flow || wanted(p))
        into.frame(bytes, view, start, end, wireLength, at, linkType);
    },
  };
}

/** A tap on one line of a pair, or a mirror port that shows one direction. */
function onlyWhere({ home }: Around, wanted: (isFromHome: boolean) => boolean): Change {
  const routers = new Set(home.gateway().macs);
  return (into) =>
    passing(into, (p) => {
      const isFromRouter = routers.has(formatMac(p.sourceMacHigh, p.sourceMacLow));
      return wanted(!isFromRouter && home.isHome(sourceOf(p)));
    });
}

const NAMES: ReadonlySet<number> = new Set([53, 67, 68, 137, 546, 547, 5353, 5355]);

function isName(p: Packet): boolean {
  if (NAMES.has(p.destinationPort) || NAMES.has(p.sourcePort)) return true;
  const isTls = p.payloadEnd - p.payloadStart > 5 && p.bytes[p.payloadStart] === 0x16;
  return isTls && p.bytes[p.payloadStart + 1] === 3;
}

function withoutLink(into: FrameSink): FrameSink {
  const p = new Packet();
  return {
    frame: (bytes, view, start, end, wireLength, at, linkType) => {
      Object.assign(p, { bytes, view, frameStart: start, frameEnd: end, wireLength, at, linkType });
      if (decodeFrame(p, linkType) !== FRAME.flow) return;
      into.frame(bytes, view, p.networkStart, end, wireLength - (p.networkStart - start), at, RAW_IP);
    },
  };
}

/** Two homes' traffic as one's, from the same moment on. */
function beside(other: readonly Frame[], first: number): Change {
  return (into) => {
    const shift = first - (other[0]?.at ?? first);
    let next = 0;
    const give = (until: number) => {
      for (; next < other.length && other[next]!.at + shift <= until; next++) {
        const { bytes, wireLength, at, linkType } = other[next]!;
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        into.frame(bytes, view, 0, bytes.length, wireLength, at + shift, linkType);
      }
    };
    return {
      frame: (bytes, view, start, end, wireLength, at, linkType) => {
        give(at);
        into.frame(bytes, view, start, end, wireLength, at, linkType);
      },
      finish: () => give(Number.POSITIVE_INFINITY),
    };
  };
}

function sourceOf(p: Packet): AddressWords {
  return [p.source0 >>> 0, p.source1 >>> 0, p.source2 >>> 0, p.source3 >>> 0];
}
