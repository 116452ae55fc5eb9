import type { OpenContext, Reply } from '../context.ts';
import { isFields, type Fields } from '../request-fields.ts';
import type { Workspace } from '../workspace.ts';

export function refuse(message: string, status = 400): Reply {
  return { status, body: { error: message } };
}

export function bodyOf(context: OpenContext): Fields {
  return isFields(context.body) ? context.body : {};
}

/** The workspace a control call names in its body or query; the first one when it names none. */
export function workspaceOf(context: OpenContext): Workspace | null {
  const named = bodyOf(context)['workspace_id'] ?? context.query.get('workspace_id');
  if (typeof named === 'string') return context.state.workspaces.get(named) ?? null;
  return context.state.workspaces.values().next().value ?? null;
}
