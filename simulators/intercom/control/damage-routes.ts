import { ok, open, type OpenContext, type Reply } from '../context.ts';
import type { AppliedTag, AttributeValue, Conversation, Part } from '../records.ts';
import { isFields, type Fields } from '../request-fields.ts';
import type { Route } from '../router.ts';
import { storeFile } from '../conversations/stored-files.ts';
import type { SimState } from '../state.ts';
import { removeFromIndex, type Workspace } from '../workspace.ts';
import { bodyOf, refuse, workspaceOf } from './reply.ts';

/**
 * Something goes wrong inside Intercom and nobody did it: `{resource, id, type?, kind, …}`. Nothing is checked and no
 * `updated_at` moves, which tells a damage from the edit of a person (`/_sim/edit`).
 *
 * `set` writes a field or a custom attribute, `untag` and `detach` take a tag or a company away, `drop_part`,
 * `double_part`, `swap_parts` and `set_part` work on the parts of a conversation, `set_file` and `drop_file` on the
 * files of a part; with `data` (base64) a file gets other bytes under its old name.
 */
export const damageRoutes: Route[] = [{ method: 'POST', path: '/_sim/damage', handler: open(damage) }];

function damage(context: OpenContext): Reply {
  const workspace = workspaceOf(context);
  const body = bodyOf(context);
  if (workspace === null) return refuse('no such workspace', 404);
  const record = recordOf(workspace, body);
  if (record === undefined) return refuse('no such record', 404);
  return damageOne(context.state, workspace, record, body)
    ? ok({ damaged: body })
    : refuse('nothing to damage', 422);
}

function recordOf(workspace: Workspace, body: Fields): Record<string, unknown> | undefined {
  const id = String(body['id']);
  const found: unknown = {
    contact: workspace.contacts.get(id),
    company: workspace.companies.get(id),
    conversation: workspace.conversations.get(id),
    custom_object: workspace.instances.get(String(body['type']))?.get(id),
    article: workspace.content.articles.get(id),
  }[String(body['resource'])];
  return found as Record<string, unknown> | undefined;
}

function damageOne(
  state: SimState,
  workspace: Workspace,
  record: Record<string, unknown>,
  body: Fields,
): boolean {
  switch (body['kind']) {
    case 'set':
      return setField(workspace, record, String(body['field']), body['value']);
    case 'untag':
      return untag(workspace, record as { id: string; tags: AppliedTag[] }, String(body['tag']));
    case 'detach': {
      const companies = (record as { companyIds: string[] }).companyIds;
      return takeOut(companies, companies.indexOf(String(body['company'])));
    }
    default:
      return 'parts' in record && damageParts(state, record as unknown as Conversation, body);
  }
}

function takeOut(list: unknown[], index: number): boolean {
  return index >= 0 && list.splice(index, 1).length === 1;
}

function setField(
  workspace: Workspace,
  record: Record<string, unknown>,
  field: string,
  value: unknown,
): boolean {
  if (field in record) {
    record[field] = value;
    return true;
  }
  const attributes = record['customAttributes'];
  if (attributes instanceof Map) {
    const attribute = [...workspace.conversationAttributes.values()].find((each) => each.name === field);
    if (attribute === undefined) return false;
    (attributes as Map<number, AttributeValue>).set(attribute.id, value as AttributeValue);
    return true;
  }
  if (!isFields(attributes) || !(field in attributes)) return false;
  attributes[field] = value;
  return true;
}

function untag(workspace: Workspace, record: { id: string; tags: AppliedTag[] }, name: string): boolean {
  const isNamed = ({ id }: AppliedTag) => workspace.tags.get(id)?.name.toLowerCase() === name.toLowerCase();
  const tag = record.tags.find(isNamed);
  if (tag !== undefined && 'parts' in record)
    removeFromIndex(workspace.conversationsByTag, tag.id, record.id);
  return takeOut(record.tags, record.tags.findIndex(isNamed));
}

function damageParts(state: SimState, { parts }: Conversation, body: Fields): boolean {
  const index = parts.findIndex((part) => part.id === body['part']);
  const part = parts[index];
  if (part === undefined) return false;
  switch (body['kind']) {
    case 'drop_part':
      return takeOut(parts, index);
    case 'double_part':
      parts.splice(index + 1, 0, { ...structuredClone(part), id: `${part.id}9` });
      return true;
    case 'swap_parts': {
      const other = parts.findIndex((each) => each.id === body['with']);
      if (other < 0) return false;
      [parts[index], parts[other]] = [parts[other] as Part, part];
      return true;
    }
    case 'set_part':
      Object.assign(part, body['set']);
      return true;
    case 'set_file':
    case 'drop_file': {
      const file = part.attachments.findIndex((each) => each.name === body['file']);
      if (body['kind'] === 'drop_file' || file < 0) return takeOut(part.attachments, file);
      const { data } = body;
      const changed =
        typeof data === 'string' ? { sha256: storeFile(state, Buffer.from(data, 'base64')) } : {};
      Object.assign(part.attachments[file] ?? {}, changed, body['set']);
      return true;
    }
    default:
      return false;
  }
}
