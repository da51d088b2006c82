import type { DatabaseSync } from 'node:sqlite';
import { sql as owner } from './001-owner.ts';
import { sql as traffic } from './002-traffic.ts';
import { sql as rolled } from './003-rolled.ts';
import { sql as decisions } from './004-decisions.ts';
import { sql as incidents } from './005-incidents.ts';
import { sql as habits } from './006-habits.ts';
import { migrate as minutes } from './007-minutes.ts';

/** SQL, or what does what SQL cannot. */
export type Migration = string | ((database: DatabaseSync) => void);

/** In order; the n-th brings a database from schema version n-1 to n. Never edited once released, only added to. */
export const MIGRATIONS: readonly Migration[] = [owner, traffic, rolled, decisions, incidents, habits, minutes];
