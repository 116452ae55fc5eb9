import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REASON_CODES } from '../../objects/mapping.ts';
import type { RejectionDocument } from '../../pipeline/reconcile/rejection-document.ts';
import type { RecordDocument } from '../../pipeline/records.ts';
import type { RunDocument } from '../../pipeline/runs/run-document.ts';
import type { Conversation } from '../../simulators/intercom/records.ts';
import type { Desk, Incident, Requester } from '../../simulators/infraon/desk.ts';
import { forgetIndexes } from '../../simulators/infraon/state.ts';
import { faultRule } from '../../simulators/infraon/faults.ts';
import { generateDesk } from '../../simulators/seed/generate.ts';
import { untilCalls } from '../support/crash.ts';
import { conversationsOf, markerOf } from '../support/fidelity.ts';
import { grow } from '../support/grow.ts';
import { idOf, labelsOf, panelClient, textOf, type PanelClient } from '../support/panel.ts';
import { CLIENT, openStage, OWNER_ID, type Stage } from '../support/stage.ts';
import {
  control,
  declareTypes,
  finished,
  fullRun,
  installed,
  otherApp,
  rejections,
  sampled,
  setFaults,
  start,
  type Tenant,
} from '../support/tenant.ts';

/** A desk with every hard case and few other records. */
function troubledDesk(): Desk {
  const desk = generateDesk({ seed: 41, incidents: 50 });
  const idsOf = (name: string) => desk.hard_cases.find((each) => each.name === name)?.ids ?? [];
  const people = new Set(['requester_without_email', 'requester_masked_email'].flatMap(idsOf));
  const tickets = new Set(
    ['incident_requester_missing', 'incident_oversize_attachment', 'incident_unreachable_attachment'].flatMap(
      idsOf,
    ),
  );
  const kept = desk.incidents.filter(
    (each) => tickets.has(each.incident_id) || people.has(each.requester_id ?? ''),
  );
  const long = new Set(['incident_long_thread', 'incident_many_attachments'].flatMap(idsOf));
  const others = desk.incidents.filter(
    (each) => !kept.includes(each) && !long.has(each.incident_id) && each.requester_id !== null,
  );
  desk.incidents = [...others.slice(0, 8), ...kept];
  return desk;
}

/** Of these the record moves all the same, and says so in a warning: docs/runbook.md, "records `rejected`". */
const WARNINGS = ['invalid_phone', 'attachment_too_large', 'attachment_unavailable', 'article_restricted'];

/** Said of a link, never of a record: it needs a hub with more links than a setting allows (tests/contract/links/hub.test.ts). */
const OF_LINKS = ['too_many_links'];

/** Codes that set a record aside in the full run below. */
const REJECTED = [
  'missing_email',
  'masked_email',
  'duplicate_email',
  'contact_conflict',
  'parent_rejected',
  'parent_missing',
  'required_value_missing',
  'value_not_allowed',
  'attribute_missing',
  'created_at_refused',
  'article_without_author',
  'object_type_missing',
  'edited_in_intercom',
  'deleted_in_intercom',
  'unknown_outcome',
  'destination_rejected',
  'source_unreadable',
];

function setEmail(person: Requester, email: string): void {
  Object.assign(person, { email, unmasked_email: email, contact: email });
}

