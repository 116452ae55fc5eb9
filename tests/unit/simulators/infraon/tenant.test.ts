import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startClient } from './client.ts';
import type { TestClient } from './client.ts';

let client: TestClient;
beforeAll(async () => {
  client = await startClient();
});
afterAll(async () => {
  await client.simulator.close();
});

describe('login', () => {
  it('names the missing field, refuses a wrong password and accepts the encoded variant', async () => {
    const missing = await client.send('POST', '/ux/api-token-auth/', { password: 'x' });
    expect([missing.status, missing.body]).toEqual([400, { error: 'Please provide username.' }]);
    const wrong = await client.send('POST', '/ux/api-token-auth/', {
      username: 'migration@northwind.example',
      password: 'guess',
    });
    expect(wrong.status).toBe(401);
    const encoded = await client.send('POST', '/ux/api-token/', {
      username: 'migration@northwind.example',
      password: Buffer.from('correct horse').toString('base64'),
    });
    expect(encoded.body.token).toContain('%2F');
  });

  it('needs a header', async () => {
    expect((await client.get('/ux/sd/inci/incident/', null)).status).toBe(401);
  });
});

describe('objects', () => {
  const lists = [
    ['/ux/sd/inci/incident/', 'incident_id', 59],
    ['/ux/sd/problem/problem/', 'problem_id', 6],
    ['/ux/sd/change/change/', 'change_id', 7],
    ['/ux/sd/release/release/', 'release_id', 2],
    ['/ux/sd/task/task/', 'task_id', 27],
    ['/ux/common/requester/profile/', 'requester_id', 36],
    ['/ux/common/user/profile/', 'profile_id', 11],
    ['/ux/common/roles/profile/', 'group_id', 5],
    ['/ux/common/teams/profile/', 'team_id', 6],
    ['/ux/common/department/department/', 'dept_id', 6],
    ['/ux/common/org/location/', 'location_id', 6],
    ['/ux/common/tag/tag/', 'tag_id', 10],
    ['/ux/common/cmdb/item-classification/', 'template_id', 8],
    ['/ux/common/cmdb/profile/', 'ci_id', 54],
    ['/ux/common/kb/kb/', 'kb_id', 9],
    ['/ux/common/catalogue/servicecatalogue/', 'catalogue_id', 25],
  ] as const;

  for (const [path, key, count] of lists) {
    it(`lists ${path} and answers each row by its id`, async () => {
      const whole = (await client.get(path)).body;
      const rows = Array.isArray(whole) ? (await client.get(path)).rows : await client.all(path, 5);
      expect(rows).toHaveLength(count);
      expect(new Set(rows.map((row) => row[key])).size).toBe(count);
      const { status, text } = await client.get(`${path}${String(rows[0]![key])}/`);
      expect(status).toBe(200);
      expect(text).toContain(String(rows[0]![key]));
    });
  }

  it('has flattened and nested values side by side in an incident row', async () => {
    const [row] = await client.all('/ux/sd/inci/incident/');
    const basic = row!.basic_info as Record<string, unknown>;
    expect(row!.summary).toBe(basic.summary);
    expect(row!.status_name).toBe((basic.status as { name: string }).name);
    expect(row!.custom_field).toHaveLength(5);
    expect(row!.organization).toMatch(/^\d{21}$/);
  });

  it('pages articles by offset with a row of id and config only', async () => {
    const first = await client.get('/ux/common/kb/kb/?items_per_page=2&offset=2');
    expect(Object.keys(first.body)).toEqual(['count', 'next', 'previous', 'results']);
    expect(Object.keys(first.rows[0]!)).toEqual(['kb_id', 'config']);
  });

  it('keeps personal keys of a user out of the list', async () => {
    const [user] = await client.all('/ux/common/user/profile/');
    expect(user).not.toHaveProperty('birth_date');
    const detail = await client.get(`/ux/common/user/profile/${String(user!.profile_id)}/`);
    expect(detail.body).toHaveProperty('birth_date');
  });

  it('knows no path for SLA policies and approvals', async () => {
    const { status, text } = await client.get('/schema/?format=json');
    expect(status).toBe(200);
    expect(text).not.toMatch(/sla|approval|business_hour/);
    expect(client.simulator.state.desk.sla_policies).toHaveLength(4);
    expect(client.simulator.state.desk.approvals.length).toBeGreaterThan(0);
  });

  it('answers relations with a cycle and a self link', async () => {
    const { rows } = await client.get('/ux/common/cmdb/relation/');
    const [self] = client.hardCase('ci_self_link');
    expect(rows.some((row) => row.parent_ci_id === self && row.child_ci_id === self)).toBe(true);
  });

  it('redirects a path without its slash', async () => {
    const reply = await client.get('/ux/sd/inci/incident?page=1');
    expect([reply.status, reply.headers.get('location')]).toEqual([301, '/ux/sd/inci/incident/?page=1']);
  });

  it('answers 404 for an unknown id and a deleted incident', async () => {
    const [deleted] = client.hardCase('incident_deleted');
    expect((await client.get('/ux/sd/inci/incident/1/')).status).toBe(404);
    expect((await client.get(`/ux/sd/inci/incident/${deleted}/`)).status).toBe(404);
  });

  it('exports CSV', async () => {
    const { text } = await client.get('/ux/common/user/profile/download_csv/');
    expect(text.trim().split('\n')).toHaveLength(12);
  });
});

describe('files', () => {
  async function fileOf(hardCase: string, name: string) {
    const [id] = client.hardCase(hardCase);
    const { rows } = await client.get(`/ux/sd/inci/incident/attachment/?ref_id=${id}`);
    return rows.find((row) => row.file_name === name)!;
  }

  it('is a real picture of its announced size, equal each time', async () => {
    const file = await fileOf('incident_many_attachments', 'photo-1.png');
    const url = `${client.simulator.url}${encodeURI(file.file_path)}`;
    const headers = { authorization: 'ApiKey infraon-demo-key-0001' };
    const [one, two] = await Promise.all(
      [1, 2].map(async () => Buffer.from(await (await fetch(url, { headers })).arrayBuffer())),
    );
    expect(one!.subarray(1, 4).toString()).toBe('PNG');
    expect(one!.length).toBe(3000);
    expect(one!.equals(two!)).toBe(true);
  });

  it('announces an oversize file before sending it', async () => {
    const file = await fileOf('incident_oversize_attachment', 'memory-dump.bin');
    expect(file.formatted_size).toBe('120.0 MB');
    const length = await new Promise<string | undefined>((resolve, reject) => {
      const outgoing = request(
        `${client.simulator.url}${file.file_path}`,
        { headers: { authorization: 'ApiKey infraon-demo-key-0001' } },
        (incoming) => {
          resolve(incoming.headers['content-length']);
          incoming.destroy();
        },
      );
      outgoing.on('error', reject);
      outgoing.end();
    });
    expect(length).toBe(String(120 * 1_048_576));
  });

  it('lists a file that cannot be fetched', async () => {
    const file = await fileOf('incident_unreachable_attachment', 'lost.pdf');
    expect((await client.get(file.file_path)).status).toBe(404);
  });
});
