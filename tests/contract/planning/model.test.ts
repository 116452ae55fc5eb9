import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpClient } from '../../../connectors/http/client.ts';
import { createModelClient, type ModelClient } from '../../../connectors/model/client.ts';
import { createLog } from '../../../log.ts';
import type { InventoryField } from '../../../objects/mapping.ts';
import { proposeMap } from '../../../objects/propose.ts';
import { loadRegistry } from '../../../objects/registry.ts';
import { askForSameMeaning } from '../../../pipeline/maps/ask-model.ts';

const log = createLog({ level: 'silent', process: 'test' });
const definition = (await loadRegistry()).get('problem');

function field(key: string, label: string, fillRate: number): InventoryField {
  return {
    key,
    label,
    type: 'html',
    custom: key.startsWith('custom.'),
    fill_rate: fillRate,
    options: [],
    samples: ['The password is swordfish.'],
  };
}

const INVENTORY = [
  field('root_cause', 'Root cause', 0),
  field('custom.col_1', 'Grundursache des Problems', 0.7),
];

describe('the mapping model', () => {
  let server: Server;
  let model: ModelClient;
  let answer: { status: number; body: string };
  let asked: { path: string; authorization: string | undefined; body: string }[];

  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        asked.push({ path: request.url ?? '', authorization: request.headers.authorization, body });
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    model = createModelClient({
      http: createHttpClient({ agent: new Agent(), timeoutMs: 5_000, log }),
      url: `http://127.0.0.1:${port}/v1/`,
      model: 'matcher',
      apiKey: 'key-1',
    });
  });

  afterEach(() => void server.close());

  const says = (content: unknown) => ({
    status: 200,
    body: JSON.stringify({ choices: [{ message: { content: JSON.stringify(content) } }] }),
  });

  function sourceOfRootCause(sameMeaning: ReadonlyMap<string, string>) {
    const map = proposeMap(definition, INVENTORY, {
      timezone: 'UTC',
      now: new Date(0),
      companyRule: 'organization_name',
      samples: [],
      sameMeaning,
    });
    return map.rules.find((rule) => rule.target === 'custom_attributes.root_cause');
  }

  it('finds the same thing under another name, and leaves the decision to the owner', async () => {
    answer = says({ pairs: [{ field: 'root_cause', same_as: 'custom.col_1' }] });
    const rule = sourceOfRootCause(await askForSameMeaning({ log, model }, definition, INVENTORY));
    expect(rule?.source).toBe('custom.col_1');
    expect(rule?.confidence).toBeLessThan(0.7);
    expect(rule?.reasons.join(' ')).toContain('please look');
    expect(asked).toMatchObject([{ path: '/v1/chat/completions', authorization: 'Bearer key-1' }]);
  });

  it('is told names and types, never a value of a record', async () => {
    answer = says({ pairs: [] });
    await askForSameMeaning({ log, model }, definition, INVENTORY);
    expect(asked[0]?.body).toContain('Grundursache');
    expect(asked[0]?.body).not.toContain('swordfish');
  });

  it.each([
    ['names a field that is not there', says({ pairs: [{ field: 'root_cause', same_as: 'custom.col_9' }] })],
    ['answers in another shape', says({ matches: 'root_cause' })],
    ['talks', { status: 200, body: JSON.stringify({ choices: [{ message: { content: 'Sure!' } }] }) }],
    ['fails', { status: 503, body: '' }],
  ])('changes nothing when it %s', async (_name, wrong) => {
    answer = wrong;
    const rule = sourceOfRootCause(await askForSameMeaning({ log, model }, definition, INVENTORY));
    expect(rule?.source).toBe('root_cause');
  });

  it('is asked nothing when it is not configured or nothing is missing', async () => {
    answer = says({ pairs: [] });
    await askForSameMeaning({ log, model: undefined }, definition, INVENTORY);
    await askForSameMeaning({ log, model }, definition, [field('root_cause', 'Root cause', 1)]);
    expect(asked).toEqual([]);
  });
});
