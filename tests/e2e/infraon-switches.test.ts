import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SourceDocument } from '../../pipeline/source/source.ts';
import { DEFAULT_CREDENTIALS } from '../../simulators/infraon/server.ts';
import { forgetIndexes } from '../../simulators/infraon/state.ts';
import { CHOICES, defaultSwitches, patchSwitches, type Switches } from '../../simulators/infraon/switches.ts';
import { generateDesk } from '../../simulators/seed/generate.ts';
import { conversationsOf, expectGoodRun } from '../support/fidelity.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { fullRun, installed, sampled } from '../support/tenant.ts';

/** Values with which nothing can be loaded, or not everything: each has a test of its own below. */
const CRIPPLING: Partial<Record<keyof typeof CHOICES, readonly string[]>> = {
  cursor: ['neither'],
  thread_selector: ['none'],
  child_selector: ['none'],
  personal_data: ['masked_only'],
  media: ['missing'],
  kb_categories: ['empty'],
};

/** In as many tenants as it takes, every value of every choice; which of them meet is of no importance. */
function tenants(): Partial<Switches>[] {
  const usable = Object.entries(CHOICES).map(([name, words]) => {
    const crippling = CRIPPLING[name as keyof typeof CHOICES] ?? [];
    return [name, (words as readonly string[]).filter((word) => !crippling.includes(word))] as const;
  });
  // The many ways to ask for a thread are proven one by one in the connector's own tests.
  const count = Math.max(
    ...usable.filter(([name]) => !name.endsWith('_selector')).map(([, words]) => words.length),
  );
  return Array.from({ length: count }, (_, index) =>
    Object.fromEntries(usable.map(([name, words]) => [name, words[index % words.length]])),
  );
}

describe('an Infraon of another make', () => {
  const desk = generateDesk({ seed: 41, incidents: 6 });
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage({ desk });
  });

  afterAll(async () => stage?.close());

  function become(patch: Partial<Switches>): void {
    stage.infraon.state.switches = patchSwitches(defaultSwitches(), patch);
    forgetIndexes(stage.infraon.state);
  }

  beforeEach(() => become({}));

  it.each([
    ...tenants().map((switches, index) => [`tenant ${index + 1}`, switches] as const),
    [
      'numbers for ids, small pages and an impatient token',
      { ids_as_numbers: true, max_page_limit: 5, token_expires_after_calls: 400 },
    ],
    [
      'a clock that is wrong and rows that move while they are read',
      { clock_skew_ms: 3_600_000, rows_shift: true, bump_update_on_note: false },
    ],
    [
      'deleted rows and people in its lists',
      { list_deleted: true, people_as_cis: true, kb_list_inactive: true },
    ],
  ] satisfies (readonly [string, Partial<Switches>])[])(
    '%s is moved and balances',
    async (_name, switches) => {
      become(switches);
      const tenant = await installed(stage, stage.addWorkspace());
      await sampled(stage, tenant);
      const run = await fullRun(tenant);
      expectGoodRun(run);
      const found = [...conversationsOf(tenant, desk).values()];
      expect(found.every((conversations) => conversations.length === 1)).toBe(true);
      expect(found.length).toBe(tenant.workspace.conversations.size);
      expect(found.length).toBeGreaterThan(0);
    },
  );

  async function connect(
    switches: Partial<Switches>,
  ): Promise<{ status: number; code: string; weak: string[] }> {
    become(switches);
    const tenant = await installed(stage, stage.addWorkspace());
    const { username, password } = DEFAULT_CREDENTIALS;
    const { status, text } = await tenant.admin.raw('PUT', '/source', {
      base_url: stage.infraon.url,
      auth: { strategy: 'password', username, password },
    });
    const body = JSON.parse(text) as { error?: { code: string } } & Partial<
      Extract<SourceDocument, { state: 'connected' }>
    >;
    const weak = (body.capabilities ?? []).filter((each) => !each.ok).map((each) => each.id);
    return { status, code: body.error?.code ?? '', weak };
  }

  it.each([
    ['a login that is blocked', { password_login: false }],
    ['a login without a token', { login_without_token: true }],
  ] satisfies [string, Partial<Switches>][])('%s is refused with its code', async (_name, switches) => {
    const answer = await connect(switches);
    expect(answer.status).toBe(422);
    expect(answer.code).toMatch(/^source_(unauthorized|not_infraon)$/);
  });

  it.each([
    ['lists that never turn the page', { cursor: 'neither' }],
    ['threads that cannot be asked for', { thread_selector: 'none' }],
    ['files that are gone', { media: 'missing' }],
    ['people whose data is masked', { personal_data: 'masked_only' }],
    ['paths that are denied', { denied_paths: ['/ux/sd/inci/'] }],
  ] satisfies [string, Partial<Switches>][])('%s are named when connecting', async (_name, switches) => {
    const plain = await connect({});
    const answer = await connect(switches);
    const named = answer.code !== '' || answer.weak.some((id) => !plain.weak.includes(id));
    expect({ ...answer, named }).toMatchObject({ named: true });
  });
});
