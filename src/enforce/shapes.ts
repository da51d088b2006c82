/**
 * The forms a block can have – device or not, node by address or prefix or not, service or not – with the set that
 * holds its entries and the fields of a packet that are looked up in it. One rule per form serves all its entries.
 */
import type { PolicyBlock } from '../model/policy.ts';
import type { Family } from './validate.ts';

export type NodeForm = 'address' | 'prefix';
/** `client`: the device is the client, the port is the far end's; `server`: the other way round. */
export type ServiceForm = 'protocol' | 'client' | 'server';
export type Direction = 'out' | 'in';

export type Shape = {
  direction: Direction;
  /** Of the addresses; 0 where the key holds none. */
  family: Family | 0;
  device: boolean;
  node: NodeForm | undefined;
  service: ServiceForm | undefined;
};

const SERVICES = [undefined, 'protocol', 'client', 'server'] as const;
const NODES = [undefined, 'address', 'prefix'] as const;

/** Forms with a device: outbound known by its hardware address, inbound by its current addresses. */
export const DEVICE_SHAPES: readonly Shape[] = (['out', 'in'] as const).flatMap((direction) =>
  NODES.flatMap((node) =>
    SERVICES.flatMap((service) => {
      const families = direction === 'out' && !node ? ([0] as const) : ([4, 6] as const);
      return families.map((family) => ({ direction, family, device: true, node, service }));
    }),
  ),
);

/** Forms for every device: nodes, and services wherever they are. */
export const HOME_SHAPES: readonly Shape[] = (['out', 'in'] as const).flatMap((direction) => [
  ...(['address', 'prefix'] as const).flatMap((node) =>
    ([4, 6] as const).map((family) => ({ direction, family, device: false, node, service: undefined })),
  ),
  ...(['protocol', 'client', 'server'] as const).map((service) => ({
    direction,
    family: 0 as const,
    device: false,
    node: undefined,
    service,
  })),
]);

export function setOf(shape: Shape): string {
  const parts = ['block', shape.direction, shape.device && 'device', shape.node, shape.service];
  return parts.filter(Boolean).join('_') + (shape.family || '');
}

export function typeOf({ direction, family, device, node, service }: Shape): string {
  const address = family === 4 ? 'ipv4_addr' : 'ipv6_addr';
  const fields = [
    device && (direction === 'out' ? 'ether_addr' : address),
    node && address,
    service && 'inet_proto',
    service && service !== 'protocol' && 'inet_service',
  ];
  return fields.filter(Boolean).join(' . ');
}

/** What of a packet is compared. */
export function keyOf({ direction, family, device, node, service }: Shape): string {
  const ip = family === 4 ? 'ip' : 'ip6';
  const outbound = direction === 'out';
  const port = (service === 'client') === outbound ? 'th dport' : 'th sport';
  const fields = [
    device && (outbound ? 'ether saddr' : `${ip} daddr`),
    node && (outbound ? `${ip} daddr` : `${ip} saddr`),
    service && 'meta l4proto',
    service && service !== 'protocol' && port,
  ];
  return fields.filter(Boolean).join(' . ');
}

export function serviceForm(service: PolicyBlock['service']): ServiceForm | undefined {
  if (!service) return undefined;
  if (service.port === undefined) return 'protocol';
  return service.initiator === 'device' ? 'client' : 'server';
}
