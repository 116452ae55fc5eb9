import { NotFoundError, RejectedError } from '../../../errors.ts';
import { payloadHash } from '../../../objects/payload-hash.ts';
import type { ArticlePayload } from '../../../objects/payloads.ts';
import { compareArticle } from './article-compare.ts';
import { createStep } from './article-create.ts';
import {
  authorOf,
  collectionDeleted,
  isUnfinished,
  kindOf,
  parentOf,
  refusedAuthor,
  wholeText,
  type ArticleKind,
} from './article-fields.ts';
import { requireId } from '../steps.ts';
import { tagSteps, type TagCalls } from '../tag-steps.ts';
import {
  isToWrite,
  shortHash,
  type Destination,
  type Loaded,
  type LoadContext,
  type Step,
  type StepResult,
  type StepTarget,
} from '../destination.ts';

/**
 * Articles. One that can be told by its text, and names only what has its address, is made at once as it is to be. Any
 * other begins as a draft with a marker; when everything is loaded and all addresses are known, one call writes the text
 * with its links, and publishes what was published.
 */
export const articles: Destination<ArticlePayload> = {
  isUnfinished,
  requiredRefs: () => [],
  optionalRefs: (payload) => [
    ...(payload.author === undefined ? [] : [payload.author]),
    ...payload.links.flatMap(({ ref }) => (ref === undefined ? [] : [ref])),
  ],
  plan(payload, existing, context) {
    const kind = kindOf(payload, existing, context);
    const tags = tagSteps(payload.tags, existing, TAG_CALLS[kind]);
    if (existing === undefined) return [createStep(payload, kind), ...tags];
    const isChanged = isToWrite(existing, (field) => !field.startsWith('tags.'));
    return [...tags, ...(isChanged ? [contentStep(payload, existing, kind, context)] : [])];
  },
  async verify(payload, loaded, context) {
    const isInternal = loaded.facts['kind'] === 'internal_article';
    const actual = isInternal
      ? await context.intercom.getInternalArticle(loaded.destinationId)
      : await context.intercom.getArticle(loaded.destinationId);
    if (actual === null) return null;
    return {
      comparisons: await compareArticle(payload, loaded, actual, authorOf(payload, context), context),
      updatedAt: actual.updated_at,
    };
  },
};

const TAG_CALLS: Record<ArticleKind, TagCalls> = {
  article: {
    add: {
      operation: 'POST /articles/{id}/tags',
      send: ({ intercom, fallbackAdminId }, id, tagId) => intercom.tagArticle(id, tagId, fallbackAdminId),
    },
    remove: {
      operation: 'DELETE /articles/{id}/tags/{tag_id}',
      send: ({ intercom }, id, tagId) => intercom.untagArticle(id, tagId),
    },
  },
  internal_article: {
    add: {
      operation: 'POST /internal_articles/{id}/tags',
      send: ({ intercom, fallbackAdminId }, id, tagId) =>
        intercom.tagInternalArticle(id, tagId, fallbackAdminId),
    },
    remove: {
      operation: 'DELETE /internal_articles/{id}/tags/{tag_id}',
      send: ({ intercom }, id, tagId) => intercom.untagInternalArticle(id, tagId),
    },
  },
};

/** Everything at once, publishing included: the text is never public without its links, nor a draft for no reason. */
function contentStep(
  payload: ArticlePayload,
  existing: Loaded,
  kind: ArticleKind,
  context: LoadContext,
): Step {
  const author = authorOf(payload, context);
  const links = payload.links.map(({ ref }) =>
    ref === undefined ? null : (context.resolve(ref)?.destinationId ?? null),
  );
  return {
    key: `content:${shortHash(payloadHash({ payload, author, links }))}`,
    once: 'run',
    operation: kind === 'article' ? 'PUT /articles/{id}' : 'PUT /internal_articles/{id}',
    identity: { id: existing.destinationId },
    perform: (_context, target) => writeContent(payload, existing, kind, author, target, context),
    // Writing the same text again changes nothing.
    probe: () => Promise.resolve('repeat'),
  };
}

async function writeContent(
  payload: ArticlePayload,
  existing: Loaded,
  kind: ArticleKind,
  author: string,
  target: StepTarget,
  context: LoadContext,
): Promise<StepResult> {
  const id = requireId(target);
  if (existing.fresh !== true) await target.keepPrior({ ...(await readPrior(id, kind, context)) });
  const text = await wholeText(payload, kind, context);
  const kept = [...(existing.update?.kept ?? [])];
  const isKept = (name: string) => kept.some((field) => field === name || field.startsWith(`${name}.`));
  const fields = {
    title: payload.title,
    // Text, links and pictures are one: who changed one of them has written the text.
    ...(['body', 'links', 'images'].some(isKept) ? {} : { body: text.html }),
    ...(isKept('author') ? {} : { author_id: Number(author) }),
  };
  const facts = { ...existing.facts, ...text.facts };
  const more = { warnings: text.warnings };
  if (kind === 'internal_article') {
    await refusedAuthor(
      author,
      context.intercom.updateInternalArticle(id, {
        ...fields,
        ...(isKept('author') ? {} : { owner_id: Number(author) }),
      }),
    );
    return { destinationId: id, facts, ...more };
  }
  try {
    const parent = isKept('collection') ? {} : await parentOf(payload, context);
    const written = await refusedAuthor(
      author,
      context.intercom.updateArticle(id, { ...fields, state: payload.state, ...parent }),
    );
    return { destinationId: id, facts: { ...facts, url: written.url }, ...more };
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    if ((await context.intercom.getArticle(id)) === null) throw deletedInIntercom(id, error);
    throw await collectionDeleted(payload, context, error);
  }
}

async function readPrior(id: string, kind: ArticleKind, context: LoadContext): Promise<object> {
  const prior =
    kind === 'article'
      ? await context.intercom.getArticle(id)
      : await context.intercom.getInternalArticle(id);
  if (prior === null) throw deletedInIntercom(id);
  return prior;
}

function deletedInIntercom(id: string, cause?: unknown): RejectedError {
  return new RejectedError(`The article ${id} was deleted in Intercom.`, {
    code: 'deleted_in_intercom',
    value: id,
    suggestion: 'Make it again, or waive the record to leave it deleted.',
    cause,
  });
}
