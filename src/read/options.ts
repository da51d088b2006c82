import { parseArgs } from 'node:util';
import { parseMac, parsePrefix } from '../model/address.ts';

export type ReadFilesOptions = {
  files: string[];
  json: boolean;
  events: boolean;
  /** Lists of bad places: files, or folders of them. */
  lists?: string[];
  /** What is home, as prefixes and hardware addresses. */
  home: { prefixes: string[]; macs: string[] };
};

export const USAGE =
  'Usage: spin read [--json | --events] [--lan PREFIX|MAC]… [--list FILE]… FILE…   (spin read --help explains)';

const HELP = `Usage: spin read [OPTION]… FILE…

Shows the home that a capture file holds: its devices, what each calls itself, and whom it talks to by what name.
FILE is pcap or pcapng, or a log of flows – Zeek's conn.log (text or JSON lines), the same or Argus' flows as
comma-separated values – plain or gzip; - is the standard input. What it is, its content says. Where Zeek's dns.log lies
beside conn.log, it is read for the names. Several files are read one after the other, each as a home of its own.

  --lan PREFIX|MAC  an address, a network or a hardware address that is home, where that cannot be inferred (a mirror
                    of another network, raw IP); may be repeated
  --list FILE|DIR   a list of bad places, one address, network or name a line (of a folder all *.txt); may be repeated
  --json            one JSON object per file, a line each: capture, devices, conversations, findings
  --events          what happens in the home, as JSON lines in the order of the capture
  --help            this text

Counters are exact: the packets and bytes (original frame lengths; of a log of flows as it counts them) of all
conversations, capture.other and capture.skipped add up to those of the capture.

Exit status: 0 read to the end · 2 nothing could be read · 3 a part could be read · 64 wrong usage`;

/** Reads the command line: options, a text to show, or what is wrong. */
export function readOptions(args: string[]): ReadFilesOptions | { help: string } | { wrong: string } {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    return { wrong: error instanceof Error ? error.message.split('\n')[0]! : 'unknown option' };
  }
  const { values, positionals: files } = parsed;
  if (values.help) return { help: HELP };
  if (files.length === 0) return { wrong: 'no file given' };
  if (values.json && values.events) return { wrong: '--json and --events exclude each other' };
  const home: ReadFilesOptions['home'] = { prefixes: [], macs: [] };
  for (const lan of values.lan ?? []) {
    if (parseMac(lan)) home.macs.push(lan);
    else if (parsePrefix(lan)) home.prefixes.push(lan);
    else return { wrong: `--lan ${JSON.stringify(lan)} is neither a network prefix nor a hardware address` };
  }
  return { files, lists: values.list ?? [], json: values.json ?? false, events: values.events ?? false, home };
}

function parse(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      events: { type: 'boolean' },
      lan: { type: 'string', multiple: true },
      list: { type: 'string', multiple: true },
      help: { type: 'boolean', short: 'h' },
    },
  });
}
