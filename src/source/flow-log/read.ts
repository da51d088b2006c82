import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { countSkipped, newTotals, type Totals } from '../../digest/totals.ts';
import { formatWords } from '../../model/address.ts';
import type { CoverageNote, Observation } from '../../model/observation.ts';
import { PROTOCOL } from '../../model/protocols.ts';
import { type ByteSource, openBytes } from '../capture/chunks.ts';
import { reasonOf } from '../capture/read.ts';
import { ARGUS_COLUMNS, argusRow } from './argus.ts';
import { DNS_COLUMNS, dnsRow } from './dns-log.ts';
import { type Line, linesOf } from './lines.ts';
import type { FlowRow } from './row.ts';
import { type Cells, newTable, type Table, tableFor } from './table.ts';
import { Timeline } from './timeline.ts';
import { CONN_COLUMNS, zeekRow } from './zeek.ts';

/** Rows that cannot be read are told one by one up to so many, and then as one number. */
const MAX_TOLD = 10;
const BAD_ROW = 'row that cannot be read';

export type FlowLogOptions = {
  onProgress?: (taken: number, size: number) => void;
  /** Shows each row before it is told, for judges of what is found. */
  onRow?: (row: FlowRow) => void;
  /** Passes over a dns.log that lies beside. */
  alone?: boolean;
};

/** What a flow log held. */
export type FlowLogEnd = {
  totals: Totals;
  /** Rows that are flows, and those that could not be read. */
  rows: number;
  bad: number;
  /** Lines for people: what is wrong in which line. */
  messages: string[];
  /** Why it could not be read to its end. */
  fault?: string;
};

type Sink = (observation: Observation) => void;

/** Whether a file is a log of flows, by its first bytes. */
export function isFlowLog(head: Uint8Array): boolean {
  return tableFor(textOf(head)) !== undefined;
}

function textOf(head: Uint8Array): string {
  return new TextDecoder().decode(head.subarray(0, 8192)).replace(/^\ufeff/, '');
}

/**
 * Reads a log of flows – Zeek's conn.log as text or JSON lines, or comma-separated with Zeek's or Argus' columns – and
 * tells its rows, in the order of their times, as flow records. Where Zeek's dns.log lies beside conn.log, the names
 * that devices looked up are told too.
 *
 * @param head the first bytes of the source, read before
 */
export async function readFlowLog(
  file: string,
  source: ByteSource,
  head: Uint8Array,
  sink: Sink,
  options: FlowLogOptions = {},
): Promise<FlowLogEnd> {
  const timeline = new Timeline(sink);
  const reading = new Rows(timeline, textOf(head), options.onRow);
  const names = options.alone ? undefined : await Names.beside(file, timeline, reading.end);
  sink({
    ...{ kind: 'source', at: 0, source: 'flow-log', coverage: coverageOf(names), lost: { events: 0, packets: 0 } },
    // Its writer looked at what is said, and says where it is TLS.
    greetings: textOf(head).includes('service'),
  });
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  try {
    for await (const lines of linesOf(source, head)) {
      for (const line of lines) {
        reading.take(line);
        // A message of the other log is told with the flows of its time.
        if (names && (line.number & 63) === 0) await names.readUntil(reading.reached);
      }
      options.onProgress?.(source.taken, size);
      await setImmediate();
    }
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === undefined) throw error;
    reading.end.fault = reason;
  }
  await names?.readUntil(Number.POSITIVE_INFINITY);
  names?.close();
  timeline.finish();
  reading.finish();
  return reading.end;
}

function coverageOf(names: Names | undefined): CoverageNote[] {
  const log: CoverageNote = { code: 'flow-log' };
  return names ? [log] : [log, { code: 'look-ups-not-seen', detail: 'no dns.log lies beside it' }];
}

/** The rows of the log of flows. */
class Rows {
  readonly end: FlowLogEnd = { totals: newTotals(), rows: 0, bad: 0, messages: [] };
  /** The latest begin of a flow so far, ms. */
  reached = 0;
  readonly #timeline: Timeline;
  readonly #onRow: ((row: FlowRow) => void) | undefined;
  readonly #table: Table;
  readonly #read: (cell: Cells) => ReturnType<typeof zeekRow>;

  constructor(timeline: Timeline, head: string, onRow?: (row: FlowRow) => void) {
    this.#timeline = timeline;
    this.#onRow = onRow;
    const isArgus = head.trimStart().split('\n', 1)[0]!.includes('SrcAddr');
    this.#table = newTable(tableFor(head) ?? 'csv', isArgus ? ARGUS_COLUMNS : CONN_COLUMNS);
    this.#read = isArgus ? argusRow : zeekRow;
  }

