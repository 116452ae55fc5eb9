import { describe, expect, it } from 'vitest';
import type { Desk } from '../../../../simulators/infraon/desk.ts';
import { textOf, valueAt } from '../../../../simulators/infraon/json-values.ts';
import { displayTime, offsetTime, parseTime, zuluTime } from '../../../../simulators/infraon/timestamps.ts';
import { generateDesk } from '../../../../simulators/seed/generate.ts';
import { HARD_CASES } from '../../../../simulators/seed/hard-cases.ts';
import { TEAMMATE_EMAILS } from '../../../../simulators/seed/teammates.ts';

const desk = generateDesk({ seed: 3, incidents: 50, hugeThread: true });

function found(name: string): string[] {
  const ids = desk.hard_cases.find((entry) => entry.name === name)?.ids;
  if (!ids) throw new Error(`no hard case ${name}`);
  return ids;
}

function incident(name: string) {
  return desk.incidents.find(({ incident_id }) => incident_id === found(name)[0])!;
}

function thread(name: string) {
  return desk.threads.filter(({ ref_id }) => ref_id === found(name)[0]);
}

function people(name: string) {
  return found(name).map((id) => desk.requesters.find(({ requester_id }) => requester_id === id)!);
}

describe('a generated desk', () => {
  it('is decided by its seed', () => {
    expect(generateDesk({ seed: 3, incidents: 50, hugeThread: true })).toEqual(desk);
    expect(generateDesk({ seed: 4, incidents: 50, hugeThread: true })).not.toEqual(desk);
  });

  it('has the asked number of incidents and the rest in proportion', () => {
    const large = generateDesk({ seed: 1, incidents: 400 });
    expect(large.incidents).toHaveLength(400);
    expect(large.requesters).toHaveLength(240);
    expect(large.problems).toHaveLength(40);
    expect(large.changes).toHaveLength(48);
    expect(large.releases).toHaveLength(16);
    expect(large.cmdb_profiles).toHaveLength(160 + 200);
    const settled = large.incidents.filter((row) => valueAt(row, 'basic_info.state.id') === 5).length;
    expect(settled / 400).toBeGreaterThan(0.6);
    expect(settled / 400).toBeLessThan(0.85);
  });

  it('uses each id once and reserved domains only', () => {
    const ids = [
      ...desk.incidents.map(({ incident_id }) => incident_id),
      ...desk.threads.map(({ communication_id }) => communication_id),
      ...desk.requesters.map(({ requester_id }) => requester_id),
      ...desk.users.map(({ profile_id }) => profile_id),
      ...desk.cmdb_profiles.map(({ ci_id }) => ci_id),
      ...desk.files.map(({ attachment_id }) => attachment_id),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^\d{21}$/.test(id))).toBe(true);
    const addresses = JSON.stringify(desk).match(/[\w.*-]+@[\w.-]+/g) ?? [];
    expect(addresses.filter((address) => !address.endsWith('.example'))).toEqual([]);
  });

  it('starts its technicians with the teammates', () => {
    const first = desk.users.slice(0, TEAMMATE_EMAILS.length).map(({ email }) => email);
    expect(first).toEqual(TEAMMATE_EMAILS.map(({ email }) => email));
  });

  it('keeps threads in order and inside the past', () => {
    const now = Date.parse(desk.generated_at);
    for (const [index, entry] of desk.threads.entries()) {
      const before = desk.threads[index - 1];
      expect(Date.parse(entry.creation_time)).toBeLessThan(now);
      if (before?.ref_id === entry.ref_id) expect(before.creation_time <= entry.creation_time).toBe(true);
    }
  });

  it('speaks at least eight languages', () => {
    const text = desk.incidents.map((row) => textOf(row.basic_info.summary)).join(' ');
    const large = JSON.stringify(generateDesk({ seed: 1, incidents: 300 }).incidents);
    for (const script of [/[ऀ-ॿ]/, /[ぁ-ん]/, /[؀-ۿ]/, /[一-龥]/, /[äöüß]/, /[ñ¿]/, /[éèà]/, /VPN drops/]) {
      expect(script.test(large), String(script)).toBe(true);
    }
    expect(text).toContain('🖨️');
  });
});

