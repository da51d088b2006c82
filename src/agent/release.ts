/**
 * `node src/agent/release.ts RUN_DIR tidy|open|panic`: gives back, in the network namespace that it runs in, what SPIN
 * changed on this machine. It needs nothing but nft: no agent, no configuration, no state.
 *
 * - `tidy`: what a killed agent had changed in order to see. Rules stay in force, with the settings that they need.
 * - `open`: everything, unless another SPIN enforces here (exit code 3).
 * - `panic`: everything, whatever runs.
 *
 * Prints `{"stays":true}` where rules stay in force, else `{"stays":false}`. Exit code 1: something could not be given back.
 */
import { join } from 'node:path';
import { KERNEL_SETTINGS } from '../contract/files.ts';
import { EnforceError, Nftables, removeAll } from '../enforce/nftables.ts';
import { removeTotals } from '../source/live/device-totals.ts';
import { KernelSettings } from '../source/live/kernel-settings.ts';
import { NoNft, stopTracking } from '../source/live/nftables.ts';
import { isBridgeHook } from './bridge-hooks.ts';

const OTHER_ENFORCES = 3;

function log(line: string): void {
  process.stderr.write(`spin: ${line}\n`);
}

async function removeTable(level: string): Promise<boolean> {
  const lock = level === 'open' ? await Nftables.open() : undefined;
  await removeTotals();
  const stays = level === 'tidy' && (await stopTracking());
  if (level !== 'tidy') await removeAll();
  await lock?.close();
  return stays;
}

async function release(runDir: string, level: string): Promise<number> {
  let stays = false;
  let code = 0;
  try {
    stays = await removeTable(level);
  } catch (error) {
    const known = error instanceof EnforceError ? error.code : undefined;
    if (known === 'second-instance') return OTHER_ENFORCES;
    if (known !== 'no-nft' && !(error instanceof NoNft)) {
      log(`the firewall table "inet spin": ${error instanceof Error ? error.message : String(error)}`);
      code = 1;
    }
  }
  new KernelSettings(join(runDir, KERNEL_SETTINGS), log).restore((parameter) => stays && isBridgeHook(parameter));
  process.stdout.write(`${JSON.stringify({ stays })}\n`);
  return code;
}

const [runDir, level] = process.argv.slice(2);
if (runDir === undefined || (level !== 'tidy' && level !== 'open' && level !== 'panic')) {
  log('usage: release RUN_DIR tidy|open|panic');
  process.exitCode = 64;
} else process.exitCode = await release(runDir, level);
