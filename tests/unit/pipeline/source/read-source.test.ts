import { describe, expect, it } from 'vitest';
import { defaultProfile } from '../../../../connectors/infraon/profile.ts';
import type { InfraonClient, Page } from '../../../../connectors/infraon/types.ts';
import { SchemaError, TransientError } from '../../../../errors.ts';
import { mapRecord } from '../../../../objects/map-record.ts';
import { exclusionOf, keyOf, pagesOf, readFullRecord } from '../../../../pipeline/source/read-source.ts';
import { definitionWith } from '../definitions.ts';

const profile = defaultProfile();
const spec = profile.objects['incident']!;

describe('rows', () => {
  it('are known by their id and shown by their number', () => {
    expect(keyOf(spec, { incident_id: '7', display_id: 'INCI1' })).toEqual({
      sourceId: '7',
      displayId: 'INCI1',
    });
    expect(keyOf(spec, { incident_id: 7 })).toEqual({ sourceId: '7', displayId: null });
    expect(keyOf(spec, { display_id: 'INCI1' })).toBeNull();
  });

  it('are left out when they are demo data or deleted', () => {
    expect(exclusionOf(spec, { is_demo_data: true })).toBe('demo');
    expect(exclusionOf(spec, { is_deleted: true })).toBe('deleted');
    expect(exclusionOf(spec, { is_demo_data: false, is_deleted: false })).toBeNull();
  });
});

describe('pagesOf', () => {
  const page = (id: string, next: Page['next']): Page => ({
    rows: [{ id }],
    next,
    count: null,
    pageSize: 1,
    filtered: 0,
    restarted: false,
    repaired: 0,
  });
  const second: Page['next'] = {
    order: 'created',
    mode: 'all',
    size: 1,
    page: 2,
    seen: 1,
    lastIds: [],
    next: null,
  };
  const resting = new TransientError('resting', { code: 'source_circuit_open', outcomeUnknown: false });

  function clientThat(answers: (Page | Error)[]): InfraonClient {
    const limits = { ...profile.http.limits, breakerOpenMs: 1 };
    return {
      profile: { ...profile, http: { ...profile.http, limits } },
      listPage() {
        const answer = answers.shift();
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
    } as unknown as InfraonClient;
  }

  async function read(answers: (Page | Error)[]): Promise<unknown[]> {
    const rows: unknown[] = [];
    for await (const { rows: found } of pagesOf(clientThat(answers), 'incident')) rows.push(...found);
    return rows;
  }

  it('goes on where it was after the source was left alone, also on the first page', async () => {
    const answers = [resting, page('1', second), resting, resting, page('2', null)];
    expect(await read(answers)).toEqual([{ id: '1' }, { id: '2' }]);
  });

  it('gives up on a source that does not recover, and on every other failure at once', async () => {
    await expect(read(Array.from({ length: 6 }, () => resting))).rejects.toBe(resting);
    const lost = new TransientError('lost', { code: 'http_connection_lost', outcomeUnknown: true });
    await expect(read([lost, page('1', null)])).rejects.toBe(lost);
  });
});

describe('readFullRecord', () => {
  const definition = definitionWith(
    [{ key: 'id', label: 'Id', type: 'string', paths: ['id'], evidence: 'seen' }],
    {
      children: [
        { key: 'tasks', source: 'tasks', fields: {}, optional: true },
        { key: 'notes', source: 'notes', fields: {} },
      ],
    },
  );

  function clientWith(children: Record<string, unknown[] | Error>): InfraonClient {
    return {
      profile,
      hasDetail: () => false,
      canReadChild: () => true,
      children(_object: string, child: string) {
        const answer = children[child];
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
    } as unknown as InfraonClient;
  }

  it('notes an optional list that is refused, and moves on', async () => {
    const refused = new SchemaError('the answer holds no list of rows', { code: 'source_child_shape' });
    const record = await readFullRecord(
      clientWith({ tasks: refused, notes: [{ id: 1 }] }),
      definition,
      { id: '7' },
      '7',
    );
    expect(record).toEqual({
      id: '7',
      $children: { notes: [{ id: 1 }] },
      $unread: { tasks: 'the answer holds no list of rows' },
    });
    const mapped = mapRecord(record, definition, [], {
      timezone: 'UTC',
      now: new Date(0),
      companyRule: 'none',
    });
    expect(mapped.ok && mapped.warnings.map(({ code, field }) => `${code} ${field ?? ''}`)).toEqual([
      'source_unreadable tasks',
    ]);
  });

  it('fails for a list that the record cannot do without, and for a source that is merely down', async () => {
    const refused = new SchemaError('no list', { code: 'source_child_shape' });
    await expect(
      readFullRecord(clientWith({ tasks: [], notes: refused }), definition, { id: '7' }, '7'),
    ).rejects.toBe(refused);
    const down = new TransientError('down', { code: 'source_unreachable', outcomeUnknown: false });
    await expect(
      readFullRecord(clientWith({ tasks: down, notes: [] }), definition, { id: '7' }, '7'),
    ).rejects.toBe(down);
  });
});
