/** How all measurements speak: rows of a table, and one line a bar. */

/** Columns as wide as their widest cell; the first to the left, the others to the right. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  for (const row of rows) {
    const cells = row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)));
    console.log(`  ${cells.join('  ')}`);
  }
}

/** Collects what was held and what was missed; the exit code of a measurement is 0 only when nothing was missed. */
export class Bars {
  #missed = 0;

  check(what: string, measured: string, held: boolean): void {
    console.log(`  ${held ? 'PASS' : 'MISS'}  ${what}: ${measured}`);
    if (!held) this.#missed += 1;
  }

  /** Without a bar, for the reader. */
  note(text: string): void {
    console.log(`        ${text}`);
  }

  get exitCode(): number {
    return this.#missed === 0 ? 0 : 1;
  }
}

export const seconds = (value: number): string => (Number.isNaN(value) ? '–' : value.toFixed(2));
export const ratio = (value: number): string => (Number.isNaN(value) ? '–' : `${value.toFixed(2)} ×`);
