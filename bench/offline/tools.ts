/** The programs that are compared, each as it is used on a capture file. */
import { join, resolve } from 'node:path';
import { findProgram, type Tool } from '../../src/cli/debian.ts';
import type { CaptureName } from './generate.ts';

export const ROOT = resolve(import.meta.dirname, '../..');

export type Contestant = {
  name: string;
  /** `undefined`: part of this project or of every system. */
  tool?: Tool;
  /** Whether it makes flows out of packets, and so counts for "the fastest". */
  flows: boolean;
  /** Command line; `scratch` is an empty folder that is removed afterwards. */
  command: (file: string, scratch: string) => string[];
  /** Standard output is kept in this file of the scratch folder instead of thrown away. */
  output?: string;
  /** Not asked to read these: it would take hours. */
  not?: readonly CaptureName[];
};

const debian = (binary: string, name = binary): Tool => ({ binary, package: name });
const program = (binary: string) => findProgram(binary) ?? binary;

export const SPIN: Contestant = {
  name: 'spin read --json',
  flows: true,
  command: (file) => [join(ROOT, 'bin/spin'), 'read', '--json', file],
  output: 'spin.json',
};

/** The discard port of loopback, where nobody listens: softflowd must send its records somewhere. */
const NOBODY = '127.0.0.1:9';

export const CONTESTANTS: readonly Contestant[] = [
  { name: 'cat (only reading)', flows: false, command: (file) => [program('cat'), file] },
  SPIN,
  {
    name: 'nfpcapd',
    tool: debian('nfpcapd', 'nfdump'),
    flows: true,
    command: (file, scratch) => [program('nfpcapd'), '-r', file, '-l', scratch],
  },
  {
    name: 'softflowd',
    tool: debian('softflowd'),
    flows: true,
    command: (file, scratch) => [
      ...[program('softflowd'), '-r', file, '-v', '9', '-n', NOBODY, '-d'],
      ...['-c', 'none', '-p', join(scratch, 'pid')],
    ],
  },
  {
    name: 'argus',
    tool: debian('argus', 'argus-server'),
    flows: true,
    command: (file, scratch) => [program('argus'), '-X', '-r', file, '-w', join(scratch, 'argus')],
  },
  {
    name: 'tcpdump -nn',
    tool: debian('tcpdump'),
    flows: false,
    command: (file) => [program('tcpdump'), '-nn', '-r', file],
  },
  {
    name: 'tshark -z conv,ip',
    tool: debian('tshark'),
    flows: false,
    command: (file) => [program('tshark'), '-n', '-q', '-r', file, '-z', 'conv,ip'],
  },
];

export const TIME: Tool = { binary: 'time', package: 'time' };
