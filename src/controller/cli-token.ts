import { randomBytes } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Within `stateDir`: what the command line sends as bearer. Whoever may read the file may command. */
export const CLI_TOKEN = 'cli-token';

export function makeCliToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Leaves the token of this run where the command line finds it; where the disk fails, nobody does. */
export function writeCliToken(stateDir: string, token: string, log: (line: string) => void): void {
  const path = join(stateDir, CLI_TOKEN);
  try {
    writeFileSync(`${path}.new`, token, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch (error) {
    log(`the command line cannot reach SPIN: ${(error as Error).message}`);
  }
}
