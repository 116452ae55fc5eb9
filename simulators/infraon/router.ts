import type { Handler } from './reply.ts';

export type Route = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `{name}` stands for one segment, a trailing `*` for any rest. */
  path: string;
  handler: Handler;
};

export type Match = { handler: Handler; params: Record<string, string> };

export type Router = { find: (method: string, path: string) => Match | null; routes: readonly Route[] };

type Compiled = { segments: string[]; open: boolean; route: Route };

function compile(route: Route): Compiled {
  const open = route.path.endsWith('*');
  return { segments: (open ? route.path.slice(0, -1) : route.path).split('/'), open, route };
}

function paramsOf(compiled: Compiled, parts: string[]): Record<string, string> | null {
  const { segments, open } = compiled;
  if (open ? parts.length < segments.length : parts.length !== segments.length) return null;
  const params: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const part = parts[index] ?? '';
    if (open && index === segments.length - 1 && segment === '') return params;
    if (segment.startsWith('{')) {
      if (part === '') return null;
      params[segment.slice(1, -1)] = part;
    } else if (segment !== part) return null;
  }
  return params;
}

/** Literal paths win over patterns, patterns over open ends, in the order given. */
export function createRouter(routes: readonly Route[]): Router {
  const literal = new Map<string, Route>();
  const patterns: Compiled[] = [];
  const openEnds: Compiled[] = [];
  for (const route of routes) {
    if (route.path.endsWith('*')) openEnds.push(compile(route));
    else if (route.path.includes('{')) patterns.push(compile(route));
    else literal.set(`${route.method} ${route.path}`, route);
  }
  const ordered = [...patterns, ...openEnds];

  function find(method: string, path: string): Match | null {
    const exact = literal.get(`${method} ${path}`);
    if (exact) return { handler: exact.handler, params: {} };
    const parts = path.split('/');
    for (const compiled of ordered) {
      if (compiled.route.method !== method) continue;
      const params = paramsOf(compiled, parts);
      if (params) return { handler: compiled.route.handler, params };
    }
    return null;
  }

  return { find, routes };
}
