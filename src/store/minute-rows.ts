/**
 * One conversation of a minute: who, with whom, by which service (their numbers in the dictionaries), who began (0: the
 * device), and what it did.
 */
export type Row = [
  device: number,
  node: number,
  service: number,
  initiator: number,
  packetsUp: number,
  packetsDown: number,
  bytesUp: number,
  bytesDown: number,
];

const COUNTERS = 4;
/** Of the eighth byte of a number, which holds what is left of 2^53. */
const LAST_SCALE = 128 ** 7;

/** What is the same conversation becomes one row, in the order of devices and nodes. */
export function combined(rows: Iterable<Readonly<Row>>): Row[] {
  const found = new Map<string, Row>();
  for (const row of rows) {
    const key = row.slice(0, COUNTERS).join(' ');
    const known = found.get(key);
    if (known) for (let i = COUNTERS; i < row.length; i++) known[i]! += row[i]!;
    else found.set(key, [...row]);
  }
  return [...found.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3]);
}

/**
 * Rows as few bytes, some ten each: numbers in sevens of bits, the lowest first (LEB128), a node of the same device as the
 * distance to the one before.
 * @param rows combined; counters are whole and not negative
 */
export function encodeRows(rows: readonly Row[]): Uint8Array {
  const bytes: number[] = [];
  let [device, node] = [0, 0];
  for (const [of, with_, service, initiator, ...counters] of rows) {
    if (of !== device) node = 0;
    for (const number of [of - device, with_ - node, service * 2 + initiator, ...counters]) put(bytes, number);
    [device, node] = [of, with_];
  }
  return Uint8Array.from(bytes);
}

/** Of bytes that {@link encodeRows} did not make come rows that mean nothing, never anything else. */
export function decodeRows(bytes: Uint8Array): Row[] {
  const rows: Row[] = [];
  let at = 0;
  const next = () => {
    let number = 0;
    for (let scale = 1; at < bytes.length && scale <= LAST_SCALE; scale *= 128) {
      const byte = bytes[at++]!;
      number += (byte % 128) * scale;
      if (byte < 128) break;
    }
    return number;
  };
  let [device, node] = [0, 0];
  while (at < bytes.length) {
    const step = next();
    if (step > 0) node = 0;
    device += step;
    node += next();
    const service = next();
    rows.push([device, node, Math.floor(service / 2), service % 2, next(), next(), next(), next()]);
  }
  return rows;
}

function put(bytes: number[], number: number): void {
  let rest = number;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
}
