import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { textOf, valueAt } from '../../../../simulators/infraon/json-values.ts';
import { COLUMNS } from '../../../../simulators/seed/event-log-columns.ts';
import type { LogEvent } from '../../../../simulators/seed/event-log-columns.ts';
import { deskFromEventLog } from '../../../../simulators/seed/event-log.ts';

function csv(events: Partial<LogEvent>[]): string {
  const rows = events.map((event) => COLUMNS.map((column) => event[column] ?? '?').join(','));
  return `${COLUMNS.join(',')}\n${rows.join('\n')}\n`;
}

const OPENED = {
  number: 'INC0000001',
  incident_state: 'New',
  caller_id: 'Caller  17',
  opened_at: '29-02-2016 01:16',
  sys_updated_at: '29-02-2016 01:23',
  sys_updated_by: 'Updated by 21',
  priority: '3 - Moderate',
  urgency: '1 - High',
  contact_type: 'Phone',
  category: 'Category 55',
};
const WORKED = {
  ...OPENED,
  incident_state: 'Active',
  assigned_to: 'Resolver 8',
  assignment_group: 'Group 5',
  sys_updated_at: '29-02-2016 01:23',
  problem_id: 'Problem ID  2',
  rfc: 'CHG0000047',
  cmdb_ci: 'cmdb_ci 31',
};
const CLOSED = {
  ...WORKED,
  incident_state: 'Closed',
  problem_id: '?',
  closed_code: 'code 6',
  resolved_by: 'Resolved by 3',
  resolved_at: '01-03-2016 10:00',
  closed_at: '05-03-2016 12:00',
  sys_updated_at: '05-03-2016 12:00',
};

describe('an event log of one incident', () => {
  const desk = deskFromEventLog(
    csv([OPENED, WORKED, CLOSED, { ...OPENED, number: 'INC0000002', caller_id: '?' }]),
  );
  const [incident, other] = desk.incidents;

  it('has its last state, with the words of the log on the scales of Infraon', () => {
    expect(incident!.display_id).toBe('INC0000001');
    expect(valueAt(incident!, 'basic_info.status.name')).toBe('Closed');
    expect(valueAt(incident!, 'basic_info.priority.name')).toBe('Medium');
    expect(valueAt(incident!, 'basic_info.urgency.name')).toBe('High');
    expect(Date.parse(incident!.creation_time)).toBe(Date.UTC(2016, 1, 29, 1, 16));
    expect(Date.parse(textOf(incident!.inci_closure_time))).toBe(Date.UTC(2016, 2, 5, 12, 0));
    expect(valueAt(incident!, 'close_info.closure_code')).toBe('code 6');
  });

  it('has one entry per event in order, saying what changed', () => {
    const entries = desk.threads.filter(({ ref_id }) => ref_id === incident!.incident_id);
    expect(entries.map(({ description }) => description)).toEqual([
      '<p>Opened in state New</p><p>Recorded by Updated by 21</p>',
      '<p>State: New → Active</p><p>Group: unknown → Group 5</p><p>Assignee: unknown → Resolver 8</p><p>Configuration item: unknown → cmdb_ci 31</p><p>Problem: unknown → Problem ID 2</p><p>Change: unknown → CHG0000047</p><p>Recorded by Updated by 21</p>',
      '<p>State: Active → Closed</p><p>Problem: Problem ID 2 → unknown</p><p>Closing code: unknown → code 6</p><p>Recorded by Updated by 21</p>',
    ]);
    expect(entries.map(({ is_private }) => is_private)).toEqual([false, true, true]);
    const stamps = entries.map(({ creation_time }) => creation_time);
    expect(stamps).toEqual(stamps.toSorted());
    expect(new Set(stamps).size).toBe(3);
  });

  it('makes the people and links, once each', () => {
    expect(desk.requesters.map(({ email }) => email)).toEqual(['caller17@callers.example']);
    expect(desk.users.map(({ full_name }) => full_name)).toEqual(['Resolver 8', 'Resolved by 3']);
    expect(desk.teams.map(({ name }) => name)).toEqual(['Group 5']);
    expect(desk.cmdb_profiles.map(({ ci_name }) => ci_name)).toEqual(['cmdb_ci 31']);
    expect(incident!.problem).toEqual({
      problem_id: desk.problems[0]!.problem_id,
      display_id: 'Problem ID 2',
    });
    expect(desk.changes[0]!.reference).toEqual([
      { module_id: 10, ref_id: incident!.incident_id, ref_display_id: 'INC0000001' },
    ]);
  });

  it('leaves unknown what the log does not know', () => {
    expect(other!.requester_id).toBeNull();
    expect(other!.requester).toEqual({});
    expect(other!.close_info).toEqual({});
    expect(JSON.stringify(other!.custom_field_data)).not.toContain('?');
  });
});

const DATA = fileURLToPath(new URL('../../../../../shared/data/incident-event-log.csv', import.meta.url));

describe.skipIf(!existsSync(DATA))('the real event log', () => {
  it('gives 890 incidents and 5,998 events in order', () => {
    const text = readFileSync(DATA, 'utf8');
    const desk = deskFromEventLog(text);
    expect(desk.incidents).toHaveLength(890);
    expect(desk.threads).toHaveLength(5998);
    expect(desk.requesters).toHaveLength(639);
    expect(desk.problems).toHaveLength(22);
    expect(desk.changes).toHaveLength(23);
    const numbers = text
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',')[0]);
    expect(desk.threads.map(({ ref_display_id }) => ref_display_id)).toEqual(numbers);
    const states = new Set(desk.incidents.map((row) => valueAt(row, 'basic_info.status.name')));
    expect(states).toEqual(new Set(['Closed']));
  });
});
