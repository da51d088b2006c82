/** Named sets of the table and what is in them. */

export type NftSet = {
  name: string;
  type: string;
  /** Further words of the definition: flags, size, statements. */
  words: readonly string[];
  /** Key → what stands beside it: a limit, or the verdict of a map. Empty text for none. */
  elements: Map<string, string>;
  /** Key → id of the entry of the policy that it stands for. */
  origins: Map<string, string>;
  /** The kernel fills it; we never do. */
  dynamic: boolean;
};

/**
 * What a set may hold: some megabytes of kernel memory, a hundred times a large household's. The kernel is not told: it
 * would reserve the memory for all of them in each set, 200 MB for the table.
 */
export const MAX_ELEMENTS = 65_536;

export class Sets {
  readonly all = new Map<string, NftSet>();

  define(name: string, type: string, ...words: string[]): void {
    const dynamic = words.includes('flags dynamic,timeout');
    this.all.set(name, { name, type, words, elements: new Map(), origins: new Map(), dynamic });
  }

  /** A key that is there already keeps what stands beside it. */
  add(name: string, key: string, beside = '', id?: string): void {
    const { elements, origins } = this.all.get(name)!;
    if (elements.has(key)) return;
    if (elements.size >= MAX_ELEMENTS) throw new RangeError(`more than ${MAX_ELEMENTS} entries in ${name}`);
    elements.set(key, beside);
    if (id !== undefined) origins.set(key, id);
  }
}

export function defineText({ name, type, words }: NftSet): string {
  const kind = type.includes(' : ') ? 'map' : 'set';
  return `add ${kind} inet spin ${name} { ${[`type ${type}`, ...words].join('; ')}; }`;
}

/** nft reads one long statement slower than several: it looks for the end of each. */
const PER_STATEMENT = 1000;

export function elementsText(action: 'add' | 'delete', set: NftSet, keys: readonly string[]): string[] {
  const isMap = set.type.includes(' : ');
  const write = (key: string): string => {
    const beside = set.elements.get(key) ?? '';
    if (action === 'delete' || beside === '') return key;
    return isMap ? `${key} : ${beside}` : `${key} ${beside}`;
  };
  const lines: string[] = [];
  for (let i = 0; i < keys.length; i += PER_STATEMENT) {
    const part = keys.slice(i, i + PER_STATEMENT).map(write);
    lines.push(`${action} element inet spin ${set.name} { ${part.join(', ')} }`);
  }
  return lines;
}
