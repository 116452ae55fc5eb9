import type { ApiVersion } from './versions.ts';
import type { Handler } from './context.ts';

export interface Route {
  method: string;
  /** Path template, `/contacts/{id}`. */
  path: string;
  handler: Handler;
  /** First version that knows the endpoint; older ones answer 400 `intercom_version_invalid`. */
  since?: ApiVersion;
}

interface Node {
  fixed: Map<string, Node>;
  variable: Node | null;
  routes: Map<string, Route>;
}

export interface Match {
  route: Route;
  params: string[];
}

export interface Router {
  add: (routes: Route[]) => void;
  match: (method: string, path: string) => Match | null;
}

function createNode(): Node {
  return { fixed: new Map(), variable: null, routes: new Map() };
}

function isVariable(segment: string): boolean {
  return segment.startsWith('{') && segment.endsWith('}');
}

/** A trie over path segments. A fixed segment wins over a variable one. Routes added later replace earlier ones. */
export function createRouter(): Router {
  const root = createNode();

  function insert(route: Route): void {
    let node = root;
    for (const segment of route.path.split('/').slice(1)) {
      if (isVariable(segment)) {
        node.variable ??= createNode();
        node = node.variable;
        continue;
      }
      let next = node.fixed.get(segment);
      if (next === undefined) {
        next = createNode();
        node.fixed.set(segment, next);
      }
      node = next;
    }
    node.routes.set(route.method, route);
  }

  function find(
    node: Node,
    method: string,
    segments: string[],
    index: number,
    params: string[],
  ): Match | null {
    const segment = segments[index];
    if (segment === undefined) {
      const route = node.routes.get(method);
      return route === undefined ? null : { route, params };
    }
    const fixed = node.fixed.get(segment);
    const viaFixed = fixed === undefined ? null : find(fixed, method, segments, index + 1, params);
    if (viaFixed !== null) return viaFixed;
    if (node.variable === null || segment === '') return null;
    return find(node.variable, method, segments, index + 1, [...params, segment]);
  }

  return {
    add: (routes) => {
      for (const route of routes) insert(route);
    },
    match: (method, path) => {
      const trimmed = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
      return find(root, method, trimmed.split('/').slice(1), 0, []);
    },
  };
}
