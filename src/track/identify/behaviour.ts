import { PROTOCOL, protocolName } from '../../model/protocols.ts';
import { type Conversations, Identity, NODE } from '../conversations.ts';
import type { Devices } from '../devices.ts';

/** A device that sends so much, bytes, and so many times more than it receives, records something. */
const UPLOAD_BYTES = 20_000_000;
const UPLOAD_RATIO = 5;
/** A phone or computer in use asks for the servers of more makers within a day, even if nobody touches it. */
const DAY = 24 * 3_600_000;
const FEW_DOMAINS = 6;

/**
 * Looks through the conversations of a device for ports that tell: those at which it answered others, or (told for the
 * other device) others answered it. @returns the devices of which something new was seen
 */
export function lookAtPorts(device: number, devices: Devices, conversations: Conversations): Set<number> {
  const { table } = conversations;
  const identity = new Identity();
  const news = new Set<number>();
  for (let entry = table.first(device); entry >= 0; entry = table.next(entry)) {
    conversations.identify(entry, identity);
    if (identity.port === 0 || (identity.protocol !== PROTOCOL.tcp && identity.protocol !== PROTOCOL.udp)) continue;
    const { packetsUp, packetsDown } = conversations.counters(entry);
    if (packetsUp === 0 || packetsDown === 0) continue;
    const port = `${protocolName(identity.protocol)}/${identity.port}`;
    const asked = identity.byNode === 1;
    if (devices.at(device).traits.reached(asked ? 'serves' : 'contacts', port)) news.add(device);
    if (identity.kind !== NODE.device || !devices.has(identity.node0)) continue;
    if (devices.at(identity.node0).traits.reached(asked ? 'contacts' : 'serves', port)) news.add(identity.node0);
  }
  return news;
}

/**
 * What a device's whole traffic shows, by the names of the table of behaviours.
 * @param watched for how long its traffic was seen in this run, ms
 */
export function behavioursOf(
  device: number,
  devices: Devices,
  conversations: Conversations,
  watched: number,
): string[] {
  const { bytesUp, bytesDown } = conversations.totals(device);
  const behaviours: string[] = [];
  const { traits } = devices.at(device);
  if (traits.looksUpMuch) behaviours.push('many-names');
  else if (watched > DAY && traits.domainCount > 0 && traits.domainCount <= FEW_DOMAINS) behaviours.push('few-names');
  if (bytesUp > UPLOAD_BYTES && bytesUp > UPLOAD_RATIO * bytesDown) behaviours.push('uploads');
  return behaviours;
}
