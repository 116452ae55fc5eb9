import { UserError } from '../../errors.ts';
import type { Actor } from '../actors.ts';
import type { Deps } from '../deps.ts';
import { discoveryOf } from '../discovery/discover.ts';
import { scopeDocument } from './scope-document.ts';
import { scopeHtml, scopeMarkdown } from './scope-text.ts';

/** The migration scope as a document. Throws `UserError` 409 `discovery_needed` before anything was discovered. */
export async function getScope(
  deps: Deps,
  actor: Actor,
  format: 'html' | 'md' | 'json',
): Promise<{ contentType: string; body: string }> {
  const discovery = await discoveryOf(deps, actor.workspaceId);
  if (discovery.state === 'idle' || discovery.objects.length === 0) {
    throw new UserError('There is no scope yet. Discover the source first.', {
      code: 'discovery_needed',
      httpStatus: 409,
    });
  }
  const scope = await scopeDocument(deps, actor.workspaceId, discovery);
  switch (format) {
    case 'html':
      return { contentType: 'text/html; charset=utf-8', body: scopeHtml(scope) };
    case 'md':
      return { contentType: 'text/markdown; charset=utf-8', body: scopeMarkdown(scope) };
    case 'json':
      return { contentType: 'application/json; charset=utf-8', body: JSON.stringify(scope) };
  }
}
