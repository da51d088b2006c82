import { DnsReader, TYPE } from './dns-reader.ts';
import { sourceEndpoint, v4At, v6At } from './octets.ts';
import { isFromLink } from './on-link.ts';
import type { Protocol } from './protocol.ts';

const LLMNR_PORT = 5355;
const RESPONSE = 0x8000;
/** Opcode, conflict, truncation and tentative bits: any of them makes the answer none to rely on (RFC 4795 §2.1.1). */
const UNRELIABLE = 0x7f00;
const MAX_ANSWERS = 16;

const reader = new DnsReader();

/** Link-Local Multicast Name Resolution (RFC 4795): who answers with its own address tells its name. */
export const llmnr: Protocol = {
  name: 'llmnr',
  udpPorts: [LLMNR_PORT],
  start: (sink) => (packet) => {
    if (packet.sourcePort !== LLMNR_PORT || !isFromLink(packet)) return;
    if (!reader.open(packet.bytes, packet.payloadStart, packet.payloadEnd)) return;
    if ((reader.flags & RESPONSE) === 0 || (reader.flags & UNRELIABLE) !== 0 || reader.questions !== 1) return;
    const asked = reader.labels();
    if (asked?.length !== 1 || asked[0] === '') return;
    reader.at += 4;
    const device = sourceEndpoint(packet);
    if (answersHold(device.address))
      sink({ kind: 'service', at: packet.at, device, protocol: 'llmnr', hostname: asked[0]! });
  },
};

function answersHold(address: string): boolean {
  const count = Math.min(reader.answers, MAX_ANSWERS);
  for (let i = 0; i < count; i++) {
    if (!reader.skipName() || !reader.record()) return false;
    const length = reader.dataEnd - reader.dataStart;
    if (reader.type === TYPE.A && length === 4 && v4At(reader.bytes, reader.dataStart) === address) return true;
    if (reader.type === TYPE.AAAA && length === 16 && v6At(reader.bytes, reader.dataStart) === address) return true;
  }
  return false;
}
