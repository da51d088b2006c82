import { parseAddress } from '../model/address.ts';
import type { Counters } from '../model/home.ts';
import type { TotalsObservation } from '../model/observation.ts';
import type { Home } from '../track/home.ts';
import { NOTHING, sum } from './lead.ts';

/**
 * What each device sent and got, by id. What two devices say to each other over this router is told of both, since the
 * kernel does not say who began. Senders and receivers that are no device of the home are left out, such as groups of
 * receivers, and a router behind which others stand.
 */
export function gainsOf({ sent, received }: TotalsObservation, home: Home): Map<string, Counters> {
  const gains = new Map<string, Counters>();
  const add = (index: number, gain: Partial<Counters>) => {
    const device = home.deviceId(index);
    if (device !== undefined) gains.set(device, sum(gains.get(device) ?? NOTHING, { ...NOTHING, ...gain }));
  };
  for (const { mac, packets, bytes } of sent) add(home.deviceWith(mac), { packetsUp: packets, bytesUp: bytes });
  for (const { address, packets, bytes } of received) {
    const words = parseAddress(address);
    if (words) add(home.deviceAt(words), { packetsDown: packets, bytesDown: bytes });
  }
  return gains;
}
