import { type AddressWords, formatPrefix, isV4, parsePrefix, prefixOf } from '../../model/address.ts';
import type { FileProblem } from '../../model/file-problem.ts';

/** Entries taken of all lists: large public ones have some ten thousand. */
const MAX_ENTRIES = 200_000;
/** Lines looked at in one list, comments included. */
const MAX_LINES = 500_000;
const LONGEST_LINE = 512;
const NAME = /^(?=.{4,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;
/** Nobody's list may declare a whole part of the internet bad: IPv4 /8, IPv6 /16. */
const SHORTEST = { v4: 8, v6: 16 };

/** Makes one of lists that were read. @param report told of lists with lines that are no entries */
export function badPlacesOf(
  lists: readonly { name: string; file: string; text: string }[],
  report: (problem: FileProblem) => void,
): BadPlaces {
  const places = new BadPlaces();
  for (const { name, file, text } of lists) {
    const [first, ...more] = places.add(name, text);
    if (!first) continue;
    const reason = `no address, prefix or name${more.length > 0 ? `, as ${more.length} more lines` : ''}`;
    report({ file, line: first.line, reason, leftOut: false });
  }
  return places;
}

/** What could not be taken of a list. */
export type Leftover = { line: number; text: string };

/**
 * Places on the internet that lists call bad: addresses, prefixes and names, names with all below them. A list is
 * text, one entry a line: an address, `address/length`, a name, or a line of a hosts file; the rest of the line after
 * `#` or `;` is comment.
 */
export class BadPlaces {
  /** By family and length: prefix → list. */
  readonly #prefixes = new Map<string, { bits: number; v4: boolean; entries: Map<string, string> }>();
  readonly #names = new Map<string, string>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Forgets all lists and takes these over. */
  replace(lists: readonly { name: string; text: string }[]): void {
    this.#prefixes.clear();
    this.#names.clear();
    this.#size = 0;
    for (const { name, text } of lists) this.add(name, text);
  }

  /** Takes a list over. @returns lines that are no entry, or beyond the bounds */
  add(list: string, text: string): Leftover[] {
    const leftover: Leftover[] = [];
    const lines = text.split('\n', MAX_LINES);
    lines.forEach((raw, i) => {
      const line = raw
        .slice(0, LONGEST_LINE)
        .replace(/[#;].*/, '')
        .trim()
        .toLowerCase();
      if (line === '') return;
      const words = line.split(/[\s,]+/);
      const entry = words.length > 1 && isNowhere(words[0]!) ? words[1]! : words[0]!;
      if (this.#size >= MAX_ENTRIES || !this.#take(list, entry)) leftover.push({ line: i + 1, text: raw.slice(0, 80) });
    });
    return leftover;
  }

  /** The list that an address is on. */
  ofAddress(words: AddressWords): string | undefined {
    const v4 = isV4(words);
    for (const { bits, v4: isFour, entries } of this.#prefixes.values()) {
      if (isFour !== v4) continue;
      const list = entries.get(formatPrefix(prefixOf(words, bits)));
      if (list !== undefined) return list;
    }
    return undefined;
  }

  /** The list that a name, or one above it, is on. */
  ofName(name: string): { list: string; entry: string } | undefined {
    for (let entry = name; entry.includes('.'); entry = entry.slice(entry.indexOf('.') + 1)) {
      const list = this.#names.get(entry);
      if (list !== undefined) return { list, entry };
    }
    return undefined;
  }

  #take(list: string, entry: string): boolean {
    const prefix = parsePrefix(entry);
    if (prefix) {
      const v4 = isV4(prefix.words);
      if (prefix.length < (v4 ? SHORTEST.v4 : SHORTEST.v6)) return false;
      const key = `${v4 ? 4 : 6}/${prefix.length}`;
      const kept = this.#prefixes.get(key) ?? { bits: prefix.length, v4, entries: new Map<string, string>() };
      this.#prefixes.set(key, kept);
      kept.entries.set(formatPrefix(prefix), list);
    } else if (NAME.test(entry)) this.#names.set(entry, list);
    else return false;
    this.#size++;
    return true;
  }
}

/** The address in front of a hosts file's names. */
function isNowhere(text: string): boolean {
  return text === '0.0.0.0' || text === '127.0.0.1' || text === '::' || text === '::1';
}
