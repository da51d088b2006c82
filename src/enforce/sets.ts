/** Named sets of the table and what is in them. */

export type NftSet = {
  name: string;
  type: string;
  /** Further words of the definition: flags, size, statements. */
  words: readonly string[];
  /** Entries that it may hold. */
  most: number;
  /** Key → what stands beside it: a limit, the verdict of a map, or both (`LIMIT : VERDICT`). Empty text for none. */
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
    const size = words.find((word) => word.startsWith('size '))?.slice('size '.length);
    const most = size === undefined ? MAX_ELEMENTS : Number(size);
    this.all.set(name, { name, type, words, most, elements: new Map(), origins: new Map(), dynamic });
  }

  /** A key that is there already keeps what stands beside it. */
  add(name: string, key: string, beside = '', id?: string): void {
    const { elements, origins, most } = this.all.get(name)!;
    if (elements.has(key)) return;
    if (elements.size >= most) throw new RangeError(`more than ${most} entries in ${name}`);
    elements.set(key, beside);
    if (id !== undefined) origins.set(key, id);
  }
}

export function defineText({ name, type, words }: NftSet): string {
  const kind = type.includes(' : ') ? 'map' : 'set';
  const of = type === 'ct id' ? 'typeof' : 'type';
  return `add ${kind} inet spin ${name} { ${[`${of} ${type}`, ...words].join('; ')}; }`;
}

/** nft reads one long statement slower than several: it looks for the end of each. */
const PER_STATEMENT = 1000;

export function elementsText(action: 'add' | 'delete', set: NftSet, keys: readonly string[]): string[] {
  const isMap = set.type.includes(' : ');
  const write = (key: string): string => {
    const beside = set.elements.get(key) ?? '';
    if (action === 'delete' || beside === '') return key;
    return isMap && !beside.includes(' : ') ? `${key} : ${beside}` : `${key} ${beside}`;
  };
  const lines: string[] = [];
  for (let i = 0; i < keys.length; i += PER_STATEMENT) {
    const part = keys.slice(i, i + PER_STATEMENT).map(write);
    lines.push(`${action} element inet spin ${set.name} { ${part.join(', ')} }`);
  }
  return lines;
}
