import type { Sort } from '../../decide/meanings.ts';
import { formatWords } from '../../model/address.ts';
import type { Device } from '../../model/home.ts';
import type { FlowRow } from '../../source/flow-log/row.ts';
import type { Home } from '../../track/home.ts';

/** What somebody who knew wrote beside a log's rows, against what was found without it. */
export type FlowScore = {
  rows: number;
  /** Rows labelled malicious, and those of them that the offender began. */
  malicious: number;
  byOffender: number;
  /** Rows that the offender began before it was found; of the malicious ones where rows are labelled. */
  before?: number;
  /** s from the first of them to the first finding. */
  after?: number;
  /** Time for which devices of the home were seen, days; and what was wrongly found of them. */
  deviceDays: number;
  falseFindings: number;
};

const DAY = 86_400_000;
/** Rows whose times are kept, 32 MB; of what comes later only the number is known. */
const MAX_TIMES = 2_000_000;
/** Ends that begin flows; more are many strangers who knock. */
const MAX_ENDS = 100_000;

/** As the Stratosphere laboratory's data sets have it (CTU-13, IoT-23). */
const MALICIOUS = /malicious|botnet/i;

/** What was found, as far as labels are compared with it. */
type Found = {
  findings: readonly { device: string; sort: Sort; at: number }[];
  found: boolean;
  wronged: readonly string[];
};

type End = { rows: number[]; malicious: number[]; maliciousCount: number };

/** Gathers the labels of a log's rows. Nothing that is found knows of them. */
export class Labels {
  readonly #ends = new Map<string, End>();
  #rows = 0;
  #malicious = 0;

  readonly take = ({ source, start, label }: FlowRow): void => {
    this.#rows++;
    const isMalicious = MALICIOUS.test(label);
    if (isMalicious) this.#malicious++;
    const end = this.#endOf(formatWords(source));
    if (!end) return;
    const isKept = this.#rows <= MAX_TIMES;
    if (isKept) end.rows.push(start);
    if (!isMalicious) return;
    end.maliciousCount++;
    if (isKept) end.malicious.push(start);
  };

  /** @param offenders ids of those that are named; where nobody is, they are who was found and not wronged */
  score(home: Home, { findings, found, wronged }: Found, offenders: readonly string[]): FlowScore {
    const counted = findings.filter(({ sort }) => sort !== 'note');
    const right = counted.filter(({ device }) => !wronged.includes(device));
    const guilty = new Set([...offenders, ...right.map(({ device }) => device)]);
    const ends = home
      .devices()
      .filter(({ id }) => guilty.has(id))
      .flatMap(({ addresses }) => addresses.map((address) => this.#ends.get(address)))
      .filter((end) => end !== undefined);
    const byOffender = ends.reduce((sum, end) => sum + end.maliciousCount, 0);
    const times = ends.flatMap((end) => (byOffender > 0 ? end.malicious : end.rows));
    const foundAt = Math.min(...right.map(({ at }) => at));
    const first = times.reduce((earliest, time) => Math.min(earliest, time), Number.POSITIVE_INFINITY);
    return {
      ...{ rows: this.#rows, malicious: this.#malicious, byOffender },
      ...(found && times.length > 0
        ? { before: times.filter((time) => time <= foundAt).length, after: (foundAt - first) / 1000 }
        : {}),
      deviceDays: home.devices().reduce((sum, device) => sum + daysOf(device), 0),
      falseFindings: counted.length - right.length,
    };
  }

  #endOf(address: string): End | undefined {
    const known = this.#ends.get(address);
    if (known || this.#ends.size >= MAX_ENDS) return known;
    const end = { rows: [], malicious: [], maliciousCount: 0 };
    this.#ends.set(address, end);
    return end;
  }
}

function daysOf({ firstSeen, lastSeen }: Device): number {
  return Math.max(0, lastSeen - firstSeen) / DAY;
}
