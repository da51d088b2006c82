/**
 * Names in a network namespace of a test: `ip netns exec NS node test/resolve.ts …`.
 *
 *   serve ADDRESS           answers every question there, of each family with the addresses on the last line of its input
 *                           (they stand between blanks); says "serving" for each line that it took
 *   ask RESOLVER NAME       asks for both families; prints the addresses as a list
 */
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import { createInterface } from 'node:readline';
import { decode, encode } from 'dns-packet';

const [act, ...args] = process.argv.slice(2);
if (act === 'serve') serve(args[0]!);
else if (act === 'ask') await ask(args[0]!, args[1]!);
else throw new Error('serve or ask');

function serve(address: string): void {
  let addresses: string[] = [];
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4').bind(53, address);
  socket.on('message', (message, peer) => {
    const { id, questions = [] } = decode(message);
    const [{ name, type } = { name: '', type: 'A' }] = questions;
    const data = addresses.filter((one) => isIPv6(one) === (type === 'AAAA'));
    const answers = data.map((one) => ({ type: type as 'A' | 'AAAA', name, ttl: 30, data: one }));
    socket.send(encode({ id: id!, type: 'response', questions, answers }), peer.port, peer.address);
  });
  createInterface(process.stdin).on('line', (line) => {
    addresses = line.split(' ').filter(Boolean);
    console.log('serving');
  });
}

async function ask(server: string, name: string): Promise<void> {
  const resolver = new Resolver({ timeout: 2_000 });
  resolver.setServers([server]);
  const none = () => [];
  const found = await Promise.all([resolver.resolve4(name).catch(none), resolver.resolve6(name).catch(none)]);
  console.log(JSON.stringify(found.flat()));
}
