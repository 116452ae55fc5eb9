import type { Article, InternalArticle } from '../../../connectors/intercom/schemas.ts';
import type { ArticlePayload } from '../../../objects/payloads.ts';
import type { UndoPlan } from '../undo-plan.ts';
import { isEqual, valueOf } from './fields.ts';
import { ignoringAbsence, repeatable, untagStep } from './steps.ts';
import { edited, idOf, NOTHING_TO_RESTORE, type ThingKind, type UndoStep, type Written } from './thing.ts';

type AnyArticle = Article | InternalArticle;

export const articles: ThingKind<AnyArticle, ArticlePayload> = {
  async read(plan, context) {
    const raw = isInternal(plan)
      ? await context.intercom.getInternalArticle(idOf(plan))
      : await context.intercom.getArticle(idOf(plan));
    return raw === null ? null : { raw, updatedAt: raw.updated_at };
  },
  traces: (raw, marks) =>
    tagsOf(raw)
      .filter((id) => !marks.tagIds.has(id))
      .map((id) => edited('tags', null, id)),
  remove(plan) {
    const id = idOf(plan);
    const internal = isInternal(plan);
    return {
      key: 'undo:delete',
      operation: internal ? 'DELETE /internal_articles/{id}' : 'DELETE /articles/{id}',
      perform: ({ intercom }) =>
        ignoringAbsence(internal ? intercom.deleteInternalArticle(id) : intercom.deleteArticle(id)),
      isDone: async (context) => (await articles.read(plan, context)) === null,
    };
  },
  /** The text is one value: an article that people edited is not touched (that is decided before this is asked). */
  restoration(raw, written, plan) {
    const { prior } = written;
    if (prior === null) return NOTHING_TO_RESTORE;
    const parents = prior['parent_ids'] as string[] | undefined;
    const wanted: Record<string, unknown> = {
      title: prior['title'],
      body: prior['body'],
      author_id: prior['author_id'],
      ...(isInternal(plan) ? {} : { state: prior['state'] }),
    };
    const changed = Object.entries(wanted).filter(
      ([field, value]) => value !== undefined && !isEqual(field, value, valueOf(raw, field)),
    );
    return {
      steps: [
        ...(changed.length === 0 ? [] : [updateStep(raw.id, isInternal(plan), wanted, parents?.at(-1))]),
        ...tagSteps(raw, written, prior, plan),
      ],
      expected: Object.fromEntries(changed),
      left: [],
    };
  },
  valuesOf: (raw, fields) => Object.fromEntries(fields.map((field) => [field, valueOf(raw, field) ?? null])),
};

function isInternal(plan: UndoPlan): boolean {
  return plan.facts['kind'] === 'internal_article';
}

function tagsOf(raw: AnyArticle): string[] {
  return 'tags' in raw ? (raw.tags?.tags ?? []).map(({ id }) => id) : [];
}

function updateStep(
  id: string,
  internal: boolean,
  wanted: Record<string, unknown>,
  parent: string | undefined,
): UndoStep {
  const { author_id, ...fields } = wanted;
  const body = { ...fields, ...(author_id == null ? {} : { author_id: Number(author_id) }) };
  const operation = internal ? 'PUT /internal_articles/{id}' : 'PUT /articles/{id}';
  return repeatable('undo:update', operation, ({ intercom }) =>
    internal
      ? intercom.updateInternalArticle(id, body)
      : intercom.updateArticle(id, {
          ...body,
          ...(parent === undefined ? {} : { parent_id: Number(parent), parent_type: 'collection' }),
        }),
  );
}

/** Tags that we put on go, and those that we took off come back. */
function tagSteps(
  raw: AnyArticle,
  { tags, tagsTaken }: Written<ArticlePayload>,
  prior: Record<string, unknown>,
  plan: UndoPlan,
): UndoStep[] {
  const list = prior['tags'] as { tags?: { id: string }[] } | null | undefined;
  const before = new Set((list?.tags ?? []).map(({ id }) => id));
  const now = new Set(tagsOf(raw));
  const [place, internal] = isInternal(plan) ? ['internal_articles', true] : ['articles', false];
  const off = tags
    .filter(({ id }) => !before.has(id))
    .map(({ name, id }) =>
      untagStep(name, `DELETE /${place}/{id}/tags/{tag_id}`, ({ intercom }) =>
        internal ? intercom.untagInternalArticle(raw.id, id) : intercom.untagArticle(raw.id, id),
      ),
    );
  const on = tagsTaken
    .filter(({ id }) => before.has(id) && !now.has(id))
    .map(({ name, id }) =>
      repeatable(`undo:untag:${name}`, `POST /${place}/{id}/tags`, ({ intercom, fallbackAdminId }) =>
        internal
          ? intercom.tagInternalArticle(raw.id, id, fallbackAdminId)
          : intercom.tagArticle(raw.id, id, fallbackAdminId),
      ),
    );
  return [...off, ...on];
}
