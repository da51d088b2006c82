import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ascii, concat, DEVICE, FAR, observe, tcp } from './testbed.ts';

const CLIENT = { ...DEVICE, port: 50_000 };
const SERVER = { ...FAR, port: 3333 };
const said = (text: string) => observe([tcp(CLIENT, SERVER, ascii(text))]);
const languages = (text: string) => said(text).map((o) => (o.kind === 'words' ? o.language : o.kind));

describe('first words', () => {
  it('of a miner are known in each dialect, on any port', () => {
    expect(said('{"id": 1, "method": "mining.subscribe", "params": []}\n')).toEqual([
      {
        kind: 'words',
        at: 1_000_000,
        client: DEVICE,
        server: FAR,
        clientPort: 50_000,
        serverPort: 3333,
        language: 'stratum',
      },
    ]);
    expect(languages('{"method":"login","params":{"login":"x"},"id":1}\n')).toEqual(['stratum']);
    expect(languages('{"worker":"","jsonrpc":"2.0","params":["x"],"id":2,"method":"eth_submitLogin"}')).toEqual([
      'stratum',
    ]);
  });

  it('of other JSON tell nothing', () => {
    expect(languages('{"id":1,"method":"get_prop","params":["power"]}\r\n')).toEqual([]);
    expect(languages('{"login":"method"}')).toEqual([]);
  });

  it('of an IRC client are known, those of mail and file transfer are not', () => {
    expect(languages('NICK x8342\r\nUSER a 8 * :a\r\n')).toEqual(['irc']);
    expect(languages('USER wyx 0 * :wyx\r\n')).toEqual(['irc']);
    expect(languages('CAP LS 302\r\n')).toEqual(['irc']);
    expect(languages('USER anonymous\r\n')).toEqual([]);
    expect(languages('NOOP\r\n')).toEqual([]);
    expect(languages('CAPA\r\n')).toEqual([]);
  });

  it('of a BitTorrent peer are known', () => {
    const handshake = concat(ascii('\x13BitTorrent protocol'), new Uint8Array(48));
    expect(observe([tcp(CLIENT, SERVER, handshake)])).toMatchObject([{ kind: 'words', language: 'bittorrent' }]);
  });

  it('cut or garbled never throw', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('{', 'N', 'U', 'C', '\x13', 'P'),
        fc.uint8Array({ maxLength: 600 }),
        (first, rest) => {
          observe([tcp(CLIENT, SERVER, concat(ascii(first), rest))]);
        },
      ),
    );
  });
});
