import { type AddressWords, formatPrefix, isV4, prefixOf } from '../../model/address.ts';
import { protocolName } from '../../model/protocols.ts';
import { ownerDomain } from '../dns/domain.ts';

/** Whose place a far end is: by its name's owner, else by its network, since clouds move within those. */
export function ownerOf(name: string | undefined, address: AddressWords): string {
  return name === undefined ? formatPrefix(prefixOf(address, isV4(address) ? 24 : 48)) : ownerDomain(name);
}

/** `tcp/443` */
export function serviceOf(protocol: number, port: number): string {
  return port === 0 ? protocolName(protocol) : `${protocolName(protocol)}/${port}`;
}
