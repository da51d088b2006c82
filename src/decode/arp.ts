import { scopeOf, V4_MAPPED } from '../model/address.ts';
import { stationMacAt, u16, u32, v4At } from './octets.ts';
import type { Protocol } from './protocol.ts';

const ETHERTYPE_ARP = 0x0806;
const ETHERTYPE_IPV4 = 0x0800;
const HARDWARE_ETHERNET = 1;
const HARDWARE_IEEE_802 = 6;
const REQUEST = 1;
const REPLY = 2;
const LENGTH = 28;

/**
 * ARP over Ethernet (RFC 826): requests, replies and announcements all tell the sender's pair of addresses; a probe
 * (RFC 5227 §2.1.1: sender address zero) tells none. A request also tells whom it asks for. What a reply says about its receiver is not taken as fact.
 */
export const arp: Protocol = {
  name: 'arp',
  etherTypes: [ETHERTYPE_ARP],
  start: (sink) => (packet) => {
    const { bytes, payloadStart: at } = packet;
    if (packet.payloadEnd - at < LENGTH) return;
    const hardware = u16(bytes, at);
    if (hardware !== HARDWARE_ETHERNET && hardware !== HARDWARE_IEEE_802) return;
    if (u16(bytes, at + 2) !== ETHERTYPE_IPV4 || bytes[at + 4] !== 6 || bytes[at + 5] !== 4) return;
    const operation = u16(bytes, at + 6);
    if (operation !== REQUEST && operation !== REPLY) return;
    const mac = stationMacAt(bytes, at + 8);
    if (mac === undefined || !isStationAddress(u32(bytes, at + 14))) return;
    const address = v4At(bytes, at + 14);
    const target = v4At(bytes, at + 24);
    const asks = operation === REQUEST && target !== address ? { asks: target } : {};
    sink({ kind: 'neighbour', at: packet.at, mac, address, source: 'arp', ...asks });
  },
};

function isStationAddress(word: number): boolean {
  const scope = scopeOf(0, 0, V4_MAPPED, word);
  return scope === 'private' || scope === 'link-local' || scope === 'global';
}