describe('hard cases', () => {
  it('are all there from 50 incidents up', () => {
    expect(desk.hard_cases.map(({ name }) => name).toSorted()).toEqual(
      HARD_CASES.map(({ name }) => name).toSorted(),
    );
    expect(generateDesk({ seed: 3, incidents: 20 }).hard_cases.map(({ name }) => name)).not.toContain(
      'incident_merged',
    );
  });

  it('concern people', () => {
    const [nobody] = people('requester_without_email');
    expect(nobody!.email).toBe('');
    expect(desk.incidents.filter(({ requester_id }) => requester_id === nobody!.requester_id)).toHaveLength(
      2,
    );
    expect(people('requester_masked_email')[0]!.email).toContain('*');
    const [one, two] = people('requesters_same_email');
    expect(one!.email).toBe(two!.email);
    const variants = people('organisation_variants').map(({ organization_name }) => organization_name ?? '');
    expect(new Set(variants).size).toBe(3);
    const normal = variants.map((name) => name.toLowerCase().replaceAll(/\s+/g, ' ').trim());
    expect(new Set(normal).size).toBe(1);
    const user = (name: string) => desk.users.find(({ profile_id }) => profile_id === found(name)[0])!;
    expect(user('technician_without_email').email).toBe('');
    expect(user('technician_inactive').is_active).toBe(false);
    const teammates: string[] = TEAMMATE_EMAILS.map(({ email }) => email);
    expect(teammates).not.toContain(user('technician_not_teammate').email);
  });

  it('concern incidents', () => {
    expect(incident('incident_by_system').created_by_name).toBe('@@@k_system@@@');
    expect(incident('incident_empty_description').basic_info.description).toBe('');
    const twins = thread('incident_same_second_notes').filter(
      ({ description }) => description === '<p>Called, no answer.</p>',
    );
    expect(new Set(twins.map(({ creation_time }) => creation_time.slice(0, 19))).size).toBe(1);
    expect(twins).toHaveLength(2);
    expect(thread('incident_unknown_privacy').some((entry) => !('is_private' in entry))).toBe(true);
    const ci = incident('incident_dangling_ci').impacted_asset as { ci_id: string }[];
    expect(desk.cmdb_profiles.some(({ ci_id }) => ci_id === ci[0]!.ci_id)).toBe(false);
    const missing = incident('incident_requester_missing').requester_id;
    expect(desk.requesters.some(({ requester_id }) => requester_id === missing)).toBe(false);
    expect(textOf(incident('incident_long_subject').basic_info.summary).length).toBeGreaterThan(400);
    expect(thread('incident_long_thread')).toHaveLength(60);
    expect(thread('incident_huge_thread').length).toBeGreaterThan(500);
    expect(valueAt(incident('incident_reopened'), 'basic_info.state.id')).toBe(2);
    expect(incident('incident_merged').is_merge_incident).toBe(true);
    expect(incident('incident_archived').is_archive).toBe(true);
    expect(incident('incident_deleted').is_deleted).toBe(true);
    expect(incident('incident_demo').is_demo_data).toBe(true);
    expect(incident('incident_unset_choices').basic_info.priority).toEqual({});
    expect(Object.keys(incident('incident_all_custom_fields').custom_field_data as object)).toHaveLength(5);
    expect(found('incident_dropdown_values')).toHaveLength(6);
  });
});

describe('timestamps', () => {
  it('are the same instant in all three forms', () => {
    const at = Date.UTC(2025, 0, 21, 2, 25);
    expect(displayTime(at)).toBe('Jan 21, 2025 07:55 AM');
    expect(offsetTime(at, 7)).toBe('2025-01-21T07:55:00.000007+05:30');
    for (const text of [displayTime(at), offsetTime(at), zuluTime(at)]) expect(parseTime(text)).toBe(at);
    expect(parseTime(displayTime(Date.UTC(2025, 0, 20, 18, 30)))).toBe(Date.UTC(2025, 0, 20, 18, 30));
  });
});

it('a desk is plain JSON', () => {
  expect(JSON.parse(JSON.stringify(desk)) as Desk).toEqual(desk);
});
