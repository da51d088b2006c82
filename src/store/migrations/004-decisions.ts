/**
 * What the household decided. `audit` is only added to: what a change was before and after is in it, so that the tables
 * beside it hold nothing but the present.
 */
export const sql = `
CREATE TABLE rule (id TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE device_group (id TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  actor TEXT NOT NULL,
  undoes INTEGER,
  changes TEXT NOT NULL
);
CREATE UNIQUE INDEX audit_undoes ON audit (undoes) WHERE undoes IS NOT NULL;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN
  SELECT RAISE(ABORT, 'the audit log is only added to');
END;
CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit BEGIN
  SELECT RAISE(ABORT, 'the audit log is only added to');
END;

CREATE TABLE name_address (
  scope TEXT NOT NULL,
  name TEXT NOT NULL,
  address TEXT NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY (scope, name, address)
) WITHOUT ROWID;
`;
