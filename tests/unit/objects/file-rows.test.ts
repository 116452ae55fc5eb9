import { describe, expect, it } from 'vitest';
import type { ChildDefinition } from '../../../objects/define-object.ts';
import {
  fileIdsOf,
  fileNameOf,
  readFileRows,
  safeFileName,
  sizeInBytes,
} from '../../../objects/file-rows.ts';

const seen = (...paths: string[]) => ({ paths, evidence: 'seen' as const });
const CHILD: ChildDefinition = {
  key: 'files',
  source: 'attachments',
  fields: {
    key: seen('id'),
    name: seen('file_name'),
    path: seen('path'),
    size: seen('size'),
    type: seen('type'),
  },
};

describe('sizeInBytes', () => {
  it.each([
    [12_345, 12_345],
    ['12345', 12_345],
    ['0 B', 0],
    ['12.3 KB', Math.ceil(12.35 * 1024)],
    ['19.5 KB', Math.ceil(19.55 * 1024)],
    ['120.0 MB', Math.ceil(120.05 * 1024 ** 2)],
    ['2 GB', Math.ceil(2.5 * 1024 ** 3)],
    ['large', null],
    ['', null],
    [undefined, null],
    ['1.2.3 KB', null],
  ])('%j → %s', (value, bytes) => expect(sizeInBytes(value)).toBe(bytes));

  it('is never below a size that is shown so', () => {
    for (let bytes = 1; bytes < 40_000_000; bytes = Math.ceil(bytes * 1.37)) {
      const shown =
        bytes < 1_048_576 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1_048_576).toFixed(1)} MB`;
      expect(sizeInBytes(shown)).toBeGreaterThanOrEqual(bytes);
    }
  });
});

describe('names', () => {
  it('are those of people, whatever their script', () => {
    expect(fileNameOf('/media/a/%E8%A6%8B%E7%A9%8D.pdf?x=1')).toBe('見積.pdf');
    expect(fileNameOf('/media/a/100%.pdf')).toBe('100%.pdf');
    expect(safeFileName('عقد äöü 見積書.pdf', 'x')).toBe('عقد äöü 見積書.pdf');
  });

  it('hold no folders, no control characters, and stay within 200 characters', () => {
    expect(safeFileName('../../etc/pass\u0000wd', 'x')).toBe('.._.._etc_passwd');
    expect(safeFileName(' .. ', 'file-1')).toBe('file-1');
    const long = safeFileName(`${'長'.repeat(400)}.xlsx`, 'x');
    expect(long.length).toBeLessThanOrEqual(200);
    expect(long.endsWith('.xlsx')).toBe(true);
  });
});

describe('rows', () => {
  it('become files; rows that repeat an id are two files', () => {
    const rows = [
      { id: 7, file_name: 'a.txt', path: '/media/a.txt', size: '1.0 KB', type: 'Text/Plain; charset=x' },
      { id: 7, file_name: 'a.txt', path: '/media/a.txt' },
      { path: '/media/b%20c.png' },
      'noise',
      {},
    ];
    expect(readFileRows(rows, CHILD)).toEqual([
      { key: '7', name: 'a.txt', content_type: 'text/plain', size: 1076, path: '/media/a.txt' },
      { key: '7~2', name: 'a.txt', content_type: null, size: null, path: '/media/a.txt' },
      { key: '/media/b%20c.png', name: 'b c.png', content_type: null, size: null, path: '/media/b%20c.png' },
      { key: 'file-5', name: 'file-5', content_type: null, size: null, path: null },
    ]);
    expect(readFileRows([], CHILD)).toBeUndefined();
    expect(readFileRows('x', CHILD)).toBeUndefined();
  });

  it('are named by messages as ids or as objects', () => {
    expect(fileIdsOf(['1', 2, { attachment_id: '3' }, { id: 4 }, '1', '', null])).toEqual([
      '1',
      '2',
      '3',
      '4',
    ]);
    expect(fileIdsOf(undefined)).toEqual([]);
  });
});
