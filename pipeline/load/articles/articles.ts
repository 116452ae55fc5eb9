import { NotFoundError, RejectedError } from '../../../errors.ts';
import { escapeText } from '../../../objects/article-html.ts';
import type { MappingIssue } from '../../../objects/mapping.ts';
import { payloadHash } from '../../../objects/payload-hash.ts';
import type { ArticlePayload } from '../../../objects/payloads.ts';
import { bodyOf, filesNotMoved, resolvedLinks } from './article-body.ts';
import { beforehand } from '../beforehand.ts';
import { compareArticle } from './article-compare.ts';
import { requireId, waitUntilListed } from '../steps.ts';
import { tagSteps, type TagCalls } from '../tag-steps.ts';
import {
  isToWrite,
  shortHash,
  type Destination,
  type Loaded,
  type LoadContext,
  type ProbeAnswer,
  type Step,
  type StepResult,
  type StepTarget,
} from '../destination.ts';

/** Clocks may differ by less: an article changed this long before our intent is not its result. */
const CLOCK_SKEW_SECONDS = 60;

type Kind = 'article' | 'internal_article';

/**
 * Articles. Intercom takes no id of ours, so a draft with a marker is made first; when everything is loaded and all
 * addresses are known, one call writes the text with its links, and publishes what was published. Nobody ever reads a
 * half-made article, and a lost answer is resolved by the marker.
 */
export const articles: Destination<ArticlePayload> = {
  isFinishedLater: true,
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

/** An article stays what it was made as: the two kinds are different things in Intercom. */
function kindOf(payload: ArticlePayload, existing: Loaded | undefined, context: LoadContext): Kind {
  if (existing !== undefined) {
    return existing.facts['kind'] === 'internal_article' ? 'internal_article' : 'article';
  }
  return payload.restricted && context.settings.restricted_articles === 'internal'
    ? 'internal_article'
    : 'article';
}

/** The author's teammate, else the fallback teammate: Intercom takes no article without one. */
function authorOf(payload: ArticlePayload, context: LoadContext): string {
  const adminId =
    payload.author === undefined ? undefined : context.resolve(payload.author)?.facts['admin_id'];
  return typeof adminId === 'string' ? adminId : context.fallbackAdminId;
}

export const PLACEHOLDER = 'This article is being migrated.';

/** What stands in the draft until its text is written; its last word is the marker. */
function placeholder(payload: ArticlePayload): string {
  return `<p>${PLACEHOLDER} ${escapeText(payload.marker)}</p>`;
}

function createStep(payload: ArticlePayload, kind: Kind): Step {
  const facts = { kind, state: payload.state };
  return {
    key: 'create',
    once: 'ever',
    operation: kind === 'article' ? 'POST /articles' : 'POST /internal_articles',
    identity: { marker: payload.marker, title: payload.title },
    async perform(context) {
      const author = authorOf(payload, context);
      const fields = { title: payload.title, body: placeholder(payload), author_id: Number(author) };
      const made = await refusedAuthor(
        author,
        kind === 'article'
          ? context.intercom.createArticle({
              ...fields,
              state: 'draft',
              ...(await parentOf(payload, context)),
            })
          : context.intercom.createInternalArticle({ ...fields, owner_id: Number(author) }),
      );
      return { destinationId: made.id, origin: 'created', facts };
    },
    async probe(context, target): Promise<ProbeAnswer> {
      const id = await findByMarker(payload.marker, kind, target.intendedAt, context);
      if (id !== undefined) return { happened: { destinationId: id, origin: 'created', facts } };
      return waitUntilListed(context, target);
    },
    async believe(id, context) {
      const found =
        kind === 'article'
          ? await context.intercom.getArticle(id)
          : await context.intercom.getInternalArticle(id);
      return found === null ? null : { destinationId: id, origin: 'created', facts };
    },
  };
}

/** Lists are sorted by change, latest first (Intercom API 2.16), so only what changed since the intent is looked at. */
async function findByMarker(
  marker: string,
  kind: Kind,
  intendedAt: Date,
  context: LoadContext,
): Promise<string | undefined> {
  const since = intendedAt.getTime() / 1000 - CLOCK_SKEW_SECONDS;
  const word = new RegExp(`(?<![\\p{L}\\p{N}])${marker}(?![\\p{L}\\p{N}])`, 'u');
  for (let number = 1; ; number += 1) {
    const { data, pages } =
      kind === 'article'
        ? await context.intercom.listArticles(number)
        : await context.intercom.listInternalArticles(number);
    const found = data.find(({ body }) => word.test(body));
    if (found !== undefined) return found.id;
    const last = data.at(-1);
    if (last === undefined || number >= (pages?.total_pages ?? 1) || (last.updated_at ?? 0) < since)
      return undefined;
  }
}

async function parentOf(
  payload: ArticlePayload,
  context: LoadContext,
): Promise<{ parent_id?: number; parent_type?: 'collection' }> {
  const id = await beforehand(context.helpCenter.collectionId(payload.collection));
  return id === undefined ? {} : { parent_id: Number(id), parent_type: 'collection' };
}

/** Teammates without the right to write articles are refused as authors; which right that is, the API does not say. */
async function refusedAuthor<T>(author: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof RejectedError) || error.field !== 'author_id') throw error;
    throw new RejectedError('Intercom does not take this teammate as an author.', {
      code: 'article_without_author',
      field: 'author',
      value: author,
      suggestion: 'Give the teammate access to articles, or choose another fallback teammate, then retry.',
      cause: error,
    });
  }
}

