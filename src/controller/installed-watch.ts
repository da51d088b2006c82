import { type FSWatcher, mkdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { LISTS_FOLDER } from '../source/lists.ts';
import { MUD_FOLDER } from './installed.ts';

/** ms without a change after which files are taken for complete: who copies one writes it in pieces. */
const QUIET = 500;

/** Watches the folders of what the owner installs, and makes them where they are not there. */
export class InstalledWatch {
  readonly #folders: readonly string[];
  readonly #onChange: () => void;
  readonly #log: (line: string) => void;
  #watchers: FSWatcher[] = [];
  #due: NodeJS.Timeout | undefined;

  constructor(stateDir: string, onChange: () => void, log: (line: string) => void) {
    this.#folders = [LISTS_FOLDER, MUD_FOLDER].map((name) => join(stateDir, name));
    this.#onChange = onChange;
    this.#log = log;
    this.#open();
  }

  close(): void {
    clearTimeout(this.#due);
    for (const watcher of this.#watchers.splice(0)) watcher.close();
  }

  #open(): void {
    for (const folder of this.#folders) {
      try {
        mkdirSync(folder, { recursive: true, mode: 0o755 });
        const watcher = watch(folder, { persistent: false }, () => this.#changed());
        watcher.on('error', (error) => this.#lost(folder, error));
        this.#watchers.push(watcher);
      } catch (error) {
        this.#lost(folder, error as Error);
      }
    }
  }

  #changed(): void {
    clearTimeout(this.#due);
    this.#due = setTimeout(() => {
      // The folder itself may be another by now.
      this.close();
      this.#open();
      this.#onChange();
    }, QUIET);
  }

  #lost(folder: string, error: Error): void {
    this.#log(`${folder} is not watched (${error.message}): what is installed there counts from the next start`);
  }
}
