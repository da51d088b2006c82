import { parseAddress, scopeOf } from '../model/address.ts';
import { destinationEndpoint, sourceEndpoint } from './octets.ts';
import type { Packet } from './packet.ts';
import { FINISHED, type StreamProtocol } from './protocol.ts';

const NEED_MORE = 0;
/** Octets of a request: the longest that clients send have some 1,200. */
const MAX_REQUEST = 4096;
const POST = 'POST ';

/**
 * A device asks the gateway by UPnP for a way in, or to close it (WANIPConnection:2 §2.5.16, WANPPPConnection): a SOAP
 * request over HTTP within the home. Told when it is asked; whether the gateway agrees is not read.
 */
export const upnpMapping: StreamProtocol = {
  name: 'upnp-mapping',
  firstOctets: [0x50],
  begins: (bytes, start, end) => end - start >= POST.length && latin(bytes, start, start + POST.length) === POST,
  read(bytes, start, end, packet, sink) {
    if (!isAtHome(packet)) return FINISHED;
    const text = latin(bytes, start, Math.min(end, start + MAX_REQUEST));
    const action =
      /^SOAPACTION:[^\r\n]*WAN(?:IP|PPP)Connection:\d#(AddPortMapping|AddAnyPortMapping|DeletePortMapping)\b/im.exec(
        text,
      )?.[1];
    if (action === undefined) return text.includes('\r\n\r\n') || end - start >= MAX_REQUEST ? FINISHED : NEED_MORE;
    if (!text.includes('Envelope>') || !/<\/(?:\w+:)?Envelope>/.test(text))
      return end - start >= MAX_REQUEST ? FINISHED : NEED_MORE;
    const protocol = value(text, 'NewProtocol')?.toLowerCase();
    const externalPort = portOf(value(text, 'NewExternalPort'));
    if ((protocol !== 'tcp' && protocol !== 'udp') || externalPort === undefined) return FINISHED;
    const removed = action === 'DeletePortMapping';
    const internalAddress = addressOf(value(text, 'NewInternalClient'));
    const lifetime = Number(value(text, 'NewLeaseDuration') ?? 0);
    sink({
      kind: 'mapping',
      at: packet.at,
      client: sourceEndpoint(packet),
      gateway: destinationEndpoint(packet),
      via: 'upnp',
      granted: false,
      protocol,
      externalPort,
      internalPort: portOf(value(text, 'NewInternalPort')) ?? externalPort,
      ...(internalAddress === undefined ? {} : { internalAddress }),
      // A duration of 0 asks for a week (WANIPConnection:2 §2.3.16), or for ever of older gateways.
      lifetime: removed ? 0 : Number.isSafeInteger(lifetime) && lifetime > 0 ? lifetime : WEEK,
    });
    return FINISHED;
  },
};

/** s */
const WEEK = 604_800;

function value(text: string, name: string): string | undefined {
  return new RegExp(`<${name}[^>]{0,256}>\\s*([^<]{1,64}?)\\s*</${name}>`, 'i').exec(text)?.[1];
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,5}$/.test(text)) return undefined;
  const port = Number(text);
  return port > 0 && port < 65_536 ? port : undefined;
}

function addressOf(text: string | undefined): string | undefined {
  return text !== undefined && parseAddress(text) ? text : undefined;
}

function isAtHome(packet: Packet): boolean {
  const scope = scopeOf(
    packet.destination0 >>> 0,
    packet.destination1 >>> 0,
    packet.destination2 >>> 0,
    packet.destination3 >>> 0,
  );
  return scope === 'private' || scope === 'link-local';
}

function latin(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode.apply(null, bytes.subarray(start, end) as unknown as number[]);
}
