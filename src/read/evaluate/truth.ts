import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { type Mac, parseAddress, parseMac, parsePrefix } from '../../model/address.ts';

/** What a capture is known to hold. */
export type Truth = {
  /** From the truth file's folder. */
  path: string;
  /** `victim`: somebody at home is attacked; like in `benign`, nobody at home may be accused. */
  kind: 'attack' | 'benign' | 'victim';
  /** A hardware or network address; `?`: the one host that does it, unlabelled; `-`: nobody. */
  offender: string;
  lan: { prefixes: string[]; macs: Mac[] };
  class: string;
  required: boolean;
  note: string;
};

export type TruthFile = { rows: Truth[]; faults: string[] };

export const TRUTH = 'truth.tsv';
const COLUMNS = ['path', 'kind', 'offender', 'lan', 'class', 'required', 'note'];
const CAPTURE = /\.(pcap|pcapng|cap|dump|binetflow)(\.gz)?$|(^|\/)[^/]*conn\.log(\.labeled)?(\.gz)?$/i;
/** Captures of one truth file, and bytes of that file. */
const MAX_CAPTURES = 20_000;
const MAX_BYTES = 16 << 20;

/**
 * Reads the truth of a folder; a row that names a folder stands for its captures. What cannot be read is told as a
 * fault, and everything else goes on.
 *
 * @param file where it is told, if not in the folder itself
 */
export function readTruth(folder: string, file: string = join(folder, TRUTH)): TruthFile {
  if (statSync(file).size > MAX_BYTES) return { rows: [], faults: [`${file} is larger than ${MAX_BYTES} bytes`] };
  return expand(folder, parseTruth(readFileSync(file, 'utf8')));
}

/** The text of a truth file: tab-separated, the first line names the columns, in any order. */
export function parseTruth(text: string): TruthFile {
  const faults: string[] = [];
  const rows: Truth[] = [];
  const [head = '', ...lines] = text.split(/\r?\n/);
  const columns = head.split('\t').map((name) => name.trim());
  const missing = COLUMNS.slice(0, 3).filter((name) => !columns.includes(name));
  if (missing.length > 0) return { rows, faults: [`line 1: no column ${missing.join(', ')}`] };
  for (const name of columns)
    if (!COLUMNS.includes(name)) faults.push(`line 1: unknown column "${name}" is passed over`);
  lines.forEach((line, i) => {
    if (line.trim() === '' || line.startsWith('#')) return;
    const cells = line.split('\t');
    const row = rowOf((name) => (cells[columns.indexOf(name)] ?? '').trim());
    if (typeof row === 'string') faults.push(`line ${i + 2}: ${row}`);
    else rows.push(row);
  });
  return { rows, faults };
}

/** A row, or what is wrong with it. */
function rowOf(cell: (column: string) => string): Truth | string {
  const kind = cell('kind');
  if (kind !== 'attack' && kind !== 'benign' && kind !== 'victim')
    return `kind "${kind}" is none of attack, benign, victim`;
  const path = cell('path');
  if (path === '') return 'no path';
  const offender = cell('offender').toLowerCase() || '-';
  if (offender !== '?' && offender !== '-' && !parseMac(offender) && !parseAddress(offender))
    return `offender "${offender}" is no address`;
  if (kind === 'attack' && offender === '-') return 'an attack without an offender';
  const lan = lanOf(cell('lan'));
  if (typeof lan === 'string') return lan;
  return { path, kind, offender, lan, class: cell('class'), required: cell('required') !== 'no', note: cell('note') };
}

/** Prefixes and hardware addresses, with or without `--lan` before each. */
function lanOf(text: string): Truth['lan'] | string {
  const lan: Truth['lan'] = { prefixes: [], macs: [] };
  for (const word of text.split(/[\s,]+/)) {
    if (word === '' || word === '-' || word === '--lan') continue;
    if (parseMac(word)) lan.macs.push(word);
    else if (parsePrefix(word)) lan.prefixes.push(word);
    else return `lan "${word}" is neither a prefix nor a hardware address`;
  }
  return lan;
}

function expand(folder: string, { rows, faults }: TruthFile): TruthFile {
  const root = resolve(folder);
  const expanded: Truth[] = [];
  for (const row of rows) {
    const path = resolve(root, row.path);
    const status = path === root || path.startsWith(root + sep) ? statSync(path, { throwIfNoEntry: false }) : undefined;
    if (!status) faults.push(`${row.path}: no such file below the truth file`);
    else if (!status.isDirectory()) expanded.push(row);
    else for (const name of capturesIn(path)) expanded.push({ ...row, path: join(row.path, name) });
  }
  if (expanded.length > MAX_CAPTURES) faults.push(`only the first ${MAX_CAPTURES} captures are looked at`);
  return { rows: expanded.slice(0, MAX_CAPTURES), faults };
}

function capturesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => CAPTURE.test(name))
    .sort();
}
