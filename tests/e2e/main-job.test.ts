import { setImmediate as immediately } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FindingDocument } from '../../pipeline/reconcile/findings.ts';
import type { RejectionDocument } from '../../pipeline/reconcile/rejection-document.ts';
import type { RunDocument } from '../../pipeline/runs/run-document.ts';
import { generateDesk } from '../../simulators/seed/generate.ts';
import type { Desk } from '../../simulators/infraon/desk.ts';
import { loadOpenapiChecker } from '../contract/openapi/checker.ts';
import {
  conversationsOf,
  expectFaithful,
  expectGoodRun,
  expectNothingToDo,
  writtenParts,
} from '../support/fidelity.ts';
import { openStage, type Stage } from '../support/stage.ts';
import {
  finished,
  fullRun,
  installed,
  planned,
  rejections,
  requestsSince,
  start,
  type Tenant,
} from '../support/tenant.ts';

/**
 * The whole journey through the JSON API alone: two real processes, real PostgreSQL, both simulators, and a desk with
 * every hard case. The database is not touched.
 */
describe('the main job', () => {
  const desk: Desk = generateDesk({ seed: 3, incidents: 60 });
  let stage: Stage;
  let tenant: Tenant;
  let sample: RunDocument;
  let full: RunDocument;
  let rejected: RejectionDocument[];

  beforeAll(async () => {
    stage = await openStage({ desk });
    tenant = await installed(stage);
    await planned(stage, tenant);
    sample = await finished(tenant, await start(tenant, { kind: 'sample' }));
    await tenant.admin.post(`/runs/${sample.id}/approve`);
    full = await fullRun(tenant);
    rejected = await rejections(tenant);
  });

  afterAll(async () => stage?.close());

  function idsOf(hardCase: string): string[] {
    const ids = desk.hard_cases.find(({ name }) => name === hardCase)?.ids;
    if (ids === undefined) throw new Error(`the desk has no hard case ${hardCase}`);
    return ids;
  }

  function rejectionOf(object: string, sourceId: string): RejectionDocument | undefined {
    return rejected.find((each) => each.object === object && each.source_id === sourceId);
  }

  it('loads a sample that balances and reads back as it was sent', () => {
    expectGoodRun(sample);
    expect(sample.verification.checked).toBeGreaterThan(500);
  });

  it('loads everything, balances against the counts of the source, and leaves no difference unexplained', async () => {
    expectGoodRun(full);
    for (const [object, { at_start }] of Object.entries(full.source_counts))
      if (at_start !== null) expect(full.objects[object]?.discovered).toBeGreaterThan(0);
    const { items } = await tenant.admin.get<{ items: FindingDocument[] }>(
      `/findings?run=${full.id}&limit=200`,
    );
    expect(items.filter((finding) => finding.class !== 'lossy_by_design')).toEqual([]);
  });

  it('keeps every thread whole, in order, at its own seconds, and finds each incident by its marker', () => {
    expectFaithful(tenant, desk, full);
    const conversations = conversationsOf(tenant, desk);
    const [twins = ''] = idsOf('incident_same_second_notes');
    const written = writtenParts(conversations.get(twins)![0]!).filter((part) =>
      part.body?.includes('Called, no answer.'),
    );
    expect(written).toHaveLength(2);
    const [guarded = ''] = idsOf('incident_unknown_privacy');
    const careful = writtenParts(conversations.get(guarded)![0]!).find((part) =>
      part.body?.includes('handle with care'),
    );
    expect(careful?.partType).toBe('note');
  });

  it('disturbs nobody', () => {
    expect(stage.intercom.state.mails.all()).toEqual([]);
  });

  it('sets hard cases aside with their reasons, and lets what depends on them wait', () => {
    const [nobody = ''] = idsOf('requester_without_email');
    const [masked = ''] = idsOf('requester_masked_email');
    const [first = '', second = ''] = idsOf('requesters_same_email');
    const [silent = ''] = idsOf('technician_without_email');
    const [orphan = ''] = idsOf('incident_requester_missing');
    expect(rejectionOf('requester', nobody)?.code).toBe('missing_email');
    expect(rejectionOf('requester', masked)).toMatchObject({ code: 'masked_email' });
    const twins = [rejectionOf('requester', first), rejectionOf('requester', second)].filter(Boolean);
    expect(twins.map((each) => each?.code)).toEqual(['duplicate_email']);
    expect(rejectionOf('technician', silent)?.code).toBe('missing_email');
    expect(rejectionOf('incident', orphan)?.code).toBe('parent_missing');
    const theirs = desk.incidents.filter(
      (incident) =>
        incident.requester_id === nobody &&
        incident['is_deleted'] !== true &&
        incident['is_demo_data'] !== true,
    );
    expect(theirs.length).toBeGreaterThan(0);
    for (const incident of theirs)
      expect(rejectionOf('incident', incident.incident_id)).toMatchObject({
        code: 'parent_rejected',
        waits_for: `requester:${nobody}`,
      });
    expect([...tenant.workspace.contacts.values()].filter((each) => each.email?.includes('*'))).toEqual([]);
  });

  it('keeps a phone that is none as text, and loads its owner', () => {
    const [owner = ''] = idsOf('requester_invalid_phone');
    expect(rejectionOf('requester', owner)).toBeUndefined();
    const contact = [...tenant.workspace.contacts.values()].find((each) => each.externalId?.includes(owner));
    expect(contact?.phone).toBeNull();
    expect(JSON.stringify(contact?.customAttributes)).toContain('12-ext-7');
  });

  it('sends Intercom nothing but what its own description allows', async () => {
    const checker = loadOpenapiChecker();
    if (checker === null) {
      console.log(
        'The OpenAPI description of Intercom is not beside the checkout: requests were not checked against it.',
      );
      return;
    }
    const requests = requestsSince(stage, 0);
    expect(requests.length).toBeGreaterThan(500);
    const problems = new Map<string, number>();
    for (const request of requests) {
      // Connections to the server are kept alive meanwhile.
      await immediately();
      for (const problem of checker.problemsOf(request)) {
        const text = `${request.call}: ${problem}`;
        problems.set(text, (problems.get(text) ?? 0) + 1);
      }
    }
    expect(Object.fromEntries(problems)).toEqual({});
  });

  it('writes nothing when it is run again', async () => {
    const again = await expectNothingToDo(stage, tenant);
    for (const [object, counts] of Object.entries(again.objects)) {
      const before = full.objects[object];
      expect({
        object,
        unchanged: counts.unchanged,
        rejected: counts.rejected,
        waiting: counts.waiting,
      }).toEqual({
        object,
        unchanged:
          (before?.created ?? 0) + (before?.updated ?? 0) + (before?.adopted ?? 0) + (before?.unchanged ?? 0),
        rejected: before?.rejected,
        waiting: before?.waiting,
      });
    }
    expectFaithful(tenant, desk, again);
  });

  it('loads a person who got an address, and the incidents that waited for them follow', async () => {
    const [nobody = ''] = idsOf('requester_without_email');
    const row = (await rejections(tenant)).find((each) => each.source_id === nobody);
    await tenant.admin.post(`/rejections/${row?.id ?? ''}/resolve`, {
      action: 'edit',
      values: { email: 'found.at.last@northwind.example' },
    });
    const runs = await tenant.admin.get<{ items: RunDocument[] }>('/runs');
    await finished(tenant, runs.items[0]!.id);
    expect((await rejections(tenant)).filter((each) => each.waits_for === `requester:${nobody}`)).toEqual([]);
    const contact = [...tenant.workspace.contacts.values()].find(
      (each) => each.email === 'found.at.last@northwind.example',
    );
    const theirs = [...tenant.workspace.conversations.values()].filter(
      (each) => each.authorContactId === contact?.id,
    );
    expect(theirs.length).toBeGreaterThan(0);
  });
});
