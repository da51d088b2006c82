/** `spin lab status`: what is up, who has which address, what was done, what reached the sinks. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { addressesOf } from './addresses.ts';
import { run } from './command.ts';
import type { Tally } from './home/device.ts';
import type { LabInfo, LabState } from './instance.ts';

export type DeviceStatus = LabInfo['devices'][number] & { addresses: string[]; tally?: Tally };
export type LabStatus = Omit<LabInfo, 'devices'> & {
  scenario: string;
  devices: DeviceStatus[];
  /** Packets and bytes that reached the sinks. */
  sunk: { packets: number; bytes: number };
};

export async function statusOf({ info, scenario }: LabState): Promise<LabStatus> {
  const tallies = readTallies(info);
  const devices = await Promise.all(
    info.devices.map(async (device) => {
      const tally = tallies[device.name];
      return { ...device, addresses: await addressesOf(device), ...(tally ? { tally } : {}) };
    }),
  );
  return { ...info, scenario, devices, sunk: await sunk(info) };
}

export async function printStatus(labs: readonly LabState[], json: boolean): Promise<void> {
  const all = await Promise.all(labs.map(statusOf));
  process.stdout.write(json ? `${JSON.stringify({ labs: all })}\n` : all.map(format).join('\n') || 'no lab is up\n');
}

function format(lab: LabStatus): string {
  const rows = lab.devices.map(({ name, mac, addresses, tally }) => {
    const did = tally ? `${tally.acts} acts, ${tally.failed} failed` : '';
    const heartbeats =
      tally && tally.sent > 0 ? `, ${tally.acknowledged} of ${tally.sent} heartbeats acknowledged` : '';
    return `  ${name.padEnd(12)} ${mac}  ${addresses.join(' ') || 'no address'}\n${' '.repeat(15)}${did}${heartbeats}\n`;
  });
  const head = `lab ${lab.id} plays ${lab.scenario}; router ${lab.router.namespace} (${lab.router.lan}, ${lab.router.wan})\n`;
  return `${head}${rows.join('')}  sinks: ${lab.sunk.packets} packets, ${lab.sunk.bytes} bytes\n`;
}

async function sunk({ internet }: LabInfo): Promise<{ packets: number; bytes: number }> {
  const args = ['netns', 'exec', internet.namespace, 'nft', '-j', 'list', 'counter', 'inet', 'lab-sinks', 'sunk'];
  const { nftables } = JSON.parse(await run('ip', args)) as {
    nftables: { counter?: { packets: number; bytes: number } }[];
  };
  const counter = nftables.find((entry) => entry.counter)?.counter;
  return { packets: counter?.packets ?? 0, bytes: counter?.bytes ?? 0 };
}

function readTallies({ directory }: LabInfo): Record<string, Tally> {
  try {
    return JSON.parse(readFileSync(join(directory, 'home.json'), 'utf8')) as Record<string, Tally>;
  } catch {
    return {};
  }
}
