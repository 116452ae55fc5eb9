import { expect, it } from 'vitest';
import { treeOf, type TreeNode } from '../../../../pipeline/handoff/document-tree.ts';

function row(id: string, parent: string | null) {
  return { id, title: id.toUpperCase(), parent };
}

function idsIn(nodes: TreeNode[]): string[] {
  const ids: string[] = [];
  const open = [...nodes];
  for (const node of open) {
    ids.push(node.id);
    open.push(...node.children);
  }
  return ids;
}

it('keeps the order of the source, whatever comes first', () => {
  const tree = treeOf([row('b', 'top'), row('top', null), row('a', 'top'), row('leaf', 'a')]);
  expect(tree).toEqual([
    {
      id: 'top',
      title: 'TOP',
      children: [
        { id: 'b', title: 'B', children: [] },
        { id: 'a', title: 'A', children: [{ id: 'leaf', title: 'LEAF', children: [] }] },
      ],
    },
  ]);
});

it('puts what has no place at the top, and says why', () => {
  const tree = treeOf([row('own', 'own'), row('x', 'y'), row('y', 'x'), row('lost', 'nobody')]);
  expect(tree.map(({ id, detached }) => [id, detached])).toEqual([
    ['lost', 'parent_missing'],
    ['own', 'circle'],
    ['x', 'circle'],
  ]);
  expect(idsIn(tree).sort()).toEqual(['lost', 'own', 'x', 'y']);
});

it('breaks a chain that is too deep, and loses nothing of it', () => {
  const rows = Array.from({ length: 5_000 }, (_, index) =>
    row(`n${index}`, index === 0 ? null : `n${index - 1}`),
  );
  const tree = treeOf(rows);
  expect(idsIn(tree)).toHaveLength(rows.length);
  expect(() => JSON.stringify(tree)).not.toThrow();
});
