import { describe, expect, it } from 'vitest';
import { defaultProfile, mergeProfile, parseProfile } from '../../../../connectors/infraon/profile.ts';

describe('the shipped profile', () => {
  const profile = defaultProfile();

  it('holds every object that has an endpoint', () => {
    expect(Object.keys(profile.objects).sort()).toEqual(
      [
        'requester technician role team department location tag ci_type configuration_item asset ci_relation incident',
        'problem change release task article article_category service_catalogue_item workflow',
      ]
        .join(' ')
        .split(' ')
        .sort(),
    );
  });

  it('reads no path that it denies', () => {
    const paths = Object.values(profile.objects).flatMap((object) => [
      object.list.path,
      object.detail?.path ?? '/',
      ...Object.values(object.children ?? {}).flatMap((child) =>
        child.candidates.map(({ path }) => path ?? '/'),
      ),
    ]);
    for (const path of paths) expect(profile.denyPaths.some((start) => path.startsWith(start))).toBe(false);
  });

  it('tries the thread of an incident in the order of the reference', () => {
    const notes = profile.objects['incident']?.children?.['notes'];
    const ways = notes?.candidates.map(
      ({ path, query }) => `${path ?? 'embedded'} ${Object.keys(query ?? {}).join()}`,
    );
    expect(ways?.slice(0, 4)).toEqual([
      '/ux/sd/inci/conversation/{id}/ ',
      '/ux/sd/inci/conversation/ ref_id',
      '/ux/sd/inci/conversation/ ref_id,module_id',
      '/ux/sd/inci/conversation/ incident_id',
    ]);
    expect(ways).toHaveLength(19);
    expect(ways?.slice(-2)).toEqual(['/ux/sd/inci/incident/incident-data/{id}/ ', 'embedded ']);
  });
});

describe('mergeProfile', () => {
  const base = defaultProfile();

  it('lays data over data and leaves the base as it was', () => {
    const merged = mergeProfile(base, {
      objects: { incident: { list: { path: '/ux/sd/inci/ticket/' }, id: ['ticket_id'] } },
    });
    expect(merged.objects['incident']?.list).toMatchObject({ path: '/ux/sd/inci/ticket/', paging: 'ux' });
    expect(merged.objects['incident']?.id).toEqual(['ticket_id']);
    expect(base.objects['incident']?.id).toEqual(['incident_id', 'id']);
  });

  it('removes what null stands for', () => {
    expect(
      mergeProfile(base, { objects: { asset: { filter: null } } }).objects['asset']?.filter,
    ).toBeUndefined();
  });

  it('corrects the paths of a field without saying more', () => {
    const merged = mergeProfile(base, {
      objects: { problem: { fields: { workaround: { paths: ['x.y'] } } } },
    });
    expect(merged.objects['problem']?.fields?.['workaround']).toEqual({ paths: ['x.y'] });
  });

  it('can deny more paths, never fewer', () => {
    const merged = mergeProfile(base, { denyPaths: ['/ux/sd/task/'] });
    expect(merged.denyPaths).toEqual([...base.denyPaths, '/ux/sd/task/']);
  });

  it.each([
    [{ objects: { incident: { list: { pth: '/x/' } } } }, 'objects.incident.list', 'pth'],
    [{ htpp: {} }, 'profile', 'htpp'],
    [
      { objects: { incident: { list: { path: '/ux/sd/inci/incident' } } } },
      'objects.incident.list.path',
      'slash',
    ],
    [{ objects: { incident: { list: { path: '/ux/../admin/' } } } }, 'objects.incident.list.path', '..'],
    [{ objects: { incident: { list: { path: '/ux/x/?a=b/' } } } }, 'objects.incident.list.path', 'slash'],
    [{ objects: { incident: { list: { paging: 'pages' } } } }, 'objects.incident.list.paging', 'pages'],
    [
      { objects: { technician: { joins: [{ as: 'x', object: 'nobody', on: 'a', key: 'b' }] } } },
      'objects.technician.joins',
      'nobody',
    ],
    [{ http: { maxAttempts: 60 } }, 'http.maxAttempts', '6'],
    [{ auth: { logins: [] } }, 'auth.logins', ''],
  ])('names the key that is wrong: %j', (override, field, word) => {
    expect(() => mergeProfile(base, override)).toThrow(
      expect.objectContaining({
        code: 'profile_invalid',
        httpStatus: 422,
        field,
        message: expect.stringContaining(word) as string,
      }) as Error,
    );
  });

  it('is not fooled by a key named __proto__', () => {
    const override: unknown = JSON.parse('{"__proto__":{"polluted":true}}');
    expect(() => mergeProfile(base, override)).toThrow(
      expect.objectContaining({ code: 'profile_invalid' }) as Error,
    );
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('refuses what is no profile at all', () => {
    for (const data of [null, 5, [], 'x']) expect(() => parseProfile(data)).toThrow(/not valid/);
  });
});
