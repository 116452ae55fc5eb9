import { describe, expect, it } from 'vitest';
import { defaultProfile } from '../../../../connectors/infraon/profile.ts';
import { createReadGuard } from '../../../../connectors/infraon/read-guard.ts';

const profile = defaultProfile();
const guard = createReadGuard(profile, 'https://desk.example.com');
const LIST = '/ux/sd/inci/incident/';

describe('url', () => {
  it('fills in the id in path and query and keeps the trailing slash', () => {
    expect(guard.url(`${LIST}{id}/`, '123', {}).href).toBe(
      'https://desk.example.com/ux/sd/inci/incident/123/',
    );
    expect(guard.url('/ux/sd/inci/conversation/', '123', { ref_id: '{id}' }).href).toBe(
      'https://desk.example.com/ux/sd/inci/conversation/?ref_id=123',
    );
  });

  it('keeps the path under which an installation lies', () => {
    const inner = createReadGuard(profile, 'https://desk.example.com/infraon/');
    expect(inner.url(LIST, null, {}).href).toBe('https://desk.example.com/infraon/ux/sd/inci/incident/');
    expect(inner.mediaUrl('/infraon/media/uploads/a.png').href).toBe(
      'https://desk.example.com/infraon/media/uploads/a.png',
    );
  });

  it('knows no path that is not in the profile', () => {
    expect(() => guard.url('/ux/common/cmdb/profile/delete-all/', null, {})).toThrow(
      expect.objectContaining({ code: 'source_path_denied' }) as Error,
    );
    expect(() => guard.url('/ux/ims/devices/', null, {})).toThrow(
      expect.objectContaining({ code: 'source_path_denied' }) as Error,
    );
  });
});

describe('nextQuery', () => {
  it('follows links to the same list only', () => {
    expect(guard.nextQuery('?offset=10&items_per_page=5', LIST)).toEqual({
      offset: '10',
      items_per_page: '5',
    });
    expect(guard.nextQuery(`https://desk.example.com${LIST}?page=2`, LIST)).toEqual({ page: '2' });
    expect(guard.nextQuery(`https://elsewhere.example${LIST}?page=2`, LIST)).toBeNull();
    expect(guard.nextQuery(`http://desk.example.com${LIST}?page=2`, LIST)).toBeNull();
    expect(guard.nextQuery('/ux/sd/problem/problem/?page=2', LIST)).toBeNull();
    expect(guard.nextQuery('http://[', LIST)).toBeNull();
  });
});
