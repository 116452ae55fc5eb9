/**
 * What is not visible yet is looked at again after these shares of `search_lag_seconds` (at its default, the 30, 60,
 * 120 and 300 seconds of the Intercom API reference, section 12); what is still not there then is missing.
 */
const LOOK_AGAIN_LAGS = [0.5, 1, 2, 5];

/** How long to wait before the next look, after so many; null when it was the last. */
export function lookAgainMs(looksBefore: number, searchLagSeconds: number): number | null {
  const lags = LOOK_AGAIN_LAGS[looksBefore];
  return lags === undefined ? null : lags * searchLagSeconds * 1000;
}
