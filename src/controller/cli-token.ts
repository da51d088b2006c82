import { randomBytes } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Within `stateDir`: what the command line sends as bearer. Whoever may read the file may command. */
export const CLI_TOKEN = 'cli-token';

/** Writes a new token for this run. @returns it; also where the disk fails, for then nobody else can know it */
export function newCliToken(stateDir: string, log: (line: string) => void): string {
  const token = randomBytes(32).toString('base64url');
  const path = join(stateDir, CLI_TOKEN);
  try {
    writeFileSync(`${path}.new`, token, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch (error) {
    log(`the command line cannot reach SPIN: ${(error as Error).message}`);
  }
  return token;
}
