import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FindingDocument } from '../../pipeline/reconcile/findings.ts';
import type { RunDocument } from '../../pipeline/runs/run-document.ts';
import type { Article } from '../../simulators/intercom/content/store.ts';
import type { Conversation, Part } from '../../simulators/intercom/records.ts';
import { generateDesk } from '../../simulators/seed/generate.ts';
import { conversationsOf, expectGoodRun, writtenParts } from '../support/fidelity.ts';
import { FALLBACK_ID, openStage, OWNER_ID, type Stage } from '../support/stage.ts';
import {
  control,
  finished,
  fullRun,
  installed,
  otherApp,
  requestsSince,
  sampled,
  start,
  type Tenant,
} from '../support/tenant.ts';

const EACH = 10;
const UNEXPLAINED = ['missing', 'mismatch', 'extra'];
const THEIRS = 'changed_in_intercom';

const KINDS = [
  'field changed',
  'field emptied',
  'field truncated',
  'relation missing',
  'tag lost',
  'file altered',
  'private made public',
  'part missing',
  'author wrong',
  'time off by a second',
  'part doubled',
  'parts swapped',
];

const OBJECT_OF: Record<string, string> = {
  InfraonConfigurationItem: 'configuration_item',
  InfraonAsset: 'asset',
  InfraonProblem: 'problem',
  InfraonChange: 'change',
  InfraonRelease: 'release',
};

/** Kinds of things that are counted as a whole. */
const COUNTED = [
  'companies',
  'contacts',
  ...Object.keys(OBJECT_OF).map((type) => `custom_object_instances/${type}`),
  'articles',
  'conversations',
  'tags',
  'collections',
];

/** A difference as the verifier should report it. */
interface Expected {
  kind: string;
  object: string;
  source_id: string;
  class: string;
  field: string;
}

