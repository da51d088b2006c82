import { visible } from '../model/visible.ts';

/** A refusal with its exit code: shown as one line, never as a stack trace. */
export class Failure extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Exit codes of every sub-command; `spin --help` lists them. */
export const EXIT = { ok: 0, failed: 1, usage: 64, runsAlready: 3, notRunning: 4 } as const;

/** What `parseArgs` finds wrong, as one line that names the way to the help. */
export function wrongUsage(command: string, { message }: Error): Failure {
  const [first] = message.split(/\n|\. /);
  return new Failure(`${visible(first!)} (see spin ${command} --help)`, EXIT.usage);
}

/** One line for the person at the console. */
export function say(line: string): void {
  process.stderr.write(`spin: ${line}\n`);
}

/** Bytes in the unit that leaves at most four digits. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = count;
  let unit = 0;
  while (value >= 9999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Rows under a heading, columns as wide as their widest cell, the last one unpadded. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heading.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    cells.map((cell, column) => (column === cells.length - 1 ? cell : cell.padEnd(widths[column]!))).join('  ');
  return [heading, ...rows].map(line).join('\n');
}
