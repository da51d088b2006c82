/**
 * Tables of text in three forms: Zeek's logs with their `#` header, one JSON object a line (what Zeek writes with
 * `LogAscii::use_json`), and comma-separated values (RFC 4180) with the names of the columns in the first line.
 */

/** The value of a row in a column; `undefined` where it has none. */
export type Cells = (column: string) => string | undefined;

/** Columns that are looked at of one table; Zeek's own have some twenty. */
const MAX_COLUMNS = 256;
/** Columns without a meaning that are told of. */
const MAX_UNKNOWN_TOLD = 8;

/** Reads the lines of one table. */
export abstract class Table {
  /** What is to be told of the table itself, to be taken by the reader. */
  notices: string[] = [];
  readonly #known: ReadonlySet<string>;
  readonly #told = new Set<string>();

  /** @param known names of columns that have a meaning; others are told of once and passed over */
  constructor(known: ReadonlySet<string>) {
    this.#known = known;
  }

  /** A row's cells, what is wrong with the line, or `undefined` where it holds no row. */
  abstract read(line: string): Cells | string | undefined;

  protected meet(columns: Iterable<string>): void {
    for (const name of columns) {
      if (this.#known.has(name) || this.#told.has(name) || this.#told.size >= MAX_UNKNOWN_TOLD) continue;
      this.#told.add(name);
      this.notices.push(`unknown column ${JSON.stringify(name.slice(0, 64))} is passed over`);
    }
  }
}

/** A line that only the writer of the log meant for itself. */
const COMMENT = '#';

class ZeekTable extends Table {
  #separator = '\t';
  #unset = '-';
  #empty = '(empty)';
  #columns: string[] = [];
  #places = new Map<string, number>();

  override read(line: string): Cells | string | undefined {
    if (line === '') return undefined;
    if (line.startsWith(COMMENT)) return this.#header(line);
    if (this.#columns.length === 0) return 'a row before the names of the columns (#fields)';
    const cells = splitLast(line.split(this.#separator, MAX_COLUMNS + 1));
    if (cells.length !== this.#columns.length)
      return `${cells.length} cells where the header names ${this.#columns.length} columns`;
    return (column) => {
      const cell = cells[this.#places.get(column) ?? -1];
      return cell === this.#unset || cell === this.#empty ? undefined : cell;
    };
  }

  #header(line: string): string | undefined {
    if (line.startsWith('#separator ')) {
      this.#separator = unescaped(line.slice(11)) || '\t';
      return undefined;
    }
    const [key, ...values] = line.split(this.#separator, MAX_COLUMNS + 1);
    if (key === '#unset_field') this.#unset = values[0] ?? '-';
    else if (key === '#empty_field') this.#empty = values[0] ?? '';
    else if (key === '#fields') {
      this.#columns = splitLast(values);
      this.#places = new Map(this.#columns.map((name, place) => [name, place]));
      this.meet(this.#columns);
    }
    return undefined;
  }
}

/** Labels are often appended with spaces where the rest has tabs, as in the IoT-23 data set. */
function splitLast(cells: string[]): string[] {
  const last = cells.at(-1);
  return last?.includes('   ') ? [...cells.slice(0, -1), ...last.trim().split(/ {3,}/)] : cells;
}

/** `\x09` → tab: how Zeek writes bytes in its text logs. */
export function unescaped(text: string): string {
  return text.replaceAll(/\\x([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

class JsonTable extends Table {
  override read(line: string): Cells | string | undefined {
    if (line.trim() === '') return undefined;
    let row: unknown;
    try {
      row = JSON.parse(line);
    } catch {
      return 'not a JSON object';
    }
    if (typeof row !== 'object' || row === null || Array.isArray(row)) return 'not a JSON object';
    this.meet(Object.keys(row).slice(0, MAX_COLUMNS));
    return (column) => textOf(Object.hasOwn(row, column) ? (row as Record<string, unknown>)[column] : undefined);
  }
}

/** Lists as Zeek's text logs write them. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) && value.length > 0 ? value.map((one) => textOf(one) ?? '').join(',') : undefined;
}

class CsvTable extends Table {
  #places: Map<string, number> | undefined;

  override read(line: string): Cells | string | undefined {
    if (line.trim() === '') return undefined;
    const cells = commaSeparated(line);
    if (this.#places === undefined) {
      this.#places = new Map(cells.map((name, place) => [name, place]));
      this.meet(cells);
      return undefined;
    }
    if (cells.length !== this.#places.size)
      return `${cells.length} cells where the header names ${this.#places.size} columns`;
    const places = this.#places;
    return (column) => {
      const cell = cells[places.get(column) ?? -1];
      return cell === '' || cell === '-' || cell === '(empty)' ? undefined : cell;
    };
  }
}

function commaSeparated(line: string): string[] {
  if (!line.includes('"')) return line.split(',', MAX_COLUMNS + 1).map((cell) => cell.trim());
  const cells: string[] = [];
  for (const [, quoted, plain] of line.matchAll(/(?:^|,)(?:\s*"((?:[^"]|"")*)"\s*|([^,]*))(?=,|$)/g)) {
    cells.push(quoted === undefined ? plain!.trim() : quoted.replaceAll('""', '"'));
    if (cells.length > MAX_COLUMNS) break;
  }
  return cells;
}

/** What kind of table a text begins, by its first line; `undefined` where it is none. */
export function tableFor(head: string): 'zeek' | 'json' | 'csv' | undefined {
  const first = head.trimStart().split('\n', 1)[0]!.trim();
  if (/^#(separator|fields|set_separator|empty_field|path)\b/.test(first)) return 'zeek';
  if (first.startsWith('{') && first.includes('"id.orig_h"')) return 'json';
  const names = new Set(commaSeparated(first.slice(0, 4096)));
  return names.has('id.orig_h') || (names.has('SrcAddr') && names.has('StartTime')) ? 'csv' : undefined;
}

export function newTable(form: 'zeek' | 'json' | 'csv', known: ReadonlySet<string>): Table {
  if (form === 'zeek') return new ZeekTable(known);
  return form === 'json' ? new JsonTable(known) : new CsvTable(known);
}
