import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { THREAD_SELECTORS, defaultSwitches, patchSwitches } from '../../../../simulators/infraon/switches.ts';
import type { Switches } from '../../../../simulators/infraon/switches.ts';
import { startClient } from './client.ts';
import type { Row, TestClient } from './client.ts';

const INCIDENTS = '/ux/sd/inci/incident/';
const FIRST_PAGE = '?items_per_page=5&page=1&offset=0';

let client: TestClient;
beforeEach(async () => {
  client = await startClient();
});
afterEach(async () => {
  await client.simulator.close();
});

async function ids(query: string): Promise<string[]> {
  const { rows } = await client.get(`${INCIDENTS}${query}`);
  return rows.map((row) => row.incident_id);
}

async function login(body: unknown = { username: 'migration@northwind.example', password: 'correct horse' }) {
  return client.send('POST', '/ux/api-token-auth/', body);
}

async function tokenNow(): Promise<string> {
  return (await login()).body.token;
}

/** An incident with a thread of notes, replies and private words. */
function talkative(): string {
  return client.hardCase('incident_long_thread')[0]!;
}

async function threadOf(id: string): Promise<Row[]> {
  return (await client.get(`/ux/sd/inci/conversation/?ref_id=${id}`)).body.results;
}

/** For each switch: how a client sees it from outside. A switch without an entry does not compile. */
const OBSERVED: Record<keyof Switches, () => Promise<void>> = {
  envelope: async () => {
    const keys = async () => Object.keys((await client.get(`${INCIDENTS}${FIRST_PAGE}`)).body);
    expect(await keys()).toEqual(['count', 'next', 'previous', 'results', 'max_page_limit']);
    await client.set({ envelope: 'count_results' });
    expect(await keys()).toEqual(['count', 'results']);
    await client.set({ envelope: 'array' });
    expect(Array.isArray((await client.get(`${INCIDENTS}${FIRST_PAGE}`)).body)).toBe(true);
  },
  cursor: async () => {
    const first = await ids(FIRST_PAGE);
    expect(await ids('?items_per_page=5&page=2')).not.toEqual(first);
    expect(await ids('?items_per_page=5&offset=5')).not.toEqual(first);
    await client.set({ cursor: 'page' });
    expect(await ids('?items_per_page=5&offset=5')).toEqual(first);
    expect(await ids('?items_per_page=5&page=2')).not.toEqual(first);
    await client.set({ cursor: 'offset' });
    expect(await ids('?items_per_page=5&page=2')).toEqual(first);
    expect(await ids('?items_per_page=5&page=1&offset=5')).not.toEqual(first);
    await client.set({ cursor: 'neither' });
    expect(await ids('?items_per_page=5&page=2&offset=5')).toEqual(first);
  },
  next_link: async () => {
    const next = async () => (await client.get(`${INCIDENTS}${FIRST_PAGE}`)).body.next;
    expect(await next()).toBe(`${client.simulator.url}${INCIDENTS}?offset=5&items_per_page=5`);
    await client.set({ next_link: 'relative' });
    expect(await next()).toBe('?offset=5&items_per_page=5');
    await client.set({ next_link: 'foreign_host' });
    expect(await next()).toContain('https://elsewhere.example/');
    await client.set({ next_link: 'absent' });
    expect(await next()).toBeNull();
  },
  sort: async () => {
    const stamps = async () =>
      (await client.all(INCIDENTS, 100, '&sort=last_update_time&reverse=true')).map((row) =>
        Date.parse(row.last_update_time),
      );
    const sorted = await stamps();
    expect(sorted).toEqual(sorted.toSorted((a, b) => b - a));
    await client.set({ sort: 'ignored' });
    expect(await stamps()).not.toEqual(sorted);
  },
  reverse: async () => {
    const falls = async (query: string) => {
      const rows = await client.all(INCIDENTS, 100, query);
      return Date.parse(rows[0]!.last_update_time) > Date.parse(rows.at(-1)!.last_update_time);
    };
    expect(await falls('&sort=last_update_time&reverse=true')).toBe(true);
    expect(await falls('&sort=last_update_time')).toBe(false);
    await client.set({ reverse: '-' });
    expect(await falls('&sort=last_update_time&reverse=true')).toBe(false);
    expect(await falls('&sort=last_update_time&reverse=-')).toBe(true);
    await client.set({ reverse: '1' });
    expect(await falls('&sort=last_update_time&reverse=1')).toBe(true);
    await client.set({ reverse: 'minus_prefix' });
    expect(await falls('&sort=-last_update_time')).toBe(true);
  },
  token_form: async () => {
    expect(await tokenNow()).toMatch(/^infraonDNS /);
    await client.set({ token_form: 'bare' });
    expect(await tokenNow()).not.toContain(' ');
  },
  authorization: async () => {
    const token = await tokenNow();
    const opaque = token.slice('infraonDNS '.length);
    expect((await client.get(INCIDENTS, token)).status).toBe(200);
    expect((await client.get(INCIDENTS, opaque)).body).toEqual({ error: 'Invalid API key.' });
    await client.set({ token_form: 'bare', authorization: 'infraonDNS' });
    const bare = await tokenNow();
    expect((await client.get(INCIDENTS, bare)).status).toBe(401);
    expect((await client.get(INCIDENTS, `infraonDNS ${bare}`)).status).toBe(200);
    await client.set({ authorization: 'ApiKey' });
    expect((await client.get(INCIDENTS, `ApiKey ${bare}`)).status).toBe(200);
  },
  api_key_form: async () => {
    expect((await client.get(INCIDENTS, 'infraon-demo-key-0001')).status).toBe(401);
    await client.set({ api_key_form: 'bare' });
    expect((await client.get(INCIDENTS, 'infraon-demo-key-0001')).status).toBe(200);
  },
  detail_root: async () => {
    const [id] = await ids(FIRST_PAGE);
    const wrapped = (await client.get(`${INCIDENTS}${id}/`)).body;
    expect(wrapped.incident.incident_id).toBe(id);
    expect(wrapped.options.users[0]!.ci_descr).toBe(wrapped.options.users[0]!.email);
    await client.set({ detail_root: 'bare' });
    expect((await client.get(`${INCIDENTS}${id}/`)).body.incident_id).toBe(id);
  },
  other_detail_root: async () => {
    const [change] = await client.all('/ux/sd/change/change/');
    const path = `/ux/sd/change/change/${change!.change_id}/`;
    expect((await client.get(path)).body.change_id).toBe(change!.change_id);
    await client.set({ other_detail_root: 'wrapped' });
    expect((await client.get(path)).body.change.change_id).toBe(change!.change_id);
  },
  personal_data: async () => {
    const first = async () =>
      (await client.get(`/ux/common/requester/profile/${FIRST_PAGE}`)).body.results[1]!;
    const plain = await first();
    expect(plain.email).not.toContain('*');
    await client.set({ personal_data: 'masked' });
    expect((await first()).email).toContain('*');
    expect((await first()).unmasked_email).toBe(plain.email);
    await client.set({ personal_data: 'masked_only' });
    expect(Object.keys(await first())).not.toContain('unmasked_email');
  },
  thread_selector: async () => {
    const id = talkative();
    const other = client.hardCase('incident_same_second_notes')[0]!;
    for (const selector of THREAD_SELECTORS) {
      await client.set({ thread_selector: selector });
      const of = async (ticket: string) => JSON.stringify((await client.get(address(selector, ticket))).body);
      if (selector === 'none') expect(await of(id)).toBe(await of(other));
      else {
        expect(await of(id), selector).toContain('Entry 60 of a long thread.');
        expect(await of(other), selector).not.toContain('Entry 60 of a long thread.');
      }
    }
  },
  thread_key: async () => {
    await client.set({ thread_selector: 'detail', thread_key: 'worklog' });
    const { body } = await client.get(`${INCIDENTS}${talkative()}/`);
    expect(body.incident.worklog).toHaveLength(60);
    expect(body.incident.conversation).toBeUndefined();
  },
  thread_surface: async () => {
    const id = talkative();
    expect(await threadOf(id)).toHaveLength(60);
    await client.set({ thread_surface: 'split' });
    const mails = await threadOf(id);
    const notes = (await client.get(`${INCIDENTS}process-rich-text/?ref_id=${id}`)).body.results;
    expect(mails.every((row) => row.is_private === false)).toBe(true);
    expect(mails.length + notes.length).toBe(60);
  },
  thread_envelope: async () => {
    const path = `/ux/sd/inci/conversation/?ref_id=${talkative()}`;
    expect((await client.get(path)).body.results).toHaveLength(60);
    await client.set({ thread_envelope: 'data' });
    expect((await client.get(path)).body.data).toHaveLength(60);
    await client.set({ thread_envelope: 'array' });
    expect((await client.get(path)).body).toHaveLength(60);
  },
  thread_order: async () => {
    const up = await threadOf(talkative());
    await client.set({ thread_order: 'descending' });
    expect(await threadOf(talkative())).toEqual(up.toReversed());
  },
  privacy_flag: async () => {
    expect((await threadOf(talkative())).some((row) => 'is_private' in row)).toBe(true);
    await client.set({ privacy_flag: 'never' });
    expect((await threadOf(talkative())).some((row) => 'is_private' in row)).toBe(false);
  },
  private_notes: async () => {
    await client.set({ private_notes: 'hidden' });
    const rows = await threadOf(talkative());
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.some((row) => row.is_private === true)).toBe(false);
  },
  child_selector: async () => {
    const id = client.hardCase('incident_many_attachments')[0]!;
    const files = async (query: string) =>
      (await client.get(`${INCIDENTS}attachment/?${query}`)).body.results.filter((row) => row.ref_id === id);
    expect((await files(`ref_id=${id}`)).length).toBeGreaterThanOrEqual(12);
    await client.set({ child_selector: '?incidentId&module_id' });
    expect(await files(`incidentId=${id}`)).toEqual([]);
    expect((await files(`incidentId=${id}&module_id=10`)).length).toBeGreaterThanOrEqual(12);
    await client.set({ child_selector: 'incident-data' });
    const { body } = await client.get(`${INCIDENTS}incident-data/${id}/`);
    expect(body.incident.attachments.length).toBeGreaterThanOrEqual(12);
  },
  media: async () => {
    const id = client.hardCase('incident_many_attachments')[0]!;
    const rows = (await client.get(`${INCIDENTS}attachment/?ref_id=${id}`)).body.results;
    const path = encodeURI(rows.find((row) => row.file_name === 'photo-1.png')!.file_path);
    expect((await client.get(path)).status).toBe(200);
    expect((await client.get(path, null)).status).toBe(401);
    await client.set({ media: 'no_auth' });
    expect((await client.get(path, null)).status).toBe(200);
    await client.set({ media: 'missing' });
    expect((await client.get(path)).status).toBe(404);
  },
  schema: async () => {
    const path = '/schema/?format=json';
    expect((await client.get(path, null)).body.paths).toHaveProperty([INCIDENTS]);
    await client.set({ schema: 'authenticated' });
    expect((await client.get(path, null)).status).toBe(401);
    expect((await client.get(path)).status).toBe(200);
    await client.set({ schema: 'absent' });
    expect((await client.get(path)).status).toBe(404);
  },
  problem_cause: async () => {
    const problem = client.simulator.state.desk.problems[0]!;
    const [draft, data, plain] = ['root_cause_draft/', 'problem-data/', ''].map(
      (part) => `/ux/sd/problem/problem/${part}${problem.problem_id}/`,
    );
    expect((await client.get(draft!)).body.workaround).toContain('ping');
    expect(JSON.stringify((await client.get(data!)).body)).not.toContain('ping -t');
    await client.set({ problem_cause: 'problem_data' });
    expect((await client.get(draft!)).body.workaround).toBeUndefined();
    expect((await client.get(data!)).body.workaround).toContain('ping');
    await client.set({ problem_cause: 'custom_field' });
    expect((await client.get(plain!)).body.custom_field_data.col_1650000000902).toContain('ping');
  },
  kb_categories: async () => {
    const read = async () => (await client.get('/ux/common/kb/kb/categories/')).rows;
    expect((await read()).some((row) => row.parent_id !== null)).toBe(true);
    await client.set({ kb_categories: 'tree' });
    expect((await read())[0]!.children.length).toBeGreaterThan(0);
    await client.set({ kb_categories: 'empty' });
    expect(await read()).toEqual([]);
  },
  tag_form: async () => {
    const kinds = async () =>
      new Set((await client.all(INCIDENTS, 100)).flatMap((row) => row.tag).map((tag) => typeof tag));
    expect(await kinds()).toEqual(new Set(['string', 'object']));
    await client.set({ tag_form: 'object' });
    expect(await kinds()).toEqual(new Set(['object']));
  },
  login_without_token: async () => {
    await client.set({ login_without_token: true });
    const reply = await login();
    expect(reply.status).toBe(200);
    expect(reply.body.token).toBeUndefined();
  },
  password_login: async () => {
    await client.set({ password_login: false });
    expect((await login()).status).toBe(401);
  },
  ids_as_numbers: async () => {
    expect((await client.get(`${INCIDENTS}${FIRST_PAGE}`)).text).toMatch(/"incident_id":"\d{21}"/);
    await client.set({ ids_as_numbers: true });
    expect((await client.get(`${INCIDENTS}${FIRST_PAGE}`)).text).toMatch(/"incident_id":\d{21},/);
  },
  list_deleted: () => listing('list_deleted', 'incident_deleted', false),
  list_archived: () => listing('list_archived', 'incident_archived', true),
  list_merged: () => listing('list_merged', 'incident_merged', true),
  list_demo: () => listing('list_demo', 'incident_demo', true),
  rows_shift: async () => {
    await client.set({ rows_shift: true });
    const updated = await client.all(INCIDENTS, 10, '&sort=last_update_time');
    expect(new Set(updated.map((row) => row.incident_id)).size).toBeLessThan(59);
    const pinned = await client.all(INCIDENTS, 10, '&sort=creation_time');
    expect(new Set(pinned.map((row) => row.incident_id)).size).toBe(59);
  },
  bump_update_on_note: async () => {
    const id = talkative();
    const stamp = async () => (await client.get(`${INCIDENTS}${id}/`)).body.incident.last_update_time;
    const edit = {
      object: 'incident',
      id,
      op: 'add_note',
      data: { description: '<p>Late word</p>', is_private: false },
    };
    await client.set({ bump_update_on_note: false });
    const before = await stamp();
    await client.send('POST', '/_sim/mutate', [edit]);
    expect(await stamp()).toBe(before);
    await client.set({ bump_update_on_note: true });
    await client.send('POST', '/_sim/mutate', [edit]);
    expect(await stamp()).not.toBe(before);
    expect(await threadOf(id)).toHaveLength(62);
  },
  kb_list_inactive: async () => {
    const archived = client.hardCase('article_archived')[0]!;
    const listed = async () => (await client.all('/ux/common/kb/kb/')).map((row) => row.kb_id);
    expect(await listed()).not.toContain(archived);
    await client.set({ kb_list_inactive: true });
    expect(await listed()).toContain(archived);
  },
  people_as_cis: async () => {
    const names = async () =>
      new Set((await client.all('/ux/common/cmdb/profile/')).map((row) => row.template_name));
    expect(await names()).not.toContain('Requester');
    await client.set({ people_as_cis: true });
    expect(await names()).toContain('Requester');
    expect(await names()).toContain('Department');
  },
  max_page_limit: async () => {
    await client.set({ max_page_limit: 7 });
    const { body } = await client.get(`${INCIDENTS}?items_per_page=10000&page=1`);
    expect(body.results).toHaveLength(7);
    expect(body.max_page_limit).toBe(7);
  },
  token_expires_after_calls: async () => {
    await client.set({ token_expires_after_calls: 2 });
    const token = await tokenNow();
    const statuses = [];
    for (let call = 0; call < 3; call += 1) statuses.push((await client.get(INCIDENTS, token)).status);
    expect(statuses).toEqual([200, 200, 401]);
    expect((await client.get(INCIDENTS, await tokenNow())).status).toBe(200);
  },
  clock_skew_ms: async () => {
    await client.set({ clock_skew_ms: -86_400_000 });
    const { body } = await client.send('POST', '/_sim/mutate', {
      object: 'incident',
      op: 'create',
      data: {},
    });
    const { incident } = (await client.get(`${INCIDENTS}${body.ids[0]}/`)).body;
    const hoursOff = (Date.now() - Date.parse(incident.creation_time)) / 3_600_000;
    expect(hoursOff).toBeGreaterThan(23.9);
  },
  latency_ms: async () => {
    await client.set({ latency_ms: 120 });
    const startedAt = performance.now();
    await client.get(INCIDENTS);
    expect(performance.now() - startedAt).toBeGreaterThan(100);
  },
  visible_percent: async () => {
    const count = async () => (await client.get(`${INCIDENTS}${FIRST_PAGE}`)).body.count;
    expect(await count()).toBe(59);
    await client.set({ visible_percent: 50 });
    expect(await count()).toBeLessThan(50);
    expect(await count()).toBeGreaterThan(10);
  },
  rows_vanish: async () => {
    const count = async () => (await client.get(`${INCIDENTS}?items_per_page=100&page=1`)).body.count;
    await client.set({ rows_vanish: 2 });
    const [first] = await ids(FIRST_PAGE);
    // The row that moved up is on neither page.
    const seen = [first, ...(await ids('?items_per_page=5&page=2&offset=5'))];
    expect(seen).not.toContain((await ids('?items_per_page=100&page=1'))[4]);
    expect(await count()).toBe(57);
  },
  account_role: async () => {
    const role = async () => (await client.get('/ux/common/user/profile/getmyprofile/')).body.role_name;
    expect(await role()).toBe('Infraon Admin');
    await client.set({ account_role: 'IT Support Operator' });
    expect(await role()).toBe('IT Support Operator');
  },
  denied_paths: async () => {
    await client.set({ denied_paths: ['/ux/sd/change/'] });
    expect((await client.get('/ux/sd/change/change/')).status).toBe(403);
    expect((await client.get(INCIDENTS)).status).toBe(200);
  },
};

