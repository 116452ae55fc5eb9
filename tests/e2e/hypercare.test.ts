import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CutoverDocument, HypercareDay } from '../../pipeline/cutover/documents.ts';
import type { FindingDocument } from '../../pipeline/reconcile/findings.ts';
import type { RunDocument } from '../../pipeline/runs/run-document.ts';
import { faultRule } from '../../simulators/infraon/faults.ts';
import type { Conversation } from '../../simulators/intercom/records.ts';
import { generateDesk } from '../../simulators/seed/generate.ts';
import { letPass } from '../support/days.ts';
import { conversationsOf, expectGoodRun } from '../support/fidelity.ts';
import { openStage, OWNER_ID, type Stage } from '../support/stage.ts';
import {
  control,
  finished,
  fullRun,
  installed,
  isWrite,
  rejections,
  requestsSince,
  sampled,
  start,
  type Tenant,
} from '../support/tenant.ts';

const DAYS = 7;
const MOST_OF_AN_OBJECT = 50;

/** The seven days after a sign-off, one after the other, with real processes on a clock that is moved. */
describe('hypercare', () => {
  const desk = generateDesk({ seed: 7, incidents: 12 });
  let stage: Stage;
  let tenant: Tenant;
  let sql: postgres.Sql;
  /** Sequence number of Intercom's last request before the sign-off. */
  let signedAt: number;

  beforeAll(async () => {
    stage = await openStage({ desk });
    sql = postgres(stage.databaseUrl, { max: 1, onnotice: () => undefined });
    tenant = await installed(stage);
    await sampled(stage, tenant);
    expectGoodRun(await fullRun(tenant));
  });
  afterAll(async () => {
    await sql?.end();
    await stage?.close();
  });

  const board = () => tenant.admin.get<CutoverDocument>('/cutover');
  const confirm = (id: string) => tenant.admin.post(`/cutover/${id}/confirm`, { note: 'Seen.' });

  async function signOff(): Promise<void> {
    for (const { id } of await rejections(tenant))
      await tenant.admin.post(`/rejections/${id}/resolve`, { action: 'waive', note: 'Not needed.' });
    await confirm('infraon_read_only');
    await finished(tenant, await start(tenant, { kind: 'delta' }));
    await tenant.admin.post('/cutover/freeze-check');
    await expect.poll(async () => (await board()).freeze.last_look_at, { timeout: 90_000 }).not.toBeNull();
    await letPass(sql, '5 minutes');
    await expect.poll(async () => (await board()).freeze.next_look_at, { timeout: 90_000 }).toBeNull();
    for (const { id, state } of (await board()).items) if (state === 'needs_confirmation') await confirm(id);
    await tenant.admin.raw('GET', '/handoff.zip');
    signedAt = stage.intercom.state.recorder.lastSeq();
    await tenant.admin.post('/sign-off', { note: 'Everything arrived.' });
  }

  const days = async () => (await board()).hypercare?.days ?? [];

  /** The next day, until its check and what it started are through. */
  async function checked(day: number): Promise<HypercareDay> {
    await expect
      .poll(async () => (await days())[day - 1]?.state, { timeout: 180_000, message: `day ${day}` })
      .toMatch(/clean|attention/);
    const found = (await days())[day - 1]!;
    await finished(tenant, found.run_id ?? '');
    return (await days())[day - 1]!;
  }

  async function nextDay(day: number): Promise<HypercareDay> {
    await letPass(sql, '1 day');
    return checked(day);
  }

  async function verifications(): Promise<RunDocument[]> {
    const { items } = await tenant.admin.get<{ items: RunDocument[] }>('/runs?limit=100');
    return items.filter(({ kind }) => kind === 'verify').reverse();
  }

  async function findings(day: HypercareDay): Promise<FindingDocument[]> {
    const { items } = await tenant.admin.get<{ items: FindingDocument[] }>(
      `/findings?run=${day.run_id}&limit=200`,
    );
    return items.filter((each) => each.class !== 'lossy_by_design');
  }

  const jobs = () => sql`select 1 from graphile_worker.jobs where task_identifier = 'hypercare_check'`;

  const edit = (body: Record<string, unknown>) =>
    control(stage, 'POST', 'edit', { workspace_id: tenant.workspaceId, admin_id: OWNER_ID, ...body });

  it('is planned for seven days by the sign-off', async () => {
    await signOff();
    expect((await days()).map(({ state }) => state)).toEqual(Array(DAYS).fill('due'));
    expect(await jobs()).toHaveLength(DAYS);
    expect(await verifications()).toEqual([]);
  });

  it('reads a part of every object back on the first day', async () => {
    expect(await nextDay(1)).toMatchObject({ state: 'clean' });
    const [run] = await verifications();
    expect(run).toMatchObject({ state: 'completed', balanced: true });
    expect(run!.verification.checked).toBeGreaterThan(100);
    for (const { discovered } of Object.values(run!.objects))
      expect(discovered).toBeLessThanOrEqual(MOST_OF_AN_OBJECT);
    expect(await jobs()).toHaveLength(DAYS - 1);
  });

  it('names what a person changed in Intercom, and does not take it for a loss of ours', async () => {
    const [[incident, [conversation]]] = [...conversationsOf(tenant, desk)] as [[string, Conversation[]]];
    await edit({ resource: 'conversation', id: conversation!.id, set: { title: 'Called back' } });
    const day = await nextDay(2);
    expect(day.state).toBe('clean');
    expect(day.detail).toContain('1 changed by people in Intercom, and left as they are.');
    expect(await findings(day)).toMatchObject([
      { class: 'changed_in_intercom', source_id: incident, field: 'title', actual: 'Called back' },
    ]);
    expect(conversation!.title).toBe('Called back');
  });

  it('counts a day once whose worker was killed in the middle of its check', async () => {
    // The desk takes the question whether it changes, and does not answer.
    stage.infraon.state.faults.push(faultRule({ mode: 'hold' }));
    await letPass(sql, '1 day');
    const begun = () => sql`select 1 from hypercare_checks where day = 3 and run_id is not null`;
    await expect.poll(begun, { timeout: 90_000 }).toHaveLength(1);
    await stage.workers.shift()!.kill();
    expect((await days())[2]).toMatchObject({ state: 'due' });
    stage.infraon.state.faults.length = 0;
    stage.startWorker();
    // The queue takes a job whose worker is gone up again after four hours.
    await letPass(sql, '5 hours');
    expect(await checked(3)).toMatchObject({ state: 'clean' });
    expect(await verifications()).toHaveLength(3);
  });

  it('counts a day once whose job is there twice, at the same time or later', async () => {
    const again = () => sql`
      select graphile_worker.add_job('hypercare_check', json_build_object('workspaceId', workspace_id, 'signOffId', sign_off_id, 'day', 4))
      from hypercare_checks where day = 4`;
    await letPass(sql, '1 day');
    await Promise.all([again(), again()]);
    const day = await checked(4);
    expect(day).toMatchObject({ state: 'clean' });
    await again();
    // Those that met the run of the first look again within the hour.
    await letPass(sql, '5 hours');
    await expect.poll(async () => (await jobs()).length, { timeout: 90_000 }).toBe(DAYS - 4);
    expect(await verifications()).toHaveLength(4);
    expect((await days())[3]).toEqual({ ...day, ...atOf((await days())[3]) });
  });

  /** The clock has been moved since. */
  const atOf = (day: HypercareDay | undefined) => ({ due_at: day?.due_at, checked_at: day?.checked_at });

  it('finds what somebody deleted', async () => {
    expect(await nextDay(5)).toMatchObject({ state: 'clean' });
    const [, [incident, [conversation]]] = [...conversationsOf(tenant, desk)] as [
      unknown,
      [string, Conversation[]],
    ];
    await edit({ resource: 'conversation', id: conversation!.id, delete: true });
    const day = await nextDay(6);
    expect(day).toMatchObject({ state: 'attention' });
    expect(day.detail).toMatch(/^1 of \d+ values differ/);
    expect(await findings(day)).toContainEqual(
      expect.objectContaining({ class: 'missing', field: 'record', source_id: incident }),
    );
  });

  it('ends after the seventh day: nothing more is planned, and nothing was written in all this time', async () => {
    expect(await nextDay(7)).toMatchObject({ state: 'attention' });
    expect(await jobs()).toEqual([]);
    await letPass(sql, '1 day');
    await letPass(sql, '1 day');
    expect((await days()).map(({ checked_at }) => checked_at !== null)).toEqual(Array(DAYS).fill(true));
    const runs = await verifications();
    expect(runs.map(({ id }) => id)).toEqual((await days()).map(({ run_id }) => run_id));
    expect(await jobs()).toEqual([]);
    await expect(tenant.admin.post('/sign-off/revoke', { note: 'late' })).rejects.toThrow(/hypercare_over/i);
    const calls = requestsSince(stage, signedAt).filter((each) => each.workspaceId === tenant.workspaceId);
    expect(calls.filter(isWrite)).toEqual([]);
  });
});
