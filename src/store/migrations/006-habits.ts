/** What devices are known to need, one row a device; `problem` says why a row could not be read, and it is left alone then. */
export const sql = `
CREATE TABLE habit (
  device TEXT PRIMARY KEY, version INTEGER NOT NULL, saved INTEGER NOT NULL, value TEXT NOT NULL, problem TEXT
) WITHOUT ROWID;
`;
