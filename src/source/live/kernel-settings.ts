/**
 * Kernel parameters that the guard needs, with their former values, which come back when it stops. The former values
 * are kept in a file as well, so that they survive a crash of the guard.
 */
import { readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';

const ROOT = '/proc/sys/';
/** Every parameter that is ever changed. */
const OURS = /^net\/(netfilter\/nf_conntrack_[a-z]+|bridge\/bridge-nf-call-(ip|ip6|arp)tables)$/;

type Former = Record<string, string>;

export class KernelSettings {
  readonly #file: string;
  readonly #log: (line: string) => void;
  #former: Former;

  /** @param file where the former values are kept while they are changed */
  constructor(file: string, log: (line: string) => void) {
    this.#file = file;
    this.#log = log;
    this.#former = readFormer(file);
  }

  /**
   * @param former the value to come back to, where it is not the present one
   * @returns whether the parameter now has the value
   */
  set(parameter: string, value: string, former?: string): boolean {
    try {
      const before = readFileSync(ROOT + parameter, 'utf8').trim();
      if (before === value && (former ?? value) === value) return true;
      this.#former[parameter] ??= former ?? before;
      this.#write();
      writeFileSync(ROOT + parameter, value);
      this.#log(`${parameter}: ${before} -> ${value} while this runs`);
      return true;
    } catch {
      return false;
    }
  }

  /** Gives changed parameters their former values back, but those that shall stay, which are given back another time. */
  restore(stays: (parameter: string) => boolean = () => false): void {
    const left: Former = {};
    for (const [parameter, value] of Object.entries(this.#former)) {
      if (stays(parameter)) left[parameter] = value;
      else this.#giveBack(parameter, value);
    }
    this.#former = left;
    if (Object.keys(left).length > 0) this.#write();
    else rmSync(this.#file, { force: true });
  }

  #giveBack(parameter: string, value: string): void {
    try {
      writeFileSync(ROOT + parameter, value);
      this.#log(`${parameter}: back to ${value}`);
    } catch (error) {
      this.#log(`${parameter} could not be set back to ${value}: ${String(error)}`);
    }
  }

  #write(): void {
    writeFileSync(this.#file, JSON.stringify({ namespace: networkNamespace(), former: this.#former }));
  }
}

/** What was changed in another network namespace, such as a virtual home's, is gone with it and is not given back here. */
function networkNamespace(): string {
  return readlinkSync('/proc/self/ns/net');
}

/** Only parameters of ours, whatever the file says. */
function readFormer(file: string): Former {
  try {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as { namespace?: unknown; former?: Record<string, unknown> };
    if (kept.namespace !== networkNamespace()) return {};
    const entries = Object.entries(kept.former ?? {});
    return Object.fromEntries(
      entries.filter((entry): entry is [string, string] => OURS.test(entry[0]) && /^\d+$/.test(String(entry[1]))),
    );
  } catch {
    return {};
  }
}
