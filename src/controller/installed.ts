import { join, relative } from 'node:path';
import { badPlacesOf } from '../detect/absolute/bad-places.ts';
import type { ModelEntry } from '../model/exposure.ts';
import type { FileProblem } from '../model/file-problem.ts';
import { MAX_MODELS, readModels } from '../model/model-list.ts';
import { type MudProfile, readMud } from '../model/mud.ts';
import { type InstalledList, LISTS_FOLDER, type Report, readLists } from '../source/lists.ts';

/** Within the state directory: MUD files (`*.json`). */
export const MUD_FOLDER = 'mud';
/** Bytes of one MUD file: real ones have some ten thousand. */
const MAX_MUD_BYTES = 1 << 20;

/** What the owner installed below the state directory. */
export type Installed = {
  /** Lists of bad places, as text. */
  lists: readonly InstalledList[];
  /** What makers say that their devices need, by MUD URL and by the file's name, which may be a device's id. */
  profiles: ReadonlyMap<string, MudProfile>;
  /** Models with a known problem, by their name in lower case. */
  models: ReadonlyMap<string, readonly ModelEntry[]>;
  /** What could not be taken; all else holds. */
  problems: readonly FileProblem[];
};

export function readInstalled(stateDir: string): Installed {
  const problems: FileProblem[] = [];
  const report: Report = ({ file, ...problem }) => problems.push({ ...problem, file: relative(stateDir, file) });
  const lists = readLists(join(stateDir, LISTS_FOLDER), report);
  badPlacesOf(lists, report);
  const profiles = profilesAt(join(stateDir, MUD_FOLDER), report);
  const models = modelsAt(join(stateDir, LISTS_FOLDER), report);
  return { lists, profiles, models, problems };
}

function profilesAt(folder: string, report: Report): Map<string, MudProfile> {
  const profiles = new Map<string, MudProfile>();
  for (const { name, file, text } of readLists(folder, report, { ending: '.json', bytes: MAX_MUD_BYTES })) {
    const read = readMud(text);
    if ('problem' in read) {
      report({ file, ...(read.line !== undefined && { line: read.line }), reason: read.problem, leftOut: true });
      continue;
    }
    if (read.skipped > 0) {
      report({ file, reason: `${read.skipped} entries are not understood and allow nothing`, leftOut: false });
    }
    if (profiles.has(read.url)) {
      report({ file, reason: 'another file has its mud-url already, which holds', leftOut: false });
    } else profiles.set(read.url, read);
    profiles.set(name, read);
  }
  return profiles;
}

function modelsAt(folder: string, report: Report): Map<string, ModelEntry[]> {
  const models = new Map<string, ModelEntry[]>();
  let size = 0;
  for (const { file, text } of readLists(folder, report, { ending: '.tsv' })) {
    const { entries, leftover } = readModels(text, MAX_MODELS - size);
    size += entries.length;
    const [line, ...more] = leftover;
    if (line !== undefined) {
      const reason = `no model with its problem${more.length > 0 ? `, as ${more.length} more lines` : ''}`;
      report({ file, line, reason, leftOut: false });
    }
    for (const entry of entries) {
      const key = entry.model.toLowerCase();
      models.set(key, [...(models.get(key) ?? []), entry]);
    }
  }
  return models;
}
