import type { DeviceView, GroupView, SetRuleBody } from '../../contract/api.ts';
import { parseAddress } from '../../model/address.ts';
import { protocolNumber } from '../../model/protocols.ts';
import { visible } from '../../model/visible.ts';
import { EXIT, Failure } from '../terminal.ts';

type Target = SetRuleBody['target'];

/** The device that is meant by an id, a name, or a hardware or network address. */
export function findDevice(asked: string, devices: readonly DeviceView[]): DeviceView {
  return findOne('device', asked, devices, ({ id, label, names, macs, addresses }) => [
    [id],
    [label],
    [...names, ...macs, ...addresses],
  ]);
}

/** The group that is meant by an id or a name. */
export function findGroup(asked: string, groups: readonly GroupView[]): GroupView {
  return findOne('group', asked, groups, ({ id, name }) => [[id], [name]]);
}

/** An id, what it is called, and what else it is known by. */
const RANKS = 3;

/** The best fit first: of several that fit equally well, none is guessed. */
function findOne<Thing extends { id: string; label?: string; name?: string }>(
  what: string,
  asked: string,
  things: readonly Thing[],
  namesOf: (thing: Thing) => string[][],
): Thing {
  const wanted = asked.toLowerCase();
  for (let rank = 0; rank < RANKS; rank++) {
    const found = things.filter((thing) => namesOf(thing)[rank]?.some((name) => name.toLowerCase() === wanted));
    if (found.length > 1) throw ambiguous(what, asked, found);
    if (found[0]) return found[0];
  }
  throw new Failure(`there is no ${what} "${visible(asked)}" (see spin ${what}s)`);
}

function ambiguous(
  what: string,
  asked: string,
  found: ReadonlyArray<{ id: string; label?: string; name?: string }>,
): Failure {
  const list = found.map(({ id, label, name }) => `  ${id}  ${visible(label ?? name ?? '')}`);
  return new Failure(`several ${what}s are called "${visible(asked)}"; give the id of one:\n${list.join('\n')}`);
}

/** A far end by name, address or prefix; what is none is for SPIN to refuse. */
export function readNode(text: string): NonNullable<Target['node']> {
  if (text.includes('/')) return { prefix: text };
  return parseAddress(text) ? { address: text } : { name: text };
}

/** @param isIncoming of connections that others begin */
export function readService(
  protocol: string | undefined,
  port: string | undefined,
  isIncoming: boolean,
): NonNullable<Target['service']> | undefined {
  if (protocol === undefined && port === undefined) {
    if (isIncoming) throw new Failure('--incoming needs a --port or a --protocol', EXIT.usage);
    return undefined;
  }
  const number = protocolNumber((protocol ?? 'tcp').toLowerCase());
  if (!Number.isInteger(number))
    throw new Failure(`"${visible(protocol!)}" is no protocol, such as tcp, udp or 47`, EXIT.usage);
  if (port !== undefined && !/^\d{1,5}$/.test(port)) throw new Failure(`"${visible(port)}" is no port`, EXIT.usage);
  return {
    protocol: number,
    ...(port !== undefined && { port: Number(port) }),
    initiator: isIncoming ? 'node' : 'device',
  };
}
