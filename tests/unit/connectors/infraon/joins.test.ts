import { describe, expect, it } from 'vitest';
import { createJoiner, withJoined } from '../../../../connectors/infraon/joins.ts';

const roles = [
  { group_id: 1, role_name: 'Admin', secret: 'x' },
  { group_id: 2, role_name: 'Approver' },
];
const teams = [
  { team_id: 't1', staffs: [{ profile_id: 'p1' }], owner: [{ profile_id: 'p1' }] },
  { team_id: 't2', level_staff: [{ expertGroupLevel: { users: [{ profile_id: 'p1' }] } }] },
  { team_id: 't3', staffs: [] },
];

describe('createJoiner', () => {
  it('finds the one record by key, whether ids are numbers or text', () => {
    const joiner = createJoiner(
      { as: 'role', object: 'role', on: 'group_id', key: 'group_id', pick: ['role_name'] },
      roles,
    );
    expect(joiner({ group_id: '1' })).toEqual({ role_name: 'Admin' });
    expect(joiner({ group_id: 9 })).toBeNull();
    expect(joiner({})).toBeNull();
  });

  it('inverts a membership, each record once', () => {
    const membership = [
      'staffs[].profile_id',
      'owner[].profile_id',
      'level_staff[].expertGroupLevel[].users[].profile_id',
    ];
    const joiner = createJoiner(
      { as: 'teams', object: 'team', on: 'profile_id', membership, pick: ['team_id', 'name'] },
      teams,
    );
    expect(joiner({ profile_id: 'p1' })).toEqual([
      { team_id: 't1', name: null },
      { team_id: 't2', name: null },
    ]);
    expect(joiner({ profile_id: 'p2' })).toEqual([]);
  });

  it('puts its result beside the row without touching it', () => {
    const row = { group_id: 2 };
    const joiner = createJoiner({ as: 'role', object: 'role', on: ['group_id'], key: 'group_id' }, roles);
    expect(withJoined(row, new Map([['role', joiner]]))).toEqual({
      group_id: 2,
      $joined: { role: roles[1] },
    });
    expect(row).toEqual({ group_id: 2 });
  });
});
