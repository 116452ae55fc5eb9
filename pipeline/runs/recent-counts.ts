import { countRecords, sumVerification } from './balance.ts';
import { askedRecently } from './recently.ts';

/** In a panel a person sees no difference; ten that open at once cost one count. */
const PANEL_MS = 2_000;
/** Whoever follows a run through the API, however many they are, costs PostgreSQL one part in so many. */
const TIMES_AS_LONG = 20;
const MOST_MS = 10_000;

const asLongAsItCost = (tookMs: number) => Math.min(MOST_MS, tookMs * TIMES_AS_LONG);

/** Where the records of an active run stand, at most two seconds old. */
export const recentCounts = askedRecently(
  (db, run) => countRecords(db.sql, run.workspaceId, run.id),
  () => PANEL_MS,
);

/**
 * What the API says of an active run: exact where the ledger is small, and with 100,000 records, which take a tenth of a
 * second to count and half a second to add up, some seconds old.
 */
export const followedCounts = askedRecently(
  (db, run) => countRecords(db.sql, run.workspaceId, run.id),
  asLongAsItCost,
);

export const followedVerification = askedRecently(
  (db, run) => sumVerification(db.sql, run.workspaceId, run.id),
  asLongAsItCost,
);
