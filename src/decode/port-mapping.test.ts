import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ascii, concat, DEVICE, FAR, hex, observe, ROUTER, tcp, udp } from './testbed.ts';

const ASKER = { ...DEVICE, port: 5350 };
const GATEWAY = { ...ROUTER, port: 5351 };
const natPmp = (result: string) => hex(`00 82 ${result} 00001000 1f90 c350 00001c20`);

describe('NAT-PMP and PCP', () => {
  it('tell what the gateway granted', () => {
    expect(observe([udp(GATEWAY, ASKER, natPmp('0000'))])).toEqual([
      {
        kind: 'mapping',
        at: 1_000_000,
        client: DEVICE,
        gateway: ROUTER,
        via: 'nat-pmp',
        granted: true,
        protocol: 'tcp',
        internalPort: 8080,
        externalPort: 50_000,
        lifetime: 7200,
      },
    ]);
    const pcp = concat(
      hex('02 81 00 00 00000e10 00000001 000000000000000000000000'),
      hex('000102030405060708090a0b 11 000000 0050 1f40'),
      new Uint8Array(16),
    );
    expect(observe([udp(GATEWAY, ASKER, pcp)])).toMatchObject([
      { via: 'pcp', protocol: 'udp', internalPort: 80, externalPort: 8000, lifetime: 3600 },
    ]);
  });

  it('tell nothing of requests, of refusals and of answers from beyond the home', () => {
    expect(observe([udp(GATEWAY, ASKER, natPmp('0002'))])).toEqual([]);
    expect(observe([udp(ASKER, GATEWAY, hex('00 02 0000 1f90 0000 00001c20'))])).toEqual([]);
    expect(observe([udp({ ...FAR, port: 5351 }, ASKER, natPmp('0000'))])).toEqual([]);
  });

  it('never throw', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => void observe([udp(GATEWAY, ASKER, bytes)])));
  });
});

const BODY = `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
<u:AddPortMapping xmlns:u="urn:schemas-upnp-org:service:WANIPConnection:1"><NewRemoteHost></NewRemoteHost>
<NewExternalPort>8023</NewExternalPort><NewProtocol>TCP</NewProtocol><NewInternalPort>23</NewInternalPort>
<NewInternalClient>192.168.1.10</NewInternalClient><NewLeaseDuration>0</NewLeaseDuration>
</u:AddPortMapping></s:Body></s:Envelope>`;
const request = (action: string, body = BODY) =>
  `POST /ctl/IPConn HTTP/1.1\r\nHost: 192.168.1.1:5000\r\nContent-Length: ${body.length}\r\n` +
  `SOAPAction: "urn:schemas-upnp-org:service:WANIPConnection:1#${action}"\r\n\r\n${body}`;

describe('UPnP port mapping', () => {
  const CLIENT = { ...DEVICE, port: 40_000 };
  const SERVER = { ...ROUTER, port: 5000 };

  it('is told when it is asked for, also over several segments', () => {
    const bytes = ascii(request('AddPortMapping'));
    for (const cut of [bytes.length, 60, 300]) {
      const parts = [bytes.slice(0, cut), bytes.slice(cut)].filter((part) => part.length > 0);
      const packets = parts.map((part, i) => tcp(CLIENT, SERVER, part, { tcpSequence: 1 + i * cut }));
      expect(observe(packets)).toEqual([
        {
          kind: 'mapping',
          at: 1_000_000,
          client: DEVICE,
          gateway: ROUTER,
          via: 'upnp',
          granted: false,
          protocol: 'tcp',
          externalPort: 8023,
          internalPort: 23,
          internalAddress: '192.168.1.10',
          lifetime: 604_800,
        },
      ]);
    }
  });

  it('is told when it is taken away', () => {
    expect(observe([tcp(CLIENT, SERVER, ascii(request('DeletePortMapping')))])).toMatchObject([{ lifetime: 0 }]);
  });

  it('tells nothing of other actions, of other posts and of hosts beyond the home', () => {
    expect(observe([tcp(CLIENT, SERVER, ascii(request('GetExternalIPAddress')))])).toEqual([]);
    expect(observe([tcp(CLIENT, SERVER, ascii('POST /api HTTP/1.1\r\nHost: x\r\n\r\n{}'))])).toEqual([]);
    expect(observe([tcp(CLIENT, { ...FAR, port: 80 }, ascii(request('AddPortMapping')))])).toEqual([]);
    const wild = BODY.replace('8023', '99999');
    expect(observe([tcp(CLIENT, SERVER, ascii(request('AddPortMapping', wild)))])).toEqual([]);
  });
});