async function listing(
  name: 'list_deleted' | 'list_archived' | 'list_merged' | 'list_demo',
  hardCase: string,
  initial: boolean,
) {
  const [id] = client.hardCase(hardCase);
  const listed = async () => (await client.all(INCIDENTS, 100)).some((row) => row.incident_id === id);
  expect(await listed()).toBe(initial);
  await client.set({ [name]: !initial });
  expect(await listed()).toBe(!initial);
}

function address(selector: string, id: string): string {
  if (selector === 'none') return `/ux/sd/inci/conversation/?ref_id=${id}`;
  if (selector === 'detail') return `${INCIDENTS}${id}/`;
  if (selector === 'incident-data') return `${INCIDENTS}incident-data/${id}/`;
  if (selector === 'conversation/{id}/') return `/ux/sd/inci/conversation/${id}/`;
  const [path, query = ''] = selector.split('?');
  const [param, withModule] = query.split('&');
  const base = path === 'conversation/' ? '/ux/sd/inci/' : INCIDENTS;
  return `${base}${path}?${param}=${id}${withModule ? '&module_id=10' : ''}`;
}

describe('every switch is observable over HTTP', () => {
  for (const [name, observe] of Object.entries(OBSERVED)) it(name, observe);
});

describe('a patch of the switches', () => {
  it('refuses unknown names, words and kinds', () => {
    const current = defaultSwitches();
    expect(() => patchSwitches(current, { envelop: 'full' })).toThrow('unknown switch envelop');
    expect(() => patchSwitches(current, { envelope: 'fancy' })).toThrow('switch envelope takes');
    expect(() => patchSwitches(current, { latency_ms: '5' })).toThrow('switch latency_ms takes a number');
  });

  it('answers 400 with the reason over HTTP', async () => {
    const reply = await client.send('PATCH', '/_sim/switches', { cursor: 'both' });
    expect(reply.status).toBe(400);
    expect(reply.body.error).toContain('switch cursor takes');
  });
});

it('a wrong parameter is ignored: the same answer for every ticket', async () => {
  const [one, two] = await ids(FIRST_PAGE);
  const answers = await Promise.all(
    [one, two].map((id) => client.get(`/ux/sd/inci/conversation/?ticket=${id}`)),
  );
  expect(answers[0]!.body.results.length).toBeGreaterThan(0);
  expect(answers[0]!.body).toEqual(answers[1]!.body);
});
