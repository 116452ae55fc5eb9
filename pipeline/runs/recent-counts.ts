import { countRecords, sumVerification } from './balance.ts';
import { askedRecently } from './recently.ts';

/** Where the records of an active run stand, at most two seconds old. */
export const recentCounts = askedRecently((db, run) => countRecords(db.sql, run.workspaceId, run.id));

/** What reading back found so far, at most two seconds old: with 100,000 records half a second of PostgreSQL's. */
export const recentVerification = askedRecently((db, run) =>
  sumVerification(db.sql, run.workspaceId, run.id),
);