/** One load, then everything that can go wrong inside Intercom, ten times each, with nobody to be seen doing it. */
describe('the verifier', () => {
  const desk = generateDesk({ seed: 11, incidents: 40 });
  for (const requester of desk.requesters.slice(0, 6)) requester['tags'] = ['vip'];
  let stage: Stage;
  let tenant: Tenant;
  /** `incident id` → second → key of the thread entry. */
  const keys = new Map<string, Map<number, string>>();
  const damages: Expected[] = [];
  let run: RunDocument;

  beforeAll(async () => {
    stage = await openStage({ desk });
    tenant = await installed(stage);
    await sampled(stage, tenant);
  });

  afterAll(async () => stage?.close());

  async function findings(runId: string): Promise<FindingDocument[]> {
    const all: FindingDocument[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: { items: FindingDocument[]; next_cursor: string | null } = await tenant.admin.get(
        `/findings?run=${runId}&limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      all.push(...page.items);
      cursor = page.next_cursor;
    }
    return all.filter((each) => each.class !== 'lossy_by_design' && each.repaired_at === null);
  }

  async function damage(
    kind: string,
    body: Record<string, unknown>,
    expected: Omit<Expected, 'kind'>,
  ): Promise<void> {
    await control(stage, 'POST', 'damage', { workspace_id: tenant.workspaceId, ...body });
    damages.push({ kind, ...expected });
  }

  /** Findings and damages in one form; a file's key is not known to the damage, its name is. */
  function named(each: Omit<Expected, 'kind'>): string {
    const field = each.field.replace(/\.files\..*$/, '.files');
    return `${each.object} ${each.source_id} ${each.class} ${field}`;
  }

  const sources = new Map<string, { object: string; source_id: string }>();

  function recordOf(resource: string, id: string): { object: string; source_id: string } {
    const found = sources.get(`${resource} ${id}`);
    if (found === undefined) throw new Error(`${resource} ${id} is not in the crosswalk`);
    return found;
  }

  async function readLedger(): Promise<void> {
    const sql = postgres(stage.databaseUrl, { max: 1 });
    const known = await sql<{ resource: string; id: string; object: string; source_id: string }[]>`
      select resource, destination_id as id, object, source_id from id_map`;
    for (const { resource, id, ...record } of known) sources.set(`${resource} ${id}`, record);
    const rows = await sql<{ id: string; step: string; at: number }[]>`
      select source_id as id, step, (identity->>'created_at')::int as at from load_journal
      where object = 'incident' and step like 'part:%' and state = 'done'`;
    await sql.end();
    for (const { id, step, at } of rows)
      keys.set(id, (keys.get(id) ?? new Map<number, string>()).set(at, step.slice('part:'.length)));
  }

  it('reports nothing about a load that nothing happened to', async () => {
    const full = await fullRun(tenant);
    expectGoodRun(full);
    expect(await findings(full.id)).toEqual([]);
    expect(full.files).toMatchObject({ by_name_and_size: 0, unread: [] });
    expect(full.files.by_bytes).toBeGreaterThan(EACH);
    expect(
      full.sets
        .filter(({ expected }) => expected > 0)
        .map(({ set }) => set)
        .sort(),
    ).toEqual([...COUNTED].sort());
    await readLedger();
  });

  /** Takes records one by one, so that each is damaged once. */
  function pool<T>(items: Iterable<T>): (fits?: (item: T) => boolean) => T {
    const left = [...items];
    return (fits = () => true) => {
      const index = left.findIndex(fits);
      expect(index, 'a record that is left to be damaged').toBeGreaterThanOrEqual(0);
      return left.splice(index, 1)[0]!;
    };
  }

  const FIELD_DAMAGES = {
    'field changed': { value: () => 'Something else', class: 'mismatch' },
    'field emptied': { value: () => null, class: 'missing' },
    'field truncated': { value: (old: string) => old.slice(0, 5), class: 'mismatch' },
  } as const;

  it('damages fields', async () => {
    const { workspace } = tenant;
    const requesters = new Set(desk.requesters.map((each) => each.requester_id));
    const contact = pool(
      [...workspace.contacts.values()].filter((each) => requesters.has(each.externalId ?? '')),
    );
    const asset = pool(workspace.instances.get('InfraonAsset')!.values());
    const conversation = pool(conversationsOf(tenant, desk));
    const article = pool(workspace.content.articles.values());
    const company = pool(workspace.companies.values());
    const nameOf = (id: number) => workspace.conversationAttributes.get(id)!.name;
    const SERVICE = 'Infraon service';

    for (const [kind, { value, class: kindClass }] of Object.entries(FIELD_DAMAGES)) {
      for (let times = 0; times < 3; times += 1) {
        const person = contact((each) => typeof each.customAttributes['infraon_id'] === 'string');
        await damage(
          kind,
          {
            resource: 'contact',
            id: person.id,
            kind: 'set',
            field: 'infraon_id',
            value: value(person.customAttributes['infraon_id'] as string),
          },
          {
            object: 'requester',
            source_id: person.externalId!,
            class: kindClass,
            field: 'custom_attributes.infraon_id',
          },
        );
        const thing = asset((each) => typeof each.customAttributes['description'] === 'string');
        await damage(
          kind,
          {
            resource: 'custom_object',
            type: thing.type,
            id: thing.id,
            kind: 'set',
            field: 'description',
            value: value(thing.customAttributes['description'] as string),
          },
          {
            object: 'asset',
            source_id: thing.externalId!,
            class: kindClass,
            field: 'custom_attributes.description',
          },
        );
        const [incident, [ticket]] = conversation(([, [each]]) =>
          [...each!.customAttributes].some(([id, text]) => nameOf(id) === SERVICE && String(text).length > 8),
        );
        const [, service] = [...ticket!.customAttributes].find(([id]) => nameOf(id) === SERVICE)!;
        await damage(
          kind,
          {
            resource: 'conversation',
            id: ticket!.id,
            kind: 'set',
            field: SERVICE,
            value: value(String(service)),
          },
          {
            object: 'incident',
            source_id: incident,
            class: kindClass,
            field: `custom_attributes.${SERVICE}`,
          },
        );
      }
      if (kind === 'field truncated') continue;
      const firm = company();
      await damage(
        kind,
        { resource: 'company', id: firm.id, kind: 'set', field: 'name', value: value(firm.name!) },
        {
          object: 'company',
          source_id: firm.companyId.replace('infraon:org:', ''),
          class: kindClass,
          field: 'name',
        },
      );
    }
    const text = article(({ body }) => body.length > 90 && !/<(img|a) /.test(body));
    await damage(
      'field truncated',
      { resource: 'article', id: text.id, kind: 'set', field: 'body', value: text.body.slice(0, 60) },
      {
        object: 'article',
        source_id: recordOf('articles', text.id).source_id,
        class: 'mismatch',
        field: 'body',
      },
    );
  });

  it('damages relations and tags', async () => {
    const { workspace } = tenant;
    const contact = pool(
      [...workspace.contacts.values()].filter((each) => each.companyIds.length > 0).reverse(),
    );
    const linked = pool(
      [...workspace.instances.values()].flatMap((instances) =>
        [...instances.values()].flatMap((each) =>
          Object.entries(each.customAttributes).flatMap(([field, value]) =>
            Array.isArray(value) && value.length > 0 ? [{ each, field, value }] : [],
          ),
        ),
      ),
    );
    const seen = new Set<string>();
    for (let times = 0; times < 4; times += 1) {
      const person = contact();
      await damage(
        'relation missing',
        { resource: 'contact', id: person.id, kind: 'detach', company: person.companyIds[0] },
        { object: 'requester', source_id: person.externalId!, class: 'missing', field: 'companies' },
      );
    }
    for (let times = 0; times < EACH - 4; times += 1) {
      const { each, field, value } = linked((other) => !seen.has(other.each.id));
      seen.add(each.id);
      await damage(
        'relation missing',
        {
          resource: 'custom_object',
          type: each.type,
          id: each.id,
          kind: 'set',
          field,
          value: value.slice(1),
        },
        {
          object: OBJECT_OF[each.type]!,
          source_id: each.externalId!,
          class: 'missing',
          field: `custom_attributes.${field}`,
        },
      );
    }
    const tagged = [
      ...[...workspace.contacts.values()].map((each) => ({ resource: 'contact', each })),
      ...[...workspace.conversations.values()].map((each) => ({ resource: 'conversation', each })),
      ...[...workspace.content.articles.values()].map((each) => ({ resource: 'article', each })),
    ].filter(({ each }) => each.tags.length > 0);
    for (const resource of ['contact', 'conversation', 'article'])
      expect(
        tagged.some((one) => one.resource === resource),
        `a ${resource} with a tag`,
      ).toBe(true);
    const next = pool([
      ...tagged.filter(({ resource }) => resource !== 'conversation'),
      ...tagged.filter(({ resource }) => resource === 'conversation'),
    ]);
    for (let times = 0; times < EACH; times += 1) {
      const { resource, each } = next();
      const { name } = workspace.tags.get(each.tags[0]!.id)!;
      const ours = recordOf(`${resource}s`, each.id);
      await damage(
        'tag lost',
        { resource, id: each.id, kind: 'untag', tag: name },
        { ...ours, class: 'missing', field: `tags.${name}` },
      );
    }
  });

  it('damages threads', async () => {
    const conversations = [...conversationsOf(tenant, desk)].map(([id, [each]]) => ({ id, each: each! }));
    /** Parts of ours that say what no other part of the conversation says, and were not damaged yet. */
    const free = new Map(
      conversations.map(({ id, each }) => {
        const parts = writtenParts(each);
        return [
          id,
          parts.filter((part) => parts.filter(({ body }) => body === part.body).length === 1),
        ] as const;
      }),
    );
    const keyOf = (id: string, part: Part) => keys.get(id)?.get(part.createdAt) ?? 'unknown';

    async function each(
      kind: string,
      fits: (part: Part) => boolean,
      work: (part: Part, conversation: Conversation) => Record<string, unknown>,
      expected: (key: string, part: Part) => { class: string; field: string },
    ): Promise<void> {
      let times = 0;
      for (const { id, each: conversation } of conversations) {
        const parts = free.get(id)!;
        const index = parts.findIndex((part) => keys.get(id)?.has(part.createdAt) === true && fits(part));
        if (index < 0 || times === EACH) continue;
        const [part] = parts.splice(index, 1);
        times += 1;
        const body = {
          resource: 'conversation',
          id: conversation.id,
          part: part!.id,
          ...work(part!, conversation),
        };
        await damage(kind, body, { object: 'incident', source_id: id, ...expected(keyOf(id, part!), part!) });
      }
      expect({ kind, times }).toEqual({ kind, times: EACH });
    }
    const isPlain = (part: Part) => part.attachments.length === 0;
    const setPart = (set: Record<string, unknown>) => ({ kind: 'set_part', set });

    // Half of them keep their name and size: only the bytes tell.
    let altered = 0;
    await each(
      'file altered',
      (part) => part.attachments.length > 0,
      (part) => {
        const [{ name, filesize }] = part.attachments as [Part['attachments'][number]];
        const data = Buffer.alloc(filesize, 'x').toString('base64');
        altered += 1;
        return { kind: 'set_file', file: name, ...(altered % 2 === 0 ? { data } : { set: { filesize: 7 } }) };
      },
      (key) => ({ class: 'mismatch', field: `parts.${key}.files` }),
    );
    await each(
      'private made public',
      (part) => isPlain(part) && part.partType === 'note',
      () => setPart({ partType: 'comment' }),
      (key) => ({ class: 'mismatch', field: `parts.${key}.privacy` }),
    );
    await each(
      'part missing',
      isPlain,
      () => ({ kind: 'drop_part' }),
      (key) => ({ class: 'missing', field: `parts.${key}` }),
    );
    await each(
      'author wrong',
      (part) => isPlain(part) && part.author.type === 'admin',
      (part) => setPart({ author: { type: 'admin', id: part.author.id === '7101' ? '7102' : '7101' } }),
      (key) => ({ class: 'mismatch', field: `parts.${key}.author` }),
    );
    await each(
      'time off by a second',
      isPlain,
      (part) => setPart({ createdAt: part.createdAt + 1 }),
      (key) => ({ class: 'mismatch', field: `parts.${key}.created_at` }),
    );
    await each(
      'part doubled',
      isPlain,
      () => ({ kind: 'double_part' }),
      (_key, part) => ({ class: 'extra', field: `parts.intercom:${part.id}9` }),
    );
    const swappable = conversations.filter(({ each: one }) => writtenParts(one).length > 2).slice(0, EACH);
    for (const { id, each: one } of swappable) {
      const [first, , other] = writtenParts(one);
      await damage(
        'parts swapped',
        { resource: 'conversation', id: one.id, kind: 'swap_parts', part: first!.id, with: other!.id },
        { object: 'incident', source_id: id, class: 'mismatch', field: 'parts.order' },
      );
    }
  });

  it('finds each damage, rightly classed and at its place, and nothing else', async () => {
    const counts = new Map<string, number>();
    for (const { kind } of damages) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    expect(Object.fromEntries(counts)).toEqual(Object.fromEntries(KINDS.map((kind) => [kind, EACH])));
    run = await finished(tenant, await start(tenant, { kind: 'verify' }));
    expect(run).toMatchObject({ state: 'completed_with_findings', balanced: true });
    expect((await findings(run.id)).map(named).sort()).toEqual(damages.map(named).sort());
  });

  it('leaves alone what a person changed', async () => {
    const touched = new Set(damages.map((each) => each.source_id));
    const person = [...tenant.workspace.contacts.values()].find(
      (each) => !touched.has(each.externalId ?? ''),
    )!;
    const edit = { resource: 'contact', id: person.id, set: { name: 'Renamed' } };
    await control(stage, 'POST', 'edit', { workspace_id: tenant.workspaceId, ...edit });
    person.updatedAt += 3_600;
    // So soon that no clock tells it from our own write: the words do.
    const [[incident, [noted]]] = [...conversationsOf(tenant, desk)].filter(([id]) => !touched.has(id)) as [
      [string, Conversation[]],
    ];
    const { updatedAt } = noted!;
    const note = { resource: 'conversation', id: noted!.id, note: 'I am on it.', admin_id: OWNER_ID };
    await control(stage, 'POST', 'edit', { workspace_id: tenant.workspaceId, ...note });
    noted!.updatedAt = updatedAt;
    run = await finished(tenant, await start(tenant, { kind: 'verify' }));
    const all = (await findings(run.id)).filter(({ class: name }) => name === THEIRS);
    expect(all.map((each) => each.source_id).sort()).toEqual([person.externalId, incident].sort());
    const theirs = all.find((each) => each.object !== 'incident');
    expect(theirs).toMatchObject({
      field: 'name',
      source_id: person.externalId,
      repairable: false,
      repairs: [],
    });
    expect((await tenant.admin.raw('POST', `/findings/${theirs!.id}/repair`, {})).status).toBe(422);
  });

  it('repairs what can be repaired without deleting anything', async () => {
    const seq = stage.intercom.state.recorder.lastSeq();
    for (const kind of UNEXPLAINED) await repairAll({ class: kind });
    const calls = requestsSince(stage, seq).length;
    // What is sound is neither written nor read again.
    expect(calls).toBeLessThan(6 * damages.length);
    const left = (await findings(run.id)).filter(({ class: name }) => name !== THEIRS);
    expect(left.filter((each) => each.repairable).map(named)).toEqual([]);
    expect(left.map((each) => each.repairs)).toEqual(left.map(() => ['reload']));
    expect(left.length).toBeGreaterThan(40);
  });

  it('makes anew what cannot be edited, once asked to, and finds everything equal', async () => {
    for (const kind of UNEXPLAINED) await repairAll({ class: kind, action: 'reload' });
    expect((await findings(run.id)).map((each) => each.class)).toEqual([THEIRS, THEIRS]);
    expect(conversationsOf(tenant, desk).size).toBe(new Set(keys.keys()).size);
    for (const [id, found] of conversationsOf(tenant, desk))
      expect({ id, copies: found.length }).toEqual({ id, copies: 1 });
    const again = await finished(tenant, await start(tenant, { kind: 'verify' }));
    expectGoodRun(again);
    expect((await findings(again.id)).map((each) => each.class)).toEqual([THEIRS, THEIRS]);
  });

  it('finds in Intercom what the ledger does not know, and what is gone though it was not looked at', async () => {
    const { workspace } = tenant;
    const call = await otherApp(stage, tenant);
    await control(stage, 'PATCH', 'limits', { search_lag_ms: 0 });
    const [[incident, [conversation]]] = [...conversationsOf(tenant, desk)] as [[string, Conversation[]]];
    const person = [...workspace.contacts.values()].find(
      (each) => each.id === conversation!.authorContactId,
    )!;
    const [twin, gone] = [...workspace.content.articles.values()] as [Article, Article];
    const marker = /INFRAON\w+/.exec(conversation!.body)![0];
    const opening = (body: string, more: object) =>
      call('POST', '/conversations', { from: { type: 'user', id: person.id }, body, ...more });

    const doubled = await opening(`Again.\n\n${marker}`, { created_at: conversation!.createdAt });
    const leftOver = await opening('Of an earlier load.\n\nINFRAONINCI0', { created_at: 1_500_000_000 });
    const contact = await call('POST', '/contacts', {
      external_id: 'nobody',
      custom_attributes: { migration_import: true },
    });
    const company = await call('POST', '/companies', { company_id: 'infraon:org:none', name: 'None' });
    await call('POST', `/contacts/${contact['id']}/companies`, { id: company['id'] });
    const instance = await call('POST', '/custom_object_instances/InfraonAsset', {
      external_id: 'infraon-canary',
      custom_attributes: {},
    });
    const article = await call('POST', '/articles', {
      title: twin.title,
      author_id: Number(FALLBACK_ID),
      parent_id: Number(twin.parentId),
      parent_type: 'collection',
    });
    // What people make of their own, even with our words, is none of our business.
    await opening(`About ${marker}`, {});
    await call('POST', '/contacts', { external_id: 'somebody' });
    await call('POST', '/custom_object_instances/InfraonAsset', {
      external_id: 'theirs',
      custom_attributes: {},
    });
    await call('POST', '/articles', { title: 'Theirs', author_id: Number(FALLBACK_ID) });
    await call('DELETE', `/articles/${gone.id}`);

    run = await finished(tenant, await start(tenant, { kind: 'verify', limit: 1 }));
    const found = (await findings(run.id)).filter(({ class: name }) => name !== THEIRS);
    expect(run.state).toBe('completed_with_findings');
    const { extra, missing } = run.verification;
    expect({ extra, missing }).toEqual({ extra: 6, missing: 1 });
    const stray = (id: string | undefined) => ({ object: 'workspace', source_id: `intercom:${id}` });
    const ids = (each: FindingDocument) => (each.actual as { id: string } | null)?.id ?? each.expected;
    expect(found.map((each) => [each.object, each.source_id, each.class, ids(each)]).sort()).toEqual(
      [
        ['incident', incident, 'extra', doubled['conversation_id']],
        [...Object.values(stray(leftOver['conversation_id'])), 'extra', leftOver['conversation_id']],
        [...Object.values(stray(contact['id'])), 'extra', contact['id']],
        [...Object.values(stray(company['id'])), 'extra', company['id']],
        [...Object.values(stray(instance['id'])), 'extra', instance['id']],
        ['article', recordOf('articles', twin.id).source_id, 'extra', article['id']],
        ['article', recordOf('articles', gone.id).source_id, 'missing', gone.id],
      ].sort(),
    );
    // The one article that was read back may be the one that is gone: then its finding offers to make it anew.
    const counted = found.filter(({ field }) => field.startsWith('set.'));
    expect(counted.map((each) => each.suggestion).join()).not.toContain('Repair');
  });

  async function repairAll(body: Record<string, unknown>): Promise<{ affected: number }> {
    const answer = await tenant.admin.post<{ affected: number }>('/findings/repair', {
      run: run.id,
      ...body,
    });
    run = await finished(tenant, run.id);
    expect(run.balanced).toBe(true);
    return answer;
  }
});
