/**
 * Messages of the kernel's routing tables (RFC 3549 §3.1; linux/rtnetlink.h, if_link.h, if_addr.h, neighbour.h): links,
 * their addresses, and neighbours. Rare, so each becomes an object. Addresses are in network order.
 */
import { type AddressWords, formatMac, type Mac, V4_MAPPED } from '../../model/address.ts';
import { eachAttribute, FLAG, request } from './message.ts';

export const ROUTE = {
  newLink: 16,
  deleteLink: 17,
  getLink: 18,
  newAddress: 20,
  deleteAddress: 21,
  getAddress: 22,
  newNeighbour: 28,
  deleteNeighbour: 29,
  getNeighbour: 30,
} as const;

/** RTNLGRP_LINK, _NEIGH, _IPV4_IFADDR, _IPV6_IFADDR. */
export const ROUTE_GROUPS = [1, 3, 5, 9] as const;

export type LinkMessage = { index: number; name: string; mac?: Mac; up: boolean };
export type AddressMessage = { index: number; address: AddressWords; length: number };
export type NeighbourMessage = { index: number; address: AddressWords; mac?: Mac; usable: boolean };

const IFLA = { address: 1, name: 3 } as const;
const IFA = { address: 1, local: 2 } as const;
const NDA = { destination: 1, linkAddress: 2 } as const;
const IFF_UP = 1;
/** NUD_INCOMPLETE, _FAILED, _NOARP and none: no device behind the entry. */
const NUD_UNUSABLE = 0x01 | 0x20 | 0x40;

export function routeDumpRequest(type: number, sequence: number): Uint8Array {
  return request(
    type,
    FLAG.dump,
    sequence,
    new Uint8Array(type === ROUTE.getLink ? 16 : type === ROUTE.getAddress ? 8 : 12),
  );
}

export function parseLink(view: DataView, start: number, end: number): LinkMessage | undefined {
  if (end - start < 16) return undefined;
  const link: LinkMessage = {
    index: view.getInt32(start + 4, true),
    name: '',
    up: (view.getUint32(start + 8, true) & IFF_UP) !== 0,
  };
  eachAttribute(view, start + 16, end, (type, from, to) => {
    if (type === IFLA.address && to - from === 6) link.mac = readMac(view, from);
    else if (type === IFLA.name) link.name = readName(view, from, to);
  });
  return link;
}

export function parseAddressMessage(view: DataView, start: number, end: number): AddressMessage | undefined {
  if (end - start < 8) return undefined;
  let address: AddressWords | undefined;
  let local: AddressWords | undefined;
  eachAttribute(view, start + 8, end, (type, from, to) => {
    if (type === IFA.address) address = readAddress(view, from, to);
    else if (type === IFA.local) local = readAddress(view, from, to);
  });
  // On a point-to-point link IFA_ADDRESS is the other end.
  const own = local ?? address;
  return own && { index: view.getUint32(start + 4, true), address: own, length: view.getUint8(start + 1) };
}

export function parseNeighbour(view: DataView, start: number, end: number): NeighbourMessage | undefined {
  if (end - start < 12) return undefined;
  const state = view.getUint16(start + 8, true);
  let address: AddressWords | undefined;
  let mac: Mac | undefined;
  eachAttribute(view, start + 12, end, (type, from, to) => {
    if (type === NDA.destination) address = readAddress(view, from, to);
    else if (type === NDA.linkAddress && to - from === 6) mac = readMac(view, from);
  });
  if (!address) return undefined;
  const usable = state !== 0 && (state & NUD_UNUSABLE) === 0;
  return { index: view.getInt32(start + 4, true), address, usable, ...(mac === undefined ? {} : { mac }) };
}

function readAddress(view: DataView, from: number, to: number): AddressWords | undefined {
  if (to - from === 4) return [0, 0, V4_MAPPED, view.getUint32(from)];
  if (to - from !== 16) return undefined;
  return [view.getUint32(from), view.getUint32(from + 4), view.getUint32(from + 8), view.getUint32(from + 12)];
}

function readMac(view: DataView, from: number): Mac {
  return formatMac(view.getUint16(from), view.getUint32(from + 2));
}

function readName(view: DataView, from: number, to: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + from, to - from);
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(bytes.slice(0, end < 0 ? bytes.length : end));
}
