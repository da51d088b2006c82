/** A service as one number, for the tables: protocol, port and whether the far end is inside the home; never 0. */
export function serviceKey(protocol: number, port: number, inside: boolean): number {
  return ((inside ? 1 : 0) << 24) | (protocol << 16) | port;
}

export type ServiceAt = { protocol: number; port: number; inside: boolean };

export function serviceOf(key: number): ServiceAt {
  return { protocol: (key >>> 16) & 0xff, port: key & 0xffff, inside: key >>> 24 !== 0 };
}
