import { describe, expect, it } from 'vitest';
import { flattened, folderPath, treeOrder, type FolderNode } from '../../../objects/folders.ts';

const tree: FolderNode[] = [
  { id: '1', name: 'Work', parentId: null },
  { id: '2', name: 'VPN', parentId: '1' },
  { id: '3', name: 'Accounts', parentId: null },
  { id: '4', name: 'VPN', parentId: '3' },
  { id: '5', name: 'Clients', parentId: '2' },
  { id: '6', name: 'Linux', parentId: '5' },
];

function place(category?: string, folder?: string): string[] {
  return folderPath({ category, folder, tag: undefined }, 'categories_tree', tree);
}

describe('the place of an article', () => {
  it('is that of its folder in the tree, below its own category', () => {
    expect(place('Work', 'VPN')).toEqual(['Work', 'VPN']);
    expect(place('accounts', ' vpn ')).toEqual(['Accounts', 'VPN']);
    expect(place('Work', 'Clients')).toEqual(['Work', 'VPN', 'Clients']);
  });
  it('puts deeper folders into one name on the third level', () => {
    expect(place('Work', 'Linux')).toEqual(['Work', 'VPN', 'Clients / Linux']);
    expect(flattened(['a', 'b', 'c', 'd', 'e'])).toEqual(['a', 'b', 'c / d / e']);
  });
  it('is its category without a folder, also when that lies deeper', () => {
    expect(place('Accounts')).toEqual(['Accounts']);
    expect(place('Clients')).toEqual(['Work', 'VPN', 'Clients']);
  });
  it('falls back to category and folder when the tree does not know it', () => {
    expect(place('Other', 'Thing')).toEqual(['Other', 'Thing']);
    expect(place('Other', 'VPN')).toEqual(['Other', 'VPN']);
    expect(place()).toEqual([]);
  });
  it('follows the other rules', () => {
    const shelf = { category: ' A  b ', folder: undefined, tag: 'vpn' };
    expect(folderPath(shelf, 'department_service', tree)).toEqual(['A b']);
    expect(folderPath(shelf, 'first_tag', tree)).toEqual(['vpn']);
    expect(folderPath({ ...shelf, tag: undefined }, 'first_tag', tree)).toEqual([]);
  });
  it('survives a tree that goes round in a circle', () => {
    const circle = [
      { id: '1', name: 'A', parentId: '2' },
      { id: '2', name: 'B', parentId: '1' },
    ];
    expect(folderPath({ category: 'A', folder: 'B', tag: undefined }, 'categories_tree', circle)).toEqual([
      'A',
      'B',
    ]);
    expect(treeOrder(circle)).toEqual([]);
  });
});

it('lists the folders in display order', () => {
  expect(treeOrder(tree).map((path) => path.at(-1))).toEqual([
    'Work',
    'VPN',
    'Clients',
    'Clients / Linux',
    'Accounts',
    'VPN',
  ]);
});
