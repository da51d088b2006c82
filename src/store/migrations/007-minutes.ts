import type { DatabaseSync } from 'node:sqlite';
import { combined, encodeRows, type Row } from '../minute-rows.ts';

const COUNTERS = 'packets_up, packets_down, bytes_up, bytes_down';

/**
 * Each minute becomes one row: `conversations` packed, and `devices` with the sums of each, packed in the same way;
 * `count` conversations.
 */
export function migrate(database: DatabaseSync): void {
  database.exec(`CREATE TABLE minute (
    bucket INTEGER PRIMARY KEY, count INTEGER NOT NULL, devices BLOB NOT NULL, conversations BLOB NOT NULL
  )`);
  const put = database.prepare('INSERT INTO minute VALUES (?, ?, ?, ?)');
  const conversations = database.prepare(
    `SELECT device, node, service, initiator, ${COUNTERS} FROM conversation_minute WHERE bucket = ?`,
  );
  const devices = database.prepare(
    `SELECT device, 0 AS node, 0 AS service, 0 AS initiator, ${COUNTERS} FROM traffic_minute WHERE bucket = ?`,
  );
  const buckets = database.prepare('SELECT bucket FROM conversation_minute UNION SELECT bucket FROM traffic_minute');
  const rowsOf = (statement: typeof devices, bucket: number) =>
    combined(statement.all(bucket).map((row) => Object.values(row) as Row));
  for (const { bucket } of buckets.all() as { bucket: number }[]) {
    const rows = rowsOf(conversations, bucket);
    put.run(bucket, rows.length, encodeRows(rowsOf(devices, bucket)), encodeRows(rows));
  }
  database.exec('DROP TABLE conversation_minute; DROP TABLE traffic_minute;');
}