const TAG_CALLS: Record<Kind, TagCalls> = {
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
function contentStep(payload: ArticlePayload, existing: Loaded, kind: Kind, context: LoadContext): Step {
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
  kind: Kind,
  author: string,
  target: StepTarget,
  context: LoadContext,
): Promise<StepResult> {
  const id = requireId(target);
  if (existing.fresh !== true) await target.keepPrior({ ...(await readPrior(id, kind, context)) });
  const { html, lostImages, warnings } = await bodyOf(
    payload,
    await resolvedLinks(payload, context),
    context,
  );
  const kept = [...(existing.update?.kept ?? [])];
  const isKept = (name: string) => kept.some((field) => field === name || field.startsWith(`${name}.`));
  const fields = {
    title: payload.title,
    // Text, links and pictures are one: who changed one of them has written the text.
    ...(['body', 'links', 'images'].some(isKept) ? {} : { body: html }),
    ...(isKept('author') ? {} : { author_id: Number(author) }),
  };
  const facts = { ...existing.facts, kind, state: payload.state, lost_images: lostImages };
  const noticed = [...warnings, ...filesNotMoved(payload), ...authorNotMatched(payload, context)];
  const more = { warnings: noticed };
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
    await context.helpCenter.forgetCollection(payload.collection);
    throw new RejectedError('The collection of this article was deleted in Intercom.', {
      code: 'deleted_in_intercom',
      field: 'collection',
      value: payload.collection.join(' > '),
      suggestion: 'Retry: the collection is made again.',
      cause: error,
    });
  }
}

function authorNotMatched(payload: ArticlePayload, context: LoadContext): MappingIssue[] {
  const author = payload.author === undefined ? undefined : context.resolve(payload.author);
  if (typeof author?.facts['admin_id'] === 'string') return [];
  return [
    {
      code: 'article_without_author',
      field: 'author',
      value: payload.author?.sourceId ?? null,
      message: 'The author has no teammate, so the fallback teammate is shown as the author.',
      suggestion:
        'Invite the author as a teammate and load the article again, or change its author in Intercom.',
    },
  ];
}

async function readPrior(id: string, kind: Kind, context: LoadContext): Promise<object> {
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
    suggestion: 'Waive the record, or restore the article in Intercom and retry.',
    cause,
  });
}
