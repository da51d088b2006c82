import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limitsFor, modeFor, unneededBy } from '../../src/decide/limits.ts';
import { compile, replaceText } from '../../src/enforce/ruleset.ts';
import { EnforcingBed, FAR, HOME, openPolicy, ROUTER, withDevice } from '../../src/enforce/testing/bed.ts';
import type { FrameOptions } from '../../src/enforce/testing/frames.ts';
import type { Kind } from '../../src/model/kinds.ts';
import { cannotRun } from '../../src/source/live/testbed.ts';

const reason = cannotRun();
const PATIENCE = 10_000;
/** Bars of an attack from an appliance: packets, and connections where a program opens whole ones. */
const PACKETS = 200;
const CONNECTIONS = 20;

let bed: EnforcingBed;

function enforce(kind: Kind): void {
  const tripwires = { ...modeFor(kind), limits: limitsFor(kind), unneeded: [...unneededBy(kind)] };
  const resolvers = [FAR.v4, FAR.v6];
  const policy = withDevice(tripwires, openPolicy({ spoofing: { mode: 'enforce', exempt: [] }, resolvers }));
  bed.bed.run(bed.bed.router, ['conntrack', '-F']);
  bed.bed.run(bed.bed.router, ['nft', '-f', '-'], replaceText(compile(policy)));
}

type Vary = 'sourcePort' | 'destinationPort' | 'destination';

/** @returns packets of the protocol that reached the internet */
async function escaped(v: 'v4' | 'v6', change: Partial<FrameOptions>, vary?: Vary): Promise<number> {
  const ends = { sourceMac: HOME.mac, destinationMac: ROUTER.mac, source: HOME[v], destination: FAR[v] };
  const frame = { ...ends, protocol: 17, ...change };
  const before = bed.arrived(frame.protocol);
  const order = { do: 'flood', interface: 'eth0', frame, count: 1000, rate: 1000 } as const;
  await bed.device.tell({ ...order, ...(vary ? { vary } : {}) });
  return bed.arrived(frame.protocol) - before;
}

const ACK = 0x10;

describe.skipIf(reason)(
  `what escapes of an attack, with the default limits${reason ? ` (skipped: ${reason})` : ''}`,
  () => {
    beforeAll(async () => {
      bed = await EnforcingBed.make({ nat: true });
    });
    afterAll(() => bed?.remove());

    describe.each(['v4', 'v6'] as const)('%s', (v) => {
      const spoofed = v === 'v4' ? '198.51.100.7' : '2001:db8:bad::7';

      it.each<[string, Partial<FrameOptions>, Vary | undefined, number]>([
        ['a SYN flood', { protocol: 6, destinationPort: 81 }, 'sourcePort', CONNECTIONS],
        ['a scan', { protocol: 6 }, 'destinationPort', CONNECTIONS],
        ['an ACK flood', { protocol: 6, flags: ACK }, 'sourcePort', PACKETS],
        ['a UDP flood', {}, undefined, PACKETS],
        ['a UDP flood from ever new ports', {}, 'sourcePort', PACKETS],
        ['a flood of questions', { destinationPort: 53 }, 'sourcePort', PACKETS],
        ['telnet', { protocol: 6, destinationPort: 23 }, 'sourcePort', 0],
        ['mail', { protocol: 6, destinationPort: 25 }, 'sourcePort', 0],
        ['GRE', { protocol: 47 }, undefined, 0],
        ['spoofed sources', { source: spoofed }, undefined, 0],
      ])('of a camera: %s', async (_, frame, vary, bar) => {
        enforce('camera');
        const passed = await escaped(v, frame, vary);
        expect(passed).toBeLessThanOrEqual(bar);
        if (bar > 0) expect(passed).toBeGreaterThan(0);
        expect(await bed.other.tell({ do: 'udp', address: FAR[v], port: 443, wait: PATIENCE })).toBe(true);
      });

      it.each<[string, Partial<FrameOptions>, Vary | undefined, number]>([
        ['an ACK flood', { protocol: 6, flags: ACK }, 'sourcePort', PACKETS],
        ['GRE', { protocol: 47 }, undefined, 0],
        ['spoofed sources', { source: spoofed }, undefined, 0],
      ])('of a computer: %s', async (_, frame, vary, bar) => {
        enforce('computer');
        expect(await escaped(v, frame, vary)).toBeLessThanOrEqual(bar);
      });

      it('of a computer everything that may be ordinary, until a verdict', async () => {
        enforce('computer');
        expect(await escaped(v, {}, 'sourcePort')).toBe(1000);
        expect(await escaped(v, { protocol: 6, destinationPort: 25 }, 'sourcePort')).toBe(1000);
      });
    });
  },
);
