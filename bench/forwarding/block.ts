/** How long a block takes to be in force. */
import { Nftables } from '../../src/enforce/nftables.ts';
import { frame } from '../../src/enforce/testing/frames.ts';
import type { DesiredPolicy } from '../../src/model/policy.ts';
import type { Testbed } from '../../src/source/live/testbed.ts';
import { enterNamespace } from '../../src/source/netlink/libc.ts';
import { establish, packetOf, sendFrame } from './cost.ts';

/**
 * Blocks the device that sends, and gives it back, again and again. The kernel has the rules before nft ends, so that the
 * whole call is counted; a packet of a running connection is sent right before and right after it.
 *
 * @returns ms of each block
 */
export async function timesOfBlocks(bed: Testbed, policy: DesiredPolicy, count: number): Promise<number[]> {
  const way = { family: 'v4', direction: 'out' } as const;
  const received = () => Number(bed.run(bed.internet, ['cat', '/sys/class/net/eth0/statistics/rx_packets']));
  const passes = () => {
    const before = received();
    bed.inside(bed.home, () => sendFrame(frame(packetOf(way))));
    return received() > before;
  };
  const blocked = { ...policy, blocks: [...policy.blocks, { id: 'block', device: policy.devices[0]!.id }] };
  const times: number[] = [];
  enterNamespace(`/run/netns/${bed.router}`);
  const nftables = await Nftables.open();
  try {
    for (let i = 0; i < count; i++) {
      await onRouter(bed, () => nftables.apply(policy));
      establish(bed, way.family);
      if (!passes()) throw new Error('a packet did not come through before its device was blocked');
      const began = performance.now();
      await onRouter(bed, () => nftables.apply(blocked));
      times.push(performance.now() - began);
      if (passes()) throw new Error('a packet came through after its device was blocked');
    }
  } finally {
    enterNamespace(`/proc/${process.pid}/ns/net`);
    await nftables.close();
  }
  return times;
}

/** Programs started meanwhile are started on the router. */
async function onRouter(bed: Testbed, act: () => Promise<void>): Promise<void> {
  enterNamespace(`/run/netns/${bed.router}`);
  await act();
}
