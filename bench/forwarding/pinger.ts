/**
 * Asks an echo as often as each line of its input says, one question after the other: `node pinger.ts ADDRESS PORT`. Runs
 * inside a namespace of the test bed; answers each line with the round trips, µs, as JSON.
 */
import { createSocket } from 'node:dgram';
import { createInterface } from 'node:readline';

const [address = '', port] = process.argv.slice(2);
/** A question that is not answered by then was lost, ms. */
const PATIENCE = 1000;

const socket = createSocket('udp4');
await new Promise<void>((resolve) => socket.connect(Number(port), address, resolve));

function ask(): Promise<number> {
  const began = performance.now();
  return new Promise((resolve) => {
    const timer = setTimeout(() => end(Number.POSITIVE_INFINITY), PATIENCE);
    const answered = () => end((performance.now() - began) * 1000);
    const end = (time: number) => {
      clearTimeout(timer);
      socket.off('message', answered);
      resolve(time);
    };
    socket.once('message', answered);
    socket.send('echo');
  });
}

for await (const line of createInterface(process.stdin)) {
  const times: number[] = [];
  for (let i = 0; i < Number(line); i++) times.push(await ask());
  process.stdout.write(`${JSON.stringify(times)}\n`);
}
socket.close();
