/** Levels of collections that a Help Center has (Intercom API 2.16, collections; Intercom help, article 56647). */
const MAX_FOLDERS = 3;

/** A node of the tree that Infraon may keep its categories in. */
export interface FolderNode {
  id: string;
  name: string;
  parentId: string | null;
}

/**
 * What an article's shelf is made of. Infraon has no folder level (Infraon reference, knowledge base article), so this is
 * a choice: the place of its category in the tree, department and service, or its first tag.
 */
export type FolderRule = 'categories_tree' | 'department_service' | 'first_tag';

export interface Shelf {
  category: string | undefined;
  folder: string | undefined;
  tag: string | undefined;
}

/** Names of the collections from the outside in; empty for an article that lies on no shelf. */
export function folderPath(shelf: Shelf, rule: FolderRule, tree: readonly FolderNode[]): string[] {
  switch (rule) {
    case 'categories_tree':
      return flattened(placeInTree(shelf, tree) ?? named([shelf.category, shelf.folder]));
    case 'department_service':
      return flattened(named([shelf.category, shelf.folder]));
    case 'first_tag':
      return flattened(named([shelf.tag]));
  }
}

function named(names: readonly (string | undefined)[]): string[] {
  return names.flatMap((name) => {
    const words = name?.replace(/\s+/g, ' ').trim() ?? '';
    return words === '' ? [] : [words];
  });
}

function same(a: string, b: string | undefined): boolean {
  return b !== undefined && a.trim().toLowerCase() === b.trim().toLowerCase();
}

/** Articles name their folder in words; of two folders with one name, the one below the article's category is meant. */
function placeInTree(shelf: Shelf, tree: readonly FolderNode[]): string[] | undefined {
  const byId = new Map(tree.map((node) => [node.id, node]));
  const pathOf = (node: FolderNode): string[] => {
    const path: string[] = [];
    const seen = new Set<string>();
    for (let at: FolderNode | undefined = node; at !== undefined && !seen.has(at.id);) {
      seen.add(at.id);
      path.unshift(at.name);
      at = at.parentId === null ? undefined : byId.get(at.parentId);
    }
    return named(path);
  };
  const wanted = shelf.folder ?? shelf.category;
  const paths = tree.filter((node) => same(node.name, wanted)).map(pathOf);
  const below = paths.find((path) => path.some((name) => same(name, shelf.category)));
  return below ?? (paths.length === 1 && shelf.folder === undefined ? paths[0] : undefined);
}

/** Deeper folders become one name, "Parent / Child", on the last level there is. */
export function flattened(path: readonly string[]): string[] {
  if (path.length <= MAX_FOLDERS) return [...path];
  return [...path.slice(0, MAX_FOLDERS - 1), path.slice(MAX_FOLDERS - 1).join(' / ')];
}

/** The folders of a tree in display order: as listed, each followed by what lies below it. */
export function treeOrder(tree: readonly FolderNode[]): string[][] {
  const ids = new Set(tree.map((node) => node.id));
  const walk = (parentId: string | null, path: string[], depth: number): string[][] =>
    depth > tree.length
      ? []
      : tree
          .filter((node) =>
            parentId === null
              ? node.parentId === null || !ids.has(node.parentId)
              : node.parentId === parentId,
          )
          .flatMap((node) => [
            flattened([...path, node.name]),
            ...walk(node.id, [...path, node.name], depth + 1),
          ]);
  return walk(null, [], 0);
}
