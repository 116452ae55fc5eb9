export interface RecordedRequest {
  seq: number;
  at: number;
  method: string;
  path: string;
  query: string;
  version: string | null;
  workspaceId: string | null;
  /** `METHOD /path/{template}`, or `METHOD unmatched`. */
  call: string;
  requestBody: string | null;
  status: number;
  responseBody: string | null;
  ms: number;
  fault: string | null;
}

export interface Recorder {
  record: (entry: Omit<RecordedRequest, 'seq'>) => void;
  since: (seq: number, limit: number) => RecordedRequest[];
  lastSeq: () => number;
  calls: () => {
    total: number;
    calls: Record<string, { total: number; statuses: Record<string, number> }>;
    statuses: Record<string, number>;
  };
  clear: () => void;
}

const RESPONSE_BYTES = 4_096;
const REQUEST_CHARACTERS = 65_536;
const RESPONSES_KEPT = 20_000;

/**
 * Ring buffer of the last `capacity` requests. Counters cover every request since the last `clear`, also those that
 * the ring has dropped. Responses are kept for the first 20,000 requests only, and request bodies up to
 * `requestCharacters`, 64 Ki unless told.
 */
export function createRecorder(capacity: number, requestCharacters = REQUEST_CHARACTERS): Recorder {
  let ring: RecordedRequest[] = [];
  let next = 1;
  let counts = new Map<string, { total: number; statuses: Map<number, number> }>();
  let recordedSinceClear = 0;

  return {
    record: (entry) => {
      const seq = next;
      next += 1;
      recordedSinceClear += 1;
      const keepResponse = recordedSinceClear <= RESPONSES_KEPT;
      ring[(seq - 1) % capacity] = {
        ...entry,
        seq,
        requestBody: shorten(entry.requestBody, requestCharacters),
        responseBody: keepResponse ? shorten(entry.responseBody, RESPONSE_BYTES) : null,
      };
      const count = counts.get(entry.call) ?? { total: 0, statuses: new Map<number, number>() };
      count.total += 1;
      count.statuses.set(entry.status, (count.statuses.get(entry.status) ?? 0) + 1);
      counts.set(entry.call, count);
    },
    since: (seq, limit) => {
      const first = Math.max(seq + 1, next - capacity, 1);
      const found: RecordedRequest[] = [];
      for (let current = first; current < next && found.length < limit; current += 1) {
        const entry = ring[(current - 1) % capacity];
        if (entry?.seq === current) found.push(entry);
      }
      return found;
    },
    lastSeq: () => next - 1,
    calls: () => {
      const statuses: Record<string, number> = {};
      const calls: Record<string, { total: number; statuses: Record<string, number> }> = {};
      let total = 0;
      for (const [call, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
        total += count.total;
        calls[call] = { total: count.total, statuses: Object.fromEntries(count.statuses) };
        for (const [status, times] of count.statuses) statuses[status] = (statuses[status] ?? 0) + times;
      }
      return { total, calls, statuses };
    },
    clear: () => {
      ring = [];
      counts = new Map();
      recordedSinceClear = 0;
    },
  };
}

/** Copies, because a slice would keep the whole original string alive. */
function shorten(text: string | null, limit: number): string | null {
  if (text === null || text.length <= limit) return text;
  return Buffer.from(text.slice(0, limit), 'utf8').toString('utf8');
}
