/** Lease files of the router's own DHCP server, read when they change. */
import { closeSync, existsSync, type FSWatcher, openSync, readSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { LeaseObservation } from '../../model/observation.ts';
import type { Lease } from './lease.ts';
import { parseLeases } from './parse.ts';

/** Where Debian's and OpenWrt's servers write. */
const USUAL_PLACES = [
  '/var/lib/misc/dnsmasq.leases',
  '/tmp/dhcp.leases',
  '/tmp/odhcpd.leases',
  '/tmp/hosts/odhcpd',
  '/var/lib/kea/kea-leases4.csv',
  '/var/lib/kea/kea-leases6.csv',
];
/** A server writes a file in several steps. */
const SETTLE_MS = 200;
/** 4,096 leases of a line each, and Kea's history of them. */
const MAX_FILE_BYTES = 1024 * 1024;

export type LeaseFilesOptions = {
  /** Files besides the usual places. */
  files: readonly string[];
  now: () => number;
  onLease: (observation: LeaseObservation) => void;
};

export class LeaseFiles {
  readonly #options: LeaseFilesOptions;
  readonly #watchers: FSWatcher[] = [];
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** What was told last of each lease. */
  #told = new Map<string, string>();

  constructor(options: LeaseFilesOptions) {
    this.#options = options;
    for (const file of new Set([...options.files, ...USUAL_PLACES])) this.#watch(file);
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.close();
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  /** Watches the folder: servers replace the file. A usual place is only watched when its server is there. */
  #watch(file: string): void {
    if (existsSync(file)) this.#read(file);
    else if (!this.#options.files.includes(file)) return;
    try {
      const watcher = watch(dirname(file), { persistent: false }, (_event, name) => {
        if (name === basename(file)) this.#readSoon(file);
      });
      watcher.on('error', () => watcher.close());
      this.#watchers.push(watcher);
    } catch {
      // A folder that is not there has no leases.
    }
  }

  #readSoon(file: string): void {
    clearTimeout(this.#timers.get(file));
    this.#timers.set(
      file,
      setTimeout(() => this.#read(file), SETTLE_MS),
    );
  }

  #read(file: string): void {
    const at = this.#options.now();
    const told = new Map<string, string>();
    for (const lease of parseLeases(readStart(file))) {
      if (lease.until !== undefined && lease.until < at) continue;
      const subject = `${file} ${lease.addresses.join()}`;
      const words = `${lease.mac} ${lease.hostname ?? ''}`;
      told.set(subject, words);
      if (this.#told.get(subject) !== words) this.#tell(lease, at);
    }
    const others = [...this.#told].filter(([subject]) => !subject.startsWith(`${file} `));
    this.#told = new Map([...others, ...told]);
  }

  #tell({ mac, addresses, hostname }: Lease, at: number): void {
    const observation = { kind: 'lease', at, mac, source: 'lease-file', addresses } as const;
    this.#options.onLease(hostname === undefined ? observation : { ...observation, hostname });
  }
}

/** The file's first megabyte, as text; nothing where it cannot be read. */
function readStart(file: string): string {
  try {
    const descriptor = openSync(file, 'r');
    try {
      const bytes = Buffer.alloc(MAX_FILE_BYTES);
      let length = 0;
      for (let got = -1; got !== 0 && length < bytes.length; length += got) {
        got = readSync(descriptor, bytes, length, bytes.length - length, null);
      }
      return bytes.toString('latin1', 0, length);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return '';
  }
}
