import type { ModelEntry } from './exposure.ts';

/** Entries of all installed lists together: a public list of models has some hundred to a few thousand. */
export const MAX_MODELS = 20_000;
const LONGEST_LINE = 512;

/**
 * Reads a list of models: one a line, four columns parted by tabs – vendor (`-`: any), model as it is announced,
 * `vulnerable` or `unsupported`, and where it is said, such as a CVE number. Lines that begin with `#` are comment.
 *
 * @param most entries that are still taken
 * @returns the entries, and the numbers of the lines that are none or too many
 */
export function readModels(text: string, most = MAX_MODELS): { entries: ModelEntry[]; leftover: number[] } {
  const entries: ModelEntry[] = [];
  const leftover: number[] = [];
  text.split('\n', 2 * MAX_MODELS).forEach((raw, i) => {
    const line = raw.trimEnd();
    if (line === '' || line.startsWith('#')) return;
    const entry = entries.length < most && line.length <= LONGEST_LINE ? entryOf(line) : undefined;
    if (entry) entries.push(entry);
    else leftover.push(i + 1);
  });
  return { entries, leftover };
}

function entryOf(line: string): ModelEntry | undefined {
  const [vendor, model, problem, source, ...more] = line.split('\t').map((column) => column.trim());
  if (!vendor || !model || !source || more.length > 0) return undefined;
  if (problem !== 'vulnerable' && problem !== 'unsupported') return undefined;
  return { ...(vendor !== '-' && { vendor }), model, problem, source };
}
