import { startInfraonSimulator } from '../../../../simulators/infraon/server.ts';
import type { InfraonSimulator } from '../../../../simulators/infraon/server.ts';
import type { Switches } from '../../../../simulators/infraon/switches.ts';
import { generateDesk } from '../../../../simulators/seed/generate.ts';

/** The keys that tests read from a record; the wire is what it is, these are expectations. */
export type Row = {
  [key: string]: unknown;
  incident_id: string;
  change_id: string;
  kb_id: string;
  requester_id: string;
  ref_id: string;
  email: string;
  unmasked_email: string;
  template_name: string;
  file_name: string;
  file_path: string;
  parent_id: string | null;
  creation_time: string;
  last_update_time: string;
  description: string;
  tag: unknown[];
  children: Row[];
  worklog: Row[];
  attachments: Row[];
  custom_field_data: Record<string, string>;
};

/** A reply's body: an envelope, a record or, through `rows`, a list. */
export type Body = Row & {
  count: number;
  next: string | null;
  results: Row[];
  data: Row[];
  max_page_limit: number;
  incident: Row;
  change: Row;
  options: { users: { ci_descr: string; email: string }[] };
  workaround: string;
  token: string;
  role_name: string;
  error: string;
  ids: string[];
};

export type Answer = { status: number; body: Body; rows: Row[]; text: string; headers: Headers };

export type TestClient = {
  simulator: InfraonSimulator;
  get: (path: string, authorization?: string | null) => Promise<Answer>;
  send: (method: string, path: string, body: unknown) => Promise<Answer>;
  set: (patch: Partial<Switches>) => Promise<Answer>;
  /** Every row of a list, page by page with page and offset. */
  all: (path: string, size?: number, more?: string) => Promise<Row[]>;
  hardCase: (name: string) => string[];
};

const KEY = 'ApiKey infraon-demo-key-0001';

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = (response.headers.get('content-type') ?? '').includes('json');
  const body = (isJson ? JSON.parse(text) : {}) as Body | Row[];
  const list = Array.isArray(body) ? body : body.results;
  const rows = Array.isArray(list) ? list : [];
  return { status: response.status, body: body as Body, rows, text, headers: response.headers };
}

/** A tenant of 60 incidents on a free port. */
export async function startClient(
  switches: Partial<Switches> = {},
  options: { incidents?: number; now?: () => number } = {},
): Promise<TestClient> {
  const desk = generateDesk({ seed: 7, incidents: options.incidents ?? 60 });
  const simulator = await startInfraonSimulator({
    desk,
    switches,
    ...(options.now ? { now: options.now } : {}),
  });
  const { url } = simulator;

  async function get(path: string, authorization: string | null = KEY): Promise<Answer> {
    const headers: Record<string, string> = authorization === null ? {} : { authorization };
    return answerOf(await fetch(`${url}${path}`, { headers, redirect: 'manual' }));
  }

  async function send(method: string, path: string, body: unknown): Promise<Answer> {
    const headers = { 'content-type': 'application/json', authorization: KEY };
    return answerOf(await fetch(`${url}${path}`, { method, headers, body: JSON.stringify(body) }));
  }

  async function all(path: string, size = 25, more = ''): Promise<Row[]> {
    const rows: Row[] = [];
    for (let page = 1; page < 100; page += 1) {
      const query = `?items_per_page=${size}&page=${page}&offset=${(page - 1) * size}${more}`;
      const { rows: results } = await get(`${path}${query}`);
      rows.push(...results);
      if (results.length < size) break;
    }
    return rows;
  }

  return {
    simulator,
    get,
    send,
    all,
    set: (patch) => send('PATCH', '/_sim/switches', patch),
    hardCase: (name) => simulator.state.desk.hard_cases.find((found) => found.name === name)?.ids ?? [],
  };
}
