/**
 * Brings the policy that was last in force back, before a network is there: `node src/agent/restore.ts STATE_DIR
 * INTERFACE…`, the interfaces being those of the home. What stands already, and what was switched off, stays as it is.
 * Exits 0 also where nothing was kept; 1 where it could not be done.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SWITCHED_OFF } from '../contract/files.ts';
import { Nftables } from '../enforce/nftables.ts';
import { KeptPolicy } from './kept-policy.ts';

function log(line: string): void {
  process.stderr.write(`spin: ${line}\n`);
}

async function restore(stateDir: string, lan: readonly string[]): Promise<string> {
  if (existsSync(join(stateDir, SWITCHED_OFF))) return 'enforcement is switched off (spin panic-off --undo)';
  const policy = new KeptPolicy(stateDir, log).read();
  if (!policy) return 'no policy was kept';
  if (await Nftables.isThere()) return 'a policy is in force already';
  const nft = await Nftables.open();
  try {
    await nft.apply({ ...policy, lan: [...lan] });
  } finally {
    await nft.close();
  }
  return 'what was blocked is blocked again';
}

const [stateDir, ...lan] = process.argv.slice(2);
try {
  if (stateDir === undefined || lan.length === 0) throw new Error('a state folder and interfaces are needed');
  log(await restore(stateDir, lan));
} catch (error) {
  log(`what was blocked is not blocked: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
