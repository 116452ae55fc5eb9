/** One document as the tree knows it. */
export interface TreeRow {
  id: string;
  title: string;
  parent: string | null;
}

export interface TreeNode {
  id: string;
  title: string;
  children: TreeNode[];
  /** Why the node is at the top although it has a parent. */
  detached?: 'parent_missing' | 'circle' | 'too_deep';
}

/** Catalogues have three levels (Infraon reference, service catalogue); this many no person made. */
const MAX_DEPTH = 24;

/**
 * The tree of documents in the order of the source. Every document is in it exactly once: one whose parent is missing,
 * that is its own ancestor, or that lies too deep, begins a tree of its own and says why.
 */
export function treeOf(rows: readonly TreeRow[]): TreeNode[] {
  const nodes = new Map<string, TreeNode>();
  for (const { id, title } of rows) nodes.set(id, { id, title, children: [] });
  const children = new Map<string, TreeRow[]>();
  const roots: TreeRow[] = [];
  const top: TreeNode[] = [];
  for (const row of rows) {
    if (row.parent === null) roots.push(row);
    else if (nodes.has(row.parent)) {
      const siblings = children.get(row.parent);
      if (siblings === undefined) children.set(row.parent, [row]);
      else siblings.push(row);
    } else {
      detach(nodes.get(row.id), 'parent_missing');
      roots.push(row);
    }
  }
  const placed = new Set<string>();
  grow(roots, nodes, children, placed, top);
  // What no root leads to goes round in a circle: the first of each circle is cut out of it.
  for (const row of rows) {
    if (placed.has(row.id)) continue;
    detach(nodes.get(row.id), 'circle');
    grow([row], nodes, children, placed, top);
  }
  return top;
}

function detach(node: TreeNode | undefined, reason: TreeNode['detached']): void {
  if (node !== undefined && reason !== undefined) node.detached = reason;
}

function grow(
  roots: readonly TreeRow[],
  nodes: ReadonlyMap<string, TreeNode>,
  children: ReadonlyMap<string, TreeRow[]>,
  placed: Set<string>,
  top: TreeNode[],
): void {
  const open = roots.map((row) => ({ row, depth: 0, into: top }));
  // A queue keeps the order of the source among siblings; nothing here recurses.
  for (const item of open) {
    const node = nodes.get(item.row.id);
    if (node === undefined || placed.has(node.id)) continue;
    placed.add(node.id);
    const tooDeep = item.depth >= MAX_DEPTH;
    if (tooDeep) node.detached = 'too_deep';
    (tooDeep ? top : item.into).push(node);
    const depth = tooDeep ? 1 : item.depth + 1;
    for (const row of children.get(node.id) ?? []) open.push({ row, depth, into: node.children });
  }
}
