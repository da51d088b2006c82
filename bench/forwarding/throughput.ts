/** TCP through the router by iperf3, packets as large as on a cable. */
import { spawnSync } from 'node:child_process';
import { FAR, type Testbed } from '../../src/source/live/testbed.ts';

export const canMeasureThroughput = (): boolean => spawnSync('iperf3', ['--version']).status === 0;

/** @returns Mbit/s */
export async function throughput(bed: Testbed, seconds: number): Promise<number> {
  for (const namespace of [bed.home, bed.internet])
    bed.run(namespace, ['ip', 'link', 'set', 'eth0', 'gso_max_segs', '1']);
  const server = bed.start(bed.internet, ['iperf3', '-s', '-1', '--forceflush']);
  await new Promise<void>((resolve) => {
    server.stdout.on('data', (text: Buffer) => {
      if (text.toString().includes('listening')) resolve();
    });
    server.on('exit', () => resolve());
  });
  try {
    const json = bed.run(bed.home, ['iperf3', '-c', FAR.v4, '-t', String(seconds), '-J']);
    const { end } = JSON.parse(json) as { end: { sum_received: { bits_per_second: number } } };
    return end.sum_received.bits_per_second / 1e6;
  } finally {
    server.kill();
  }
}
