/** The files of the system's service manager: what packaging/ has, with the paths and options of this machine. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../places.ts';
import { EXIT, Failure } from '../terminal.ts';

export const UNITS = ['spin-blocks.service', 'spin.service'] as const;
/** Where packaging/ has it that the clone and the database lie. */
const CLONE = '/opt/spin';
const STATE = '/var/lib/spin';
/** What neither the service manager nor a shell reads as anything but itself. */
const PLAIN = /^[\w./:@+,=-]+$/;

export type Installed = { name: (typeof UNITS)[number]; text: string };

/** @throws Failure where a path would have to be quoted */
export function unitTexts(state: string, root = ROOT): Installed[] {
  for (const path of [root, state]) {
    if (!PLAIN.test(path)) throw new Failure(`a service needs paths of letters, digits and ./_-, not ${path}`);
  }
  return UNITS.map((name) => {
    const text = readFileSync(join(ROOT, 'packaging', name), 'utf8');
    return { name, text: text.replaceAll(CLONE, root).replaceAll(STATE, state) };
  });
}

/** The file with the options of `spin start`. @throws Failure for one that would have to be quoted */
export function optionsText(options: readonly string[]): string {
  const odd = options.find((option) => !PLAIN.test(option));
  if (odd !== undefined) throw new Failure(`a service takes no option with blanks or quotes: ${odd}`, EXIT.usage);
  return `# Options of "spin start" for the service; read at its next start.\nSPIN_OPTIONS="${options.join(' ')}"\n`;
}
