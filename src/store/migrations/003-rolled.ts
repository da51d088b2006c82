/** Hours, days and contacts are each complete up to a minute of their own, so that one can be rolled up at a time. */
export const sql = `
CREATE TABLE rolled_into (target TEXT PRIMARY KEY, minute INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO rolled_into SELECT value, minute FROM rolled, json_each('["hour", "day", "contact"]');
DROP TABLE rolled;
ALTER TABLE rolled_into RENAME TO rolled;
`;
