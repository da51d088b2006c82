/** What the owner did and what SPIN knows of the devices: small tables, written durably one by one. */
export const sql = `
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE session (
  hash TEXT PRIMARY KEY,
  csrf TEXT NOT NULL,
  created INTEGER NOT NULL,
  used INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE device (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  merged_into INTEGER,
  given_name TEXT,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  identity TEXT NOT NULL
);

CREATE TABLE event (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  actor TEXT NOT NULL,
  device TEXT,
  detail TEXT
);
`;