  take({ text, number, cut }: Line): void {
    const cells =
      text === undefined ? 'longer than any row' : this.#table.read(number === 1 ? withoutMark(text) : text);
    for (const notice of this.#table.notices.splice(0)) this.end.messages.push(`line ${number}: ${notice}`);
    if (cells === undefined) return;
    const row = typeof cells === 'string' ? cells : this.#read(cells);
    if (typeof row === 'string') this.#refuse(number, cut ? `the file is cut off in this row (${row})` : row);
    else if ('reason' in row) this.#skip(row.reason, row.packets, row.bytes);
    else if ((row.packetsUp === 0 && row.bytesUp > 0) || (row.packetsDown === 0 && row.bytesDown > 0))
      this.#skip('flow without its packets counted', row.packetsUp + row.packetsDown, row.bytesUp + row.bytesDown);
    else this.#count(row);
  }

  finish(): void {
    const { bad, messages } = this.end;
    if (bad > MAX_TOLD) messages.push(`${bad - MAX_TOLD} more rows that cannot be read`);
    const { late } = this.#timeline;
    if (late > 0) messages.push(`${late} rows lie far behind in the file and are told later than they were`);
  }

  #refuse(number: number, reason: string): void {
    if (this.end.bad++ < MAX_TOLD) this.end.messages.push(`line ${number}: ${reason}`);
    countSkipped(this.end.totals, BAD_ROW, 0);
    // The row's packets are unknown: it counts as none of them.
    this.end.totals.skipped[BAD_ROW]!.packets = 0;
  }

  #skip(reason: string, packets: number, bytes: number): void {
    const { totals } = this.end;
    countSkipped(totals, reason, bytes);
    totals.skipped[reason]!.packets += packets - 1;
    totals.packets += packets;
    totals.bytes += bytes;
  }

  #count(row: FlowRow): void {
    const { totals } = this.end;
    const { packetsUp, packetsDown, bytesUp, bytesDown, start, duration } = row;
    totals.packets += packetsUp + packetsDown;
    totals.bytes += bytesUp + bytesDown;
    totals.first = this.end.rows === 0 ? start : Math.min(totals.first, start);
    totals.last = Math.max(totals.last, start + duration);
    totals.flows++;
    this.end.rows++;
    this.reached = Math.max(this.reached, start);
    this.#onRow?.(row);
    this.#timeline.flow(row);
    if (row.greeted) this.#timeline.message(greetingOf(row));
  }
}

/** Whom a device greeted as TLS does; the log of flows does not say by what name. */
function greetingOf({ start, source, destination, protocol, ports }: FlowRow): Observation {
  return {
    ...{ kind: 'hello', at: start, alpn: [], protocol: protocol === PROTOCOL.tcp ? 'tcp' : 'udp' },
    client: { address: formatWords(source) },
    server: { address: formatWords(destination) },
    ...{ clientPort: ports >>> 16, serverPort: ports & 0xffff },
  };
}

function withoutMark(line: string): string {
  return line.startsWith('\ufeff') ? line.slice(1) : line;
}

/** The look-ups of a dns.log beside the log of flows. */
class Names {
  readonly name: string;
  readonly #source: ByteSource;
  readonly #timeline: Timeline;
  readonly #end: FlowLogEnd;
  readonly #lines: AsyncGenerator<Line[]>;
  #table: Table | undefined;
  #waiting: Line[] = [];
  #reached = 0;
  #isOver = false;
  #bad = 0;

  private constructor(name: string, source: ByteSource, timeline: Timeline, end: FlowLogEnd) {
    this.name = name;
    this.#source = source;
    this.#timeline = timeline;
    this.#end = end;
    this.#lines = linesOf(source, new Uint8Array(0));
  }

  static async beside(file: string, timeline: Timeline, end: FlowLogEnd): Promise<Names | undefined> {
    const own = basename(file);
    if (!own.includes('conn')) return undefined;
    for (const name of [own.replace('conn', 'dns'), 'dns.log', 'dns.log.gz']) {
      const path = join(dirname(file), name);
      if (!statSync(path, { throwIfNoEntry: false })?.isFile()) continue;
      return new Names(name, await openBytes(path), timeline, end);
    }
    return undefined;
  }

  /** Tells the look-ups up to that time, ms. */
  async readUntil(until: number): Promise<void> {
    while (!this.#isOver && this.#reached <= until) {
      const line = this.#waiting.shift();
      if (line) this.#take(line);
      else await this.#fill();
    }
  }

  close(): void {
    this.#source.close();
  }

  async #fill(): Promise<void> {
    try {
      const next = await this.#lines.next();
      if (next.done === true) this.#isOver = true;
      else this.#waiting = next.value;
    } catch {
      this.#isOver = true;
      this.#end.bad++;
      this.#end.messages.push(`${this.name}: cannot be read to its end`);
    }
  }

  #take({ text, number }: Line): void {
    this.#table ??= newTable(tableFor(text ?? '') ?? 'zeek', DNS_COLUMNS);
    const cells = text === undefined ? 'longer than any row' : this.#table.read(text);
    this.#table.notices.length = 0;
    const messages = cells === undefined ? [] : typeof cells === 'string' ? cells : dnsRow(cells);
    if (typeof messages === 'string') {
      if (this.#bad++ < MAX_TOLD) this.#end.messages.push(`${this.name} line ${number}: ${messages}`);
      return;
    }
    for (const message of messages) this.#timeline.message(message);
    if (messages[0]) this.#reached = Math.max(this.#reached, messages[0].at);
  }
}
