import { describe, expect, it } from 'vitest';
import { refuseForeignRows } from '../../../../connectors/infraon/children.ts';
import { defaultProfile, type ChildSpec } from '../../../../connectors/infraon/profile.ts';

const files = defaultProfile().objects['incident']?.children?.['attachments'] as ChildSpec;
const own = { ref_id: '1' };
const foreign = { ref_id: '2' };
const silent = { file_name: 'a.png' };
const foreignCode = expect.objectContaining({ code: 'source_child_foreign' }) as Error;

describe('refuseForeignRows', () => {
  it('lets a proven way hold entries that were merged in, but not only those of others', () => {
    const proven = { rows: [''] };
    for (const rows of [[], [own, foreign], [silent], [silent, own]]) {
      expect(() => refuseForeignRows(files, proven, rows, '1')).not.toThrow();
    }
    expect(() => refuseForeignRows(files, proven, [foreign, silent], '1')).toThrow(foreignCode);
  });

  it('takes from an assumed way only rows that name their record', () => {
    const assumed = { rows: [''], assumed: true };
    for (const rows of [[], [own, own]])
      expect(() => refuseForeignRows(files, assumed, rows, '1')).not.toThrow();
    for (const rows of [[own, foreign], [silent], [own, silent]]) {
      expect(() => refuseForeignRows(files, assumed, rows, '1')).toThrow(foreignCode);
    }
  });
});
