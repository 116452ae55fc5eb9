import { ok, param, type ApiContext, type Reply } from '../context.ts';
import { ApiFailure, invalid, missing, notFound } from '../failure.ts';
import type { Conversation } from '../records.ts';
import { fieldsOf, idField, integerField, onlyKeys, stringField, type Fields } from '../request-fields.ts';
import { textToHtml } from '../text.ts';
import { appendPart, conversationOf, setOpen } from './conversation-store.ts';
import { conversationView } from './conversation-view.ts';
import { mailParticipants, runWorkflows } from './notify.ts';
import { requiredAdmin } from './reply.ts';

/**
 * Close, open, snooze, assign (Intercom API 2.16, POST /conversations/{id}/parts). All are stamped with the time of the
 * call: `created_at` and `skip_notifications` do not exist here.
 */
export function manage(context: ApiContext): Reply {
  const fields = fieldsOf(context);
  const conversation = conversationOf(context, param(context, 0));
  switch (fields['message_type']) {
    case 'close':
      close(context, conversation, fields);
      break;
    case 'open':
      reopen(context, conversation, fields);
      break;
    case 'snoozed':
      snooze(context, conversation, fields);
      break;
    case 'assignment':
      assign(context, conversation, fields);
      break;
    default:
      throw invalid('message_type must be close, snoozed, open or assignment', 'message_type');
  }
  return ok(conversationView(context, conversation));
}

function actorOf(context: ApiContext, fields: Fields): string {
  const id = requiredAdmin(fields);
  if (!context.workspace.admins.has(id)) throw notFound();
  return id;
}

function bodyOf(fields: Fields): string | null {
  const body = stringField(fields, 'body') ?? '';
  return body === '' ? null : textToHtml(body);
}

function close(context: ApiContext, conversation: Conversation, fields: Fields): void {
  onlyKeys(context, fields, ['message_type', 'type', 'admin_id', 'body']);
  if (fields['type'] !== 'admin') throw invalid("type must be 'admin'", 'type');
  const adminId = actorOf(context, fields);
  const body = bodyOf(fields);
  if (conversation.state === 'closed') throw invalid('The conversation is already closed');
  conversation.state = 'closed';
  conversation.open = false;
  conversation.snoozedUntil = null;
  conversation.waitingSince = null;
  const author = { type: 'admin', id: adminId } as const;
  const part = appendPart(context.workspace, conversation, { partType: 'close', author, body }, context.now);
  if (body !== null) mailParticipants(context, conversation, 'comment_with_close', part);
  if (context.state.switches.csatWorkflow) mailParticipants(context, conversation, 'csat_survey', part);
  runWorkflows(context, conversation, 'workflow_on_state_change', part);
}

function reopen(context: ApiContext, conversation: Conversation, fields: Fields): void {
  onlyKeys(context, fields, ['message_type', 'admin_id', 'type']);
  const adminId = actorOf(context, fields);
  setOpen(conversation);
  const author = { type: 'admin', id: adminId } as const;
  const part = appendPart(context.workspace, conversation, { partType: 'open', author }, context.now);
  runWorkflows(context, conversation, 'workflow_on_state_change', part);
}

function snooze(context: ApiContext, conversation: Conversation, fields: Fields): void {
  onlyKeys(context, fields, ['message_type', 'admin_id', 'snoozed_until', 'type']);
  const adminId = actorOf(context, fields);
  const until = integerField(fields, 'snoozed_until');
  if (until === undefined || until === null) throw missing('snoozed_until not specified', 'snoozed_until');
  if (until <= context.now) throw invalid('snoozed_until must be in the future', 'snoozed_until');
  conversation.state = 'snoozed';
  conversation.open = true;
  conversation.snoozedUntil = until;
  const author = { type: 'admin', id: adminId } as const;
  const part = appendPart(context.workspace, conversation, { partType: 'snoozed', author }, context.now);
  runWorkflows(context, conversation, 'workflow_on_state_change', part);
}

/** Assigning a closed conversation reopens it: the official example answers with an `assign_and_reopen` part. */
function assign(context: ApiContext, conversation: Conversation, fields: Fields): void {
  onlyKeys(context, fields, ['message_type', 'type', 'admin_id', 'assignee_id', 'body']);
  const { type } = fields;
  if (type !== 'admin' && type !== 'team') throw invalid('type must be admin or team', 'type');
  const adminId = actorOf(context, fields);
  const assigneeId = idField(fields, 'assignee_id');
  if (assigneeId === undefined) throw missing('assignee_id not specified', 'assignee_id');
  if (assigneeId !== '0') refuseAssignee(context, type, assigneeId);
  const current = type === 'admin' ? conversation.adminAssigneeId : conversation.teamAssigneeId;
  if (String(current) === assigneeId) {
    throw new ApiFailure(422, 'parameter_invalid', 'The conversation is already assigned to this assignee');
  }
  const body = bodyOf(fields);
  const reopens = conversation.state === 'closed';
  if (reopens) setOpen(conversation);
  if (type === 'admin') conversation.adminAssigneeId = Number(assigneeId);
  else conversation.teamAssigneeId = Number(assigneeId);
  const part = appendPart(
    context.workspace,
    conversation,
    {
      partType: reopens ? 'assign_and_reopen' : 'assignment',
      author: { type: 'admin', id: adminId },
      body,
      assignedTo: assigneeId === '0' ? null : { type, id: assigneeId },
    },
    context.now,
  );
  if (body !== null) mailParticipants(context, conversation, 'comment_with_assignment', part);
}

function refuseAssignee(context: ApiContext, type: 'admin' | 'team', id: string): void {
  if (type === 'team') {
    if (!context.workspace.teams.has(id)) throw notFound('Assignee Not Found');
    return;
  }
  const admin = context.workspace.admins.get(id);
  if (admin === undefined) throw notFound('Assignee Not Found');
  if (!admin.hasInboxSeat && context.state.switches.assignWithoutSeat === 'reject') {
    throw invalid('The assignee has no inbox seat', 'assignee_id');
  }
}
