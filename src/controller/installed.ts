import { join } from 'node:path';
import type { ModelEntry } from '../model/exposure.ts';
import { MAX_MODELS, readModels } from '../model/model-list.ts';
import { type MudProfile, readMud } from '../model/mud.ts';
import { visible } from '../model/visible.ts';
import { LISTS_FOLDER, readLists } from '../source/lists.ts';

/** Within the state directory: MUD files (`*.json`). */
export const MUD_FOLDER = 'mud';
/** Bytes of one MUD file: real ones have some ten thousand. */
const MAX_MUD_BYTES = 1 << 20;

/** What the owner installed about devices. */
export type Installed = {
  /** What makers say that their devices need, by MUD URL and by the file's name, which may be a device's id. */
  profiles: ReadonlyMap<string, MudProfile>;
  /** Models with a known problem, by their name in lower case. */
  models: ReadonlyMap<string, readonly ModelEntry[]>;
};

/** Reads what is installed below the state directory. A file that cannot be read is named in the log; the others hold. */
export function readInstalled(stateDir: string, log: (line: string) => void): Installed {
  return { profiles: profilesAt(join(stateDir, MUD_FOLDER), log), models: modelsAt(join(stateDir, LISTS_FOLDER), log) };
}

function profilesAt(folder: string, log: (line: string) => void): Map<string, MudProfile> {
  const profiles = new Map<string, MudProfile>();
  for (const { name, text } of readLists(folder, log, { ending: '.json', bytes: MAX_MUD_BYTES })) {
    const read = readMud(text);
    const file = `MUD file ${visible(name)}.json`;
    if ('problem' in read) log(`${file}: ${read.problem}; it is left out`);
    else {
      if (read.skipped > 0) log(`${file}: ${read.skipped} entries are not understood and allow nothing`);
      if (profiles.has(read.url)) log(`${file}: another file has its mud-url already, which holds`);
      else profiles.set(read.url, read);
      profiles.set(name, read);
    }
  }
  return profiles;
}

function modelsAt(folder: string, log: (line: string) => void): Map<string, ModelEntry[]> {
  const models = new Map<string, ModelEntry[]>();
  let size = 0;
  for (const { name, text } of readLists(folder, log, { ending: '.tsv' })) {
    const { entries, leftover } = readModels(text, MAX_MODELS - size);
    size += entries.length;
    if (leftover.length > 0)
      log(`list ${visible(name)}: ${leftover.length} lines are no models, the first is line ${leftover[0]}`);
    for (const entry of entries) {
      const key = entry.model.toLowerCase();
      models.set(key, [...(models.get(key) ?? []), entry]);
    }
  }
  return models;
}
