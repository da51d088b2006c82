import type { WordsObservation } from '../model/observation.ts';
import { destinationEndpoint, sourceEndpoint } from './octets.ts';
import { FINISHED, type StreamProtocol } from './protocol.ts';

/** Where in a segment a method's name is looked for: miners' requests are shorter. */
const MAX_LOOKED_AT = 512;
/** Requests of a miner to a pool, in the dialects of Bitcoin, Monero and Ethereum; each is the value of "method". */
const MINER_METHODS = [
  ...['mining.subscribe', 'mining.authorize', 'mining.submit', 'mining.extranonce.subscribe', 'mining.configure'],
  ...['login', 'submit', 'keepalived', 'getjob'],
  ...['eth_submitLogin', 'eth_login', 'eth_getWork', 'eth_submitWork', 'eth_submitHashrate'],
];
const BRACE = 0x7b;
const CARRIAGE_RETURN = 13;
const LINE_FEED = 10;

/** Requests to a mining pool: one JSON object a line, with a method of these. */
export const stratum: StreamProtocol = {
  name: 'stratum',
  firstOctets: [BRACE],
  begins: (bytes, start, end) => MINER_METHODS.includes(methodOf(bytes, start, Math.min(end, start + MAX_LOOKED_AT))),
  read: tell('stratum'),
};

/** A client's registration (RFC 2812 §3.1, and `CAP LS` of IRCv3). */
export const irc: StreamProtocol = {
  name: 'irc',
  firstOctets: [0x4e, 0x43, 0x55],
  begins: (bytes, start, end) =>
    /^(NICK [^ ]{1,64}|CAP LS( 302)?|USER [^ ]+ [^ ]+ [^ ]+ :.*)$/.test(line(bytes, start, end)),
  read: tell('irc'),
};

const BITTORRENT = '\x13BitTorrent protocol';

/** The handshake of peers (BEP 3). */
export const bittorrent: StreamProtocol = {
  name: 'bittorrent',
  firstOctets: [0x13],
  begins: (bytes, start, end) =>
    end - start >= BITTORRENT.length && latin(bytes, start, start + BITTORRENT.length) === BITTORRENT,
  read: tell('bittorrent'),
};

function tell(language: WordsObservation['language']): StreamProtocol['read'] {
  return (_bytes, _start, _end, packet, sink) => {
    const { at, sourcePort: clientPort, destinationPort: serverPort } = packet;
    const ends = { client: sourceEndpoint(packet), server: destinationEndpoint(packet) };
    sink({ kind: 'words', at, ...ends, clientPort, serverPort, language });
    return FINISHED;
  };
}

function methodOf(bytes: Uint8Array, start: number, end: number): string {
  return /"method"\s*:\s*"([^"]{1,64})"/.exec(latin(bytes, start, end))?.[1] ?? '';
}

/** The first line, cut at 256 octets. */
function line(bytes: Uint8Array, start: number, end: number): string {
  const limit = Math.min(end, start + 256);
  let at = start;
  while (at < limit && bytes[at] !== LINE_FEED && bytes[at] !== CARRIAGE_RETURN) at++;
  return latin(bytes, start, at);
}

function latin(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode.apply(null, bytes.subarray(start, end) as unknown as number[]);
}
