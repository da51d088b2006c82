/**
 * `node src/agent/restore.ts CONFIG.json`: gives back what an agent changed on this machine and, being killed, could
 * not: kernel settings, the firewall table.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { KERNEL_SETTINGS } from '../contract/files.ts';
import { KernelSettings } from '../source/live/kernel-settings.ts';
import { stopTracking } from '../source/live/nftables.ts';
import { readConfig } from './config.ts';

const { mode, namespace, runDir } = readConfig(process.argv[2]);
const settings = join(runDir, KERNEL_SETTINGS);
if (mode === 'gateway' && namespace === undefined) {
  // No table, no nft, no right: nothing of ours is there then.
  await stopTracking().catch(() => {});
  new KernelSettings(settings, (line) => console.error(`agent: ${line}`)).restore();
}
// What was changed in a namespace went with it, and must not be given back to the machine itself.
rmSync(settings, { force: true });
