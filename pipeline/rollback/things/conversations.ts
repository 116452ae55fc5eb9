import type { Conversation } from '../../../connectors/intercom/schemas.ts';
import type { ConversationPayload } from '../../../objects/payloads.ts';
import { RejectedError } from '../../../errors.ts';
import { resolveAttributes } from '../../load/attributes.ts';
import type { LoadContext } from '../../load/destination.ts';
import type { SpareReason } from '../undo-plan.ts';
import { changesBack, flat, leftAsEdited, valueOf } from './fields.ts';
import { ignoringAbsence, repeatable, untagStep, writeBack } from './steps.ts';
import { edited, idOf, NOTHING_TO_RESTORE, type ThingKind, type UndoStep, type Written } from './thing.ts';

export const conversations: ThingKind<Conversation, ConversationPayload> = {
  async read(plan, context) {
    const raw = await context.intercom.getConversation(idOf(plan));
    return raw === null ? null : { raw, updatedAt: raw.updated_at };
  },
  /** Attributes that are not ours do not count: Intercom sets some of its own on every conversation. */
  traces(raw, marks) {
    const tags = (raw.tags?.tags ?? []).filter(({ id }) => !marks.tagIds.has(id));
    const people = raw.contacts?.contacts.length ?? 0;
    return [
      ...tags.map(({ name }) => edited('tags', null, name)),
      ...(people > 1 ? [edited('participants', 1, people)] : []),
      ...(raw.state === 'snoozed' ? [edited('state', 'open', 'snoozed')] : []),
    ];
  },
  remove(plan) {
    const id = idOf(plan);
    return {
      key: 'undo:delete',
      operation: 'DELETE /conversations/{id}',
      perform: ({ intercom }) => ignoringAbsence(intercom.deleteConversation(id)),
      isDone: async ({ intercom }) => (await intercom.getConversation(id)) === null,
    };
  },
  restoration(raw, written, _plan, context) {
    const { prior } = written;
    const entries = written.entries === 0 ? [] : [entriesStay(written.entries)];
    if (prior === null) return { ...NOTHING_TO_RESTORE, left: entries };
    const before = { ...prior, company_id: companyIn(prior) };
    const now = { ...raw, company_id: companyIn(raw) };
    const { body, expected, left } = changesBack(before, bodiesOf(written, context), now);
    return {
      steps: [
        ...writeBack('PUT /conversations/{id}', body, ({ intercom }, values) =>
          intercom.updateConversation(raw.id, values),
        ),
        ...tagSteps(raw, written, prior),
        ...assignSteps(raw, prior, expected),
        ...stateSteps(raw, written, prior, expected, left),
      ],
      expected,
      left: [...left, ...entries],
    };
  },
  valuesOf: (raw, fields) =>
    Object.fromEntries(
      fields.map((field) => [
        field,
        field === 'company_id'
          ? companyIn(raw)
          : field === 'state'
            ? raw.state === 'closed'
              ? 'closed'
              : 'open'
            : (valueOf(raw, field) ?? null),
      ]),
    ),
};

function entriesStay(count: number): SpareReason {
  return {
    code: 'not_undoable',
    message: `${count} messages or notes that were added later stay: Intercom deletes no part of a conversation.`,
    field: 'parts',
    ours: count,
    theirs: null,
  };
}

function companyIn(conversation: object): string | null {
  const { company } = conversation as { company?: { id?: unknown } | null };
  return typeof company?.id === 'string' ? company.id : null;
}

function bodiesOf({ payloads }: Written<ConversationPayload>, context: LoadContext) {
  return payloads.map(({ title, company, custom_attributes }) =>
    flat({
      title,
      company_id: company === undefined ? undefined : context.resolve(company)?.destinationId,
      custom_attributes: resolveAttributes(custom_attributes, context),
    }),
  );
}

/** Tags that we put on go, and those that we took off come back. */
function tagSteps(
  raw: Conversation,
  { tags, tagsTaken }: Written<ConversationPayload>,
  prior: Record<string, unknown>,
): UndoStep[] {
  const list = prior['tags'] as { tags?: { id: string }[] } | null | undefined;
  const before = new Set((list?.tags ?? []).map(({ id }) => id));
  const now = new Set((raw.tags?.tags ?? []).map(({ id }) => id));
  const off = tags
    .filter(({ id }) => !before.has(id))
    .map(({ name, id }) =>
      untagStep(name, 'DELETE /conversations/{id}/tags/{tag_id}', ({ intercom, fallbackAdminId }) =>
        intercom.untagConversation(raw.id, id, fallbackAdminId),
      ),
    );
  const on = tagsTaken
    .filter(({ id }) => before.has(id) && !now.has(id))
    .map(({ name, id }) =>
      repeatable(`undo:untag:${name}`, 'POST /conversations/{id}/tags', ({ intercom, fallbackAdminId }) =>
        intercom.tagConversation(raw.id, id, fallbackAdminId),
      ),
    );
  return [...off, ...on];
}

/** Assigning to `0` is unassigning (Intercom API 2.16, POST /conversations/{id}/parts). */
function assignSteps(
  raw: Conversation,
  prior: Record<string, unknown>,
  expected: Record<string, unknown>,
): UndoStep[] {
  const before = typeof prior['admin_assignee_id'] === 'string' ? prior['admin_assignee_id'] : '0';
  if (before === (raw.admin_assignee_id ?? '0')) return [];
  expected['admin_assignee_id'] = before;
  return [
    {
      key: 'undo:assign',
      operation: 'POST /conversations/{id}/parts',
      perform: ({ intercom, fallbackAdminId }) =>
        intercom.manage(raw.id, {
          message_type: 'assignment',
          type: 'admin',
          admin_id: fallbackAdminId,
          assignee_id: before,
        }),
      isDone: async ({ intercom }) =>
        ((await intercom.getConversation(raw.id))?.admin_assignee_id ?? '0') === before,
    },
  ];
}

/** Last: assigning a closed conversation opens it. */
function stateSteps(
  raw: Conversation,
  { payloads }: Written<ConversationPayload>,
  prior: Record<string, unknown>,
  expected: Record<string, unknown>,
  left: SpareReason[],
): UndoStep[] {
  const before = prior['state'] === 'closed' ? 'closed' : 'open';
  const now = raw.state === 'closed' ? 'closed' : 'open';
  const reopened = 'admin_assignee_id' in expected && before === 'closed';
  if (before === now && !reopened) return [];
  if (!payloads.some(({ state }) => state === now) && before !== now) {
    left.push(leftAsEdited('state', payloads[0]?.state, now));
    return [];
  }
  expected['state'] = before;
  const isThere = async ({ intercom }: LoadContext) =>
    ((await intercom.getConversation(raw.id))?.state === 'closed') === (before === 'closed');
  return [
    {
      key: 'undo:state',
      operation: 'POST /conversations/{id}/parts',
      async perform(context) {
        const admin_id = context.fallbackAdminId;
        try {
          await context.intercom.manage(
            raw.id,
            before === 'closed'
              ? { message_type: 'close', type: 'admin', admin_id }
              : { message_type: 'open', admin_id },
          );
        } catch (error) {
          // Closing what is closed is refused: the state decides.
          if (!(error instanceof RejectedError) || !(await isThere(context))) throw error;
        }
      },
      isDone: isThere,
    },
  ];
}
