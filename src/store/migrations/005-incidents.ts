/**
 * Incidents as they are, what the household said is fine, and everything that was decided upon, so that other preferences
 * can be tried on it. Values are JSON.
 */
export const sql = `
CREATE TABLE incident (id TEXT PRIMARY KEY, opened INTEGER NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX incident_opened ON incident (opened);
CREATE TABLE correction (id TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE case_input (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, value TEXT NOT NULL);
`;
