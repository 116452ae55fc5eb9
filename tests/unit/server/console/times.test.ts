import { expect, it } from 'vitest';
import { withTimesOf } from '../../../../server/console/times.ts';

it('says every instant of a document in the zone of the workspace', () => {
  const document = {
    id: '2026',
    detail: 'Ended on 2026-07-01T23:30:00.123Z; nothing is open.',
    days: [{ due_at: '2026-12-01T11:15:16Z', count: 3, run_id: null }],
  };
  expect(withTimesOf('Europe/Berlin', document)).toEqual({
    id: '2026',
    detail: 'Ended on Jul 2, 2026 at 1:30AM; nothing is open.',
    days: [{ due_at: 'Dec 1, 2026 at 12:15PM', count: 3, run_id: null }],
  });
});
