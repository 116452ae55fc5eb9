import { describe, expect, it } from 'vitest';
import { noFacts } from '../../../../connectors/infraon/types.ts';
import { judgeAll } from '../../../../pipeline/readiness/preflight-checks.ts';
import type { PreflightCheck } from '../../../../pipeline/readiness/preflight-document.ts';
import type { PreflightFacts } from '../../../../pipeline/readiness/preflight-facts.ts';
import { definitionWith } from '../definitions.ts';

const definition = definitionWith([], {
  children: [{ key: 'thread', source: 'notes', fields: {} }],
});
const rules = [
  {
    id: 'r',
    source: 'thread',
    target: 'parts',
    transform: 'thread',
    options: {},
    confidence: 1,
    reasons: [],
    samples: [],
  },
];

const ready: PreflightFacts = {
  objects: [definition],
  connection: {
    baseUrl: 'https://desk.example.com',
    strategy: 'password',
    pinned: noFacts(),
    capabilities: [{ id: 'list:thing', ok: true, detail: '12 things.' }],
    profileOverride: {},
    connectedBy: '1',
    connectedAt: new Date(0),
  },
  discovery: {
    state: 'done',
    objects: [
      {
        object: 'thing',
        count: 12,
        fields: [
          { key: 'id', label: 'Id', type: 'string', custom: false, fill_rate: 1, options: [], samples: [] },
        ],
        quality: [],
      },
    ],
    estimate: null,
    error: null,
    started_at: null,
    finished_at: '2026-11-01T00:00:00.000Z',
  },
  maps: new Map([
    [
      'thing',
      {
        object: 'thing',
        version: 2,
        state: 'approved',
        rules,
        unmapped: [],
        createdBy: '1',
        approvedBy: 'Olivia',
        approvedAt: new Date(0),
      },
    ],
  ]),
  attributes: [{ name: 'infraon_id', model: 'contact', type: 'string' }],
  types: [
    {
      object: 'thing',
      type: {
        identifier: 'InfraonThing',
        name: 'Infraon thing',
        attributes: [],
        state: 'proven',
        detail: '',
      },
    },
  ],
  intercom: {
    ok: true,
    installation: { workspaceId: 'ws', name: 'Northwind', region: 'US', timezone: 'UTC', adminId: '1' },
    admins: [{ id: '1', name: 'Olivia', email: 'olivia@example.com', has_inbox_seat: true }],
    dataAttributes: [],
    conversationAttributes: [],
    helpCenters: [{ id: '1', display_name: 'Help Center', url: 'https://help.example.com' }],
  },
  settings: {
    rate_share: 0.8,
    thread_mode: 'thread',
    links_per_attribute: null,
    attachment_max_mb: 14,
    company_rule: 'organization_name',
    fallback_admin_id: null,
    source_timezone: 'UTC',
    default_country: '',
    search_lag_seconds: 60,
    replies_per_window: 10,
    reply_window_seconds: 10,
    article_folder_rule: 'categories_tree',
    restricted_articles: 'draft',
    help_center_id: null,
    article_files_url: null,
    preview_bulk: false,
    retention_days: 30,
  },
  confirmations: new Map(),
  teammates: { people: 3, unmatched: [] },
};

function check(changes: Partial<PreflightFacts>, id: string): PreflightCheck {
  const found = judgeAll({ ...ready, ...changes }).find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`no check ${id}`);
  return found;
}

const known = ready.intercom.ok ? ready.intercom : undefined;