describe('rejected records', () => {
  const desk = troubledDesk();
  const idsOf = (name: string) => desk.hard_cases.find((each) => each.name === name)?.ids ?? [];
  let stage: Stage;
  let tenant: Tenant;
  let full: RunDocument;

  beforeAll(async () => {
    stage = await openStage({ desk });
    tenant = await installed(stage);
    await sampled(stage, tenant);
  });

  afterAll(async () => stage?.close());

  /** A person whose contact was deleted for good a moment ago: its external id is locked. */
  async function lockExternalId(externalId: string): Promise<void> {
    const call = await otherApp(stage, tenant);
    const made = await call('POST', '/contacts', { external_id: externalId });
    await call('DELETE', `/contacts/${made['id']}`);
  }

  /** Somebody wrote to the same person about the same number, so that a lost answer can be read both ways. */
  async function leaveInDoubt(incident: Incident): Promise<void> {
    const [[like]] = conversationsOf(tenant, desk).values() as Iterable<Conversation[]> as [Conversation[]];
    const call = await otherApp(stage, tenant);
    const { externalId } = tenant.workspace.contacts.get(like!.authorContactId)!;
    Object.assign(incident, { requester_id: externalId });
    await call('POST', '/conversations', {
      from: { type: 'user', id: like!.authorContactId },
      body: `${markerOf(incident)} is what I mean`,
    });
  }

  /** A title that is another on both sides since it was loaded. */
  async function editBothSides(words: string): Promise<void> {
    const [[id, [conversation]]] = [...conversationsOf(tenant, desk)] as [[string, Conversation[]]];
    const set = { resource: 'conversation', id: conversation!.id, set: { title: `${words} in Intercom` } };
    await control(stage, 'POST', 'edit', { workspace_id: tenant.workspaceId, ...set });
    const incident = desk.incidents.find((each) => each.incident_id === id)!;
    Object.assign(incident.basic_info, { summary: `${words} in Infraon` });
  }

  it('are every code that the product has', () => {
    expect([...REJECTED, ...WARNINGS, ...OF_LINKS].sort()).toEqual([...REASON_CODES].sort());
  });

  /** A full load in which everything goes wrong that can, once each. `words` are new on the desk, which keeps them. */
  async function loadInTrouble(words: string): Promise<RunDocument> {
    const { requesters, incidents } = grow(stage, 5);
    const [misspelt, locked] = requesters;
    setEmail(misspelt!, 'ask at reception');
    await lockExternalId(locked!.requester_id);
    const [, , untitled, unreadable, doubtful] = incidents;
    Object.assign(untitled!.basic_info, { summary: '' });
    await editBothSides(words);
    await leaveInDoubt(doubtful!);
    stage.infraon.state.faults.push(
      faultRule({ path: `/ux/sd/inci/incident/${unreadable!.incident_id}/`, mode: 'status', status: 404 }),
    );
    // Somebody who came with the sample is deleted in Intercom and changed on the desk.
    const [gone] = [...tenant.workspace.contacts.values()].filter((each) =>
      desk.users.some((user) => user.profile_id === each.externalId),
    );
    expect(gone).toBeDefined();
    await control(stage, 'POST', 'edit', {
      workspace_id: tenant.workspaceId,
      resource: 'contact',
      id: gone!.id,
      delete: true,
    });
    const user = desk.users.find((each) => each.profile_id === gone!.externalId)!;
    Object.assign(user, { full_name: words, unmasked_full_name: words });
    forgetIndexes(stage.infraon.state);

    const since = stage.intercom.state.recorder.lastSeq();
    const invalid = { mode: 'status', status: 400, code: 'parameter_invalid', times: 1 } as const;
    setFaults(stage, [
      { method: 'POST', path: '/companies', mode: 'status', status: 422, times: 1 },
      { method: 'POST', path: '/articles', ...invalid, field: 'author_id' },
      { method: 'POST', path: '/conversations', ...invalid, field: 'created_at' },
      { method: 'POST', path: '/contacts', mode: 'delay', ms: 100 },
      { method: 'POST', path: '/conversations', mode: 'drop_before', times: desk.incidents.length },
    ]);
    const runId = await start(tenant, { kind: 'full' });
    await untilCalls(stage, tenant, since, 'POST /contacts', 1);
    // While the run goes on somebody tidies up in Settings.
    const attribute = [...tenant.workspace.conversationAttributes.values()].find(
      (each) => each.name === 'Infraon priority',
    )!;
    attribute.archived = true;
    await control(stage, 'DELETE', `object-types/InfraonRelease?workspace_id=${tenant.workspaceId}`);
    const run = await finished(tenant, runId);
    stage.intercom.state.faults.clear();
    attribute.archived = false;
    return run;
  }

  /** What made the trouble is repaired, by those who can. */
  async function removeCauses(): Promise<void> {
    stage.infraon.state.faults.length = 0;
    tenant.workspace.lockedExternalIds.clear();
    const sheet = await tenant.admin.get<{ types: Parameters<typeof declareTypes>[2] }>('/object-types');
    await declareTypes(stage, tenant, sheet.types);
  }

  it('are set aside with their codes, each with words that say what happened and what to do', async () => {
    full = await loadInTrouble('Other words');
    expect(full.balanced).toBe(true);
    const aside = await rejections(tenant);
    expect([...new Set(aside.map((each) => each.code))].sort()).toEqual([...REJECTED].sort());
    for (const each of aside) {
      expect(each.message, each.code).toMatch(/^[A-Z].{15,}/s);
      expect(each.suggestion, each.code).toMatch(/^[A-Z].{10,}/s);
    }
  });

  async function warningsOf(): Promise<string[]> {
    const files = ['incident_oversize_attachment', 'incident_unreachable_attachment'].flatMap(idsOf);
    const records = [
      ...idsOf('requester_invalid_phone').map((id) => `/records/requester/${id}`),
      ...idsOf('article_restricted').map((id) => `/records/article/${id}`),
      ...files.map((id) => `/records/incident/${id}`),
    ];
    const codes = new Set<string>();
    for (const path of records) {
      const record = await tenant.admin.get<RecordDocument>(path);
      expect({ path, state: record.state }).not.toMatchObject({ state: 'rejected' });
      for (const warning of record.warnings) codes.add(warning.code);
    }
    return [...codes];
  }

  function resolve(rejection: RejectionDocument, body: Record<string, unknown>): Promise<unknown> {
    return tenant.admin.post(`/rejections/${rejection.id}/resolve`, body);
  }

  const byCode = (all: RejectionDocument[], code: string) => all.filter((each) => each.code === code);

  it('are driven to zero through the API by a script', async () => {
    const aside = await rejections(tenant);
    // First, or a record that is corrected meets a cause that is still there, and is set aside with another code.
    await removeCauses();
    // A value of one record is corrected.
    for (const [index, each] of [
      ...byCode(aside, 'missing_email'),
      ...byCode(aside, 'masked_email'),
      ...byCode(aside, 'duplicate_email'),
      ...byCode(aside, 'value_not_allowed'),
    ].entries()) {
      expect(each.field).toBe('email');
      await resolve(each, { action: 'edit', values: { email: `supplied.${index}@northwind.example` } });
    }
    for (const each of byCode(aside, 'required_value_missing'))
      await resolve(each, { action: 'edit', values: { [each.field ?? '']: 'A subject, at last' } });
    const someone = desk.requesters[5]!.requester_id;
    for (const each of byCode(aside, 'parent_missing'))
      await resolve(each, { action: 'edit', values: { [each.field ?? '']: someone } });
    // What only a person can know: whose words stay, and that the call in doubt made nothing.
    for (const each of byCode(aside, 'edited_in_intercom'))
      await resolve(each, { action: 'retry', take: 'infraon' });
    for (const each of byCode(aside, 'unknown_outcome'))
      await resolve(each, { action: 'edit', values: { [each.field ?? '']: 'none' } });
    // Of a cause that was removed, all that share it are tried again at once.
    for (const code of [
      'contact_conflict',
      'attribute_missing',
      'created_at_refused',
      'article_without_author',
      'object_type_missing',
      'destination_rejected',
      'source_unreadable',
    ]) {
      const { affected } = await tenant.admin.post<{ affected: number }>('/rejections/resolve', {
        code,
        action: 'retry',
      });
      expect({ code, affected }).toEqual({ code, affected: byCode(aside, code).length });
    }
    // What a person decided in Intercom stays.
    await tenant.admin.post('/rejections/resolve', {
      code: 'deleted_in_intercom',
      action: 'waive',
      note: 'Left the company.',
    });
    full = await finished(tenant, full.id);
    expect(await rejections(tenant)).toEqual([]);
    expect(full.balanced).toBe(true);
    const waived = Object.values(full.objects).reduce((sum, each) => sum + each.waived, 0);
    expect(waived).toBe(byCode(aside, 'deleted_in_intercom').length);
    // Of some codes a record moves all the same.
    expect(await warningsOf()).toEqual(expect.arrayContaining(WARNINGS));
    // Those that waited for a person followed by themselves.
    for (const each of byCode(aside, 'parent_rejected')) {
      const record = await tenant.admin.get<RecordDocument>(`/records/incident/${each.source_id}`);
      expect(record.destination?.resource).toBe('conversations');
    }
  });

  it('stay settled in the next run: what was supplied is kept apart from the desk', async () => {
    const again = await fullRun(tenant);
    expect((await rejections(tenant)).filter((each) => each.code !== 'deleted_in_intercom')).toEqual([]);
    expect(again.balanced).toBe(true);
  });

  it('are driven to zero with the buttons of the panel', async () => {
    tenant = await installed(stage, stage.addWorkspace());
    await sampled(stage, tenant);
    full = await loadInTrouble('Words of the second customer');
    const codes = [...new Set((await rejections(tenant)).map((each) => each.code))].sort();
    expect(codes).toEqual([...REJECTED].sort());
    await removeCauses();

    const panel = panelClient(
      { app: stage.appUrl },
      {
        workspaceId: tenant.workspaceId,
        adminId: OWNER_ID,
        conversationId: '1',
        secret: CLIENT.secret,
      },
    );
    const pressed = new Set<string>();
    const told: string[] = [];
    for (let round = 0; ; round += 1) {
      expect(round, told.join('\n')).toBeLessThan(40);
      await finished(tenant, full.id);
      const [next] = await rejections(tenant);
      if (next === undefined) break;
      const label = await settle(panel, next, round);
      pressed.add(label);
      told.push(`${label}: ${next.object} ${next.source_id} ${next.code}: ${next.message}`);
    }
    expect([...pressed].sort()).toEqual(['Retry', 'Retry all', 'Save and retry', 'Waive']);
    await panel.initialize();
    full = await finished(tenant, full.id);
    expect(full.balanced).toBe(true);
  });

  /** Opens the first record of the list and presses the button that a person would; answers its label. */
  async function settle(panel: PanelClient, next: RejectionDocument, round: number): Promise<string> {
    const first = await panel.initialize();
    const list = await panel.submit(idOf(first, 'Rejected records'));
    const name = next.name ?? next.display_id ?? next.source_id;
    const items = list.content.components.flatMap((each) => (each.type === 'list' ? each.items : []));
    const canvas = await panel.submit(items.find((item) => item.title.includes(name))!.id);
    expect(textOf(canvas)).toContain(next.code);
    expect(textOf(canvas)).toContain(next.suggestion);
    const all = labelsOf(canvas).find((label) => label.startsWith('Retry all'));
    const value = VALUES[next.code]?.(round);
    const label =
      next.code === 'deleted_in_intercom'
        ? 'Waive'
        : value !== undefined
          ? 'Save and retry'
          : (all ?? 'Retry');
    const inputs = label === 'Waive' ? { note: 'Left the company.' } : value === undefined ? {} : { value };
    const after = await panel.submit(idOf(canvas, label), { inputs });
    expect(textOf(after)).toContain('✅');
    return label.replace(/ all.*/, ' all');
  }

  const address = (round: number) => `panel.${round}@northwind.example`;
  const VALUES: Record<string, (round: number) => string> = {
    missing_email: address,
    masked_email: address,
    duplicate_email: address,
    value_not_allowed: address,
    required_value_missing: () => 'A subject, at last',
    parent_missing: () => desk.requesters[5]!.requester_id,
    edited_in_intercom: () => 'Words that both agreed on',
    unknown_outcome: () => 'none',
  };
});
