/**
 * Counters over time. Keys begin with the bucket (start / width), so that a write always lands at the end of a table;
 * names are held once, in dictionaries.
 *
 * `conversation_*` hold who talked to whom, `traffic_*` the sums per device, `contact` everything a device ever did
 * with a far end; `rolled` says up to which minute the coarser tables and `contact` are complete.
 */
const KEY = 'device INTEGER NOT NULL, node INTEGER NOT NULL, service INTEGER NOT NULL, initiator INTEGER NOT NULL';
const COUNTERS =
  'packets_up INTEGER NOT NULL, packets_down INTEGER NOT NULL, bytes_up INTEGER NOT NULL, bytes_down INTEGER NOT NULL';

const level = (name: string) => `
CREATE TABLE conversation_${name} (
  bucket INTEGER NOT NULL, ${KEY}, ${COUNTERS},
  PRIMARY KEY (bucket, device, node, service, initiator)
) WITHOUT ROWID;

CREATE TABLE traffic_${name} (
  bucket INTEGER NOT NULL, device INTEGER NOT NULL, ${COUNTERS},
  PRIMARY KEY (bucket, device)
) WITHOUT ROWID;
`;

export const sql = `
CREATE TABLE node (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE service (id INTEGER PRIMARY KEY, protocol TEXT NOT NULL, port INTEGER NOT NULL, UNIQUE (protocol, port));

${['minute', 'hour', 'day'].map(level).join('')}

CREATE TABLE contact (
  ${KEY}, first INTEGER NOT NULL, last INTEGER NOT NULL, ${COUNTERS},
  PRIMARY KEY (device, node, service, initiator)
) WITHOUT ROWID;

CREATE TABLE rolled (id INTEGER PRIMARY KEY CHECK (id = 1), minute INTEGER NOT NULL);
`;