describe('readiness checks', () => {
  it('pass on a workspace that is ready, save what a person confirms', () => {
    const checks = judgeAll(ready);
    expect(checks.filter(({ state }) => state === 'fail')).toEqual([]);
    expect(checks.filter(({ state }) => state === 'needs_confirmation').map(({ id }) => id)).toEqual([
      'workflows_paused',
      'notifications_silent',
      'webhooks_known',
      'phone_validation_off',
    ]);
    for (const { title, detail, fix } of checks) {
      expect(title).toMatch(/^\S.*\S$/);
      expect(detail).not.toBe('');
      expect(fix).toMatch(/\.$/);
    }
  });

  it('do not block a desk on which no record looked at has a file', () => {
    const capabilities = [{ id: 'children:thing.notes', ok: false, detail: 'None of the things shows any.' }];
    const changes = { connection: { ...ready.connection!, capabilities } };
    expect(check(changes, 'source_capabilities').state).toBe('pass');
    expect(judgeAll({ ...ready, ...changes }).filter(({ state }) => state === 'fail')).toMatchObject([
      { severity: 'warning', detail: 'None of the things shows any.' },
    ]);
  });

  it('say who confirmed, when and with which words', () => {
    const given = { checkId: 'workflows_paused', note: 'all off', confirmedBy: 'Olivia', at: new Date(0) };
    const confirmed = check({ confirmations: new Map([[given.checkId, given]]) }, 'workflows_paused');
    expect(confirmed.state).toBe('pass');
    expect(confirmed.detail).toBe('Confirmed by Olivia on 1970-01-01T00:00:00.000Z. Note: all off');
  });

  it.each<[string, string, Partial<PreflightFacts>, RegExp]>([
    ['no connection', 'source_connected', { connection: undefined }, /no connection/],
    [
      'a capability that the map needs',
      'source_capabilities',
      {
        connection: {
          ...ready.connection!,
          capabilities: [{ id: 'thread_selector', ok: false, detail: 'The way to the notes was not found.' }],
        },
      },
      /way to the notes/,
    ],
    [
      'an object that this tenant does not offer',
      'source_capabilities',
      {
        connection: {
          ...ready.connection!,
          pinned: { ...noFacts(), disabled: { thing: 'not offered (404)' } },
        },
      },
      /Things: not offered/,
    ],
    ['no discovery', 'discovery_done', { discovery: { ...ready.discovery, state: 'idle' } }, /Nothing/],
    [
      'an object that could not be read',
      'discovery_done',
      { discovery: { ...ready.discovery, objects: [] } },
      /Things/,
    ],
    [
      'a dead token',
      'intercom_token',
      { intercom: { ok: false, reason: 'Access Token Invalid' } },
      /Invalid/,
    ],
    ['no map', 'maps_approved', { maps: new Map() }, /Things/],
    [
      'an edited map',
      'maps_approved',
      { maps: new Map([['thing', { ...ready.maps.get('thing')!, state: 'proposed' as const }]]) },
      /Things/,
    ],
    [
      'an unproven type',
      'object_types',
      {
        types: [
          {
            object: 'thing',
            type: { ...ready.types[0]!.type, state: 'incomplete', detail: '"a" was dropped.' },
          },
        ],
      },
      /"a" was dropped/,
    ],
    [
      'a fallback without a seat',
      'fallback_teammate',
      { intercom: { ...known!, admins: [{ ...known!.admins[0]!, has_inbox_seat: false }] } },
      /no inbox seat/,
    ],
    [
      'a fallback who is gone',
      'fallback_teammate',
      { settings: { ...ready.settings, fallback_admin_id: '99' } },
      /not a teammate/,
    ],
    [
      'too many attributes',
      'attribute_limit',
      {
        intercom: {
          ...known!,
          dataAttributes: Array.from({ length: 250 }, (_, index) => ({
            name: `own_${index}`,
            custom: true,
            of: 'contact' as const,
          })),
        },
      },
      /limit is 250/,
    ],
    [
      'an attribute of another type',
      'attribute_types',
      {
        intercom: {
          ...known!,
          dataAttributes: [{ name: 'infraon_id', custom: true, data_type: 'integer', of: 'contact' }],
        },
      },
      /type integer/,
    ],
    [
      'an attribute that the other model has',
      'attribute_types',
      { intercom: { ...known!, dataAttributes: [{ name: 'infraon_id', custom: true, of: 'company' }] } },
      /exists on the company/,
    ],
    [
      'technicians without a seat',
      'teammates_matched',
      { teammates: { people: 3, unmatched: ['Bo'] } },
      /Bo/,
    ],
  ])('fail on %s', (_what, id, changes, detail) => {
    const found = check(changes, id);
    expect(found.state).toBe('fail');
    expect(found.detail).toMatch(detail);
  });

  it('do not ask for the thread of an object that has no records', () => {
    const connection = {
      ...ready.connection!,
      capabilities: [{ id: 'thread_selector', ok: false, detail: 'Too few things.' }],
    };
    const discovery = { ...ready.discovery, objects: [{ ...ready.discovery.objects[0]!, count: 0 }] };
    expect(check({ connection, discovery }, 'source_capabilities').state).toBe('pass');
  });

  it('tell how many records will be set aside', () => {
    const found = ready.discovery.objects[0]!;
    const quality = [{ code: 'missing_email', count: 4, examples: [] }];
    const discovery = { ...ready.discovery, objects: [{ ...found, quality }] };
    expect(check({ discovery }, 'expected_rejections').detail).toContain(
      'Things without an e-mail address: 4.',
    );
  });
});
