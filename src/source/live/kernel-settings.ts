/**
 * Kernel parameters that the guard needs, with their former values, which come back when it stops. The former values
 * are kept in a file as well, so that they survive a crash of the guard.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

const ROOT = '/proc/sys/';

export class KernelSettings {
  readonly #file: string;
  readonly #log: (line: string) => void;
  readonly #former: Record<string, string>;

  /** @param file where the former values are kept while they are changed */
  constructor(file: string, log: (line: string) => void) {
    this.#file = file;
    this.#log = log;
    this.#former = readFormer(file);
  }

  /** @returns whether the parameter now has the value */
  set(parameter: string, value: string): boolean {
    try {
      const before = readFileSync(ROOT + parameter, 'utf8').trim();
      if (before === value) return true;
      this.#former[parameter] ??= before;
      writeFileSync(this.#file, JSON.stringify(this.#former));
      writeFileSync(ROOT + parameter, value);
      this.#log(`${parameter}: ${before} -> ${value} while this runs`);
      return true;
    } catch {
      return false;
    }
  }

  /** Gives every changed parameter its former value back. */
  restore(): void {
    for (const [parameter, value] of Object.entries(this.#former)) {
      try {
        writeFileSync(ROOT + parameter, value);
        this.#log(`${parameter}: back to ${value}`);
      } catch (error) {
        this.#log(`${parameter} could not be set back to ${value}: ${String(error)}`);
      }
    }
    rmSync(this.#file, { force: true });
  }
}

/** Only parameters of ours, whatever the file says. */
function readFormer(file: string): Record<string, string> {
  try {
    const kept: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const entries = Object.entries(kept as Record<string, unknown>);
    return Object.fromEntries(
      entries.filter((entry): entry is [string, string] => {
        return /^net\/netfilter\/nf_conntrack_[a-z]+$/.test(entry[0]) && /^\d+$/.test(String(entry[1]));
      }),
    );
  } catch {
    return {};
  }
}
