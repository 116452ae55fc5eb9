import { NotFoundError } from '../../../errors.ts';
import type { ArticlePayload } from '../../../objects/payloads.ts';
import { beforehand } from '../beforehand.ts';
import type { LoadContext, ProbeAnswer, Step, StepResult, StepTarget } from '../destination.ts';
import { waitUntilListed } from '../steps.ts';
import {
  authorOf,
  collectionDeleted,
  parentOf,
  refusedAuthor,
  wholeText,
  type ArticleKind,
} from './article-fields.ts';
import { findLostCreate } from './lost-create.ts';
import { markerText } from './marker-draft.ts';

/**
 * Intercom takes no id of ours, so an article that may be finished at once must be told from every other by its text:
 * one that shares its title, or names an article without an address yet, begins as a draft whose text is a marker, and
 * is finished when everything is loaded. Nobody ever reads a half-made article.
 */
export function createStep(payload: ArticlePayload, kind: ArticleKind): Step {
  const begun = { kind, state: payload.state };
  return {
    key: 'create',
    once: 'ever',
    operation: kind === 'article' ? 'POST /articles' : 'POST /internal_articles',
    identity: { marker: payload.marker, title: payload.title },
    async perform(context, target) {
      const isWhole = await beforehand(mayBeWhole(payload, context, target));
      const { html, facts, warnings } = isWhole
        ? await beforehand(wholeText(payload, kind, context))
        : { html: markerText(payload), facts: begun, warnings: [] };
      const made = await create(payload, kind, html, isWhole ? payload.state : 'draft', context);
      return { destinationId: made.id, origin: 'created', facts: { ...facts, ...made.facts }, warnings };
    },
    /** What is found is taken for unfinished: its text is written once more, whichever way it was made. */
    async probe(context, target): Promise<ProbeAnswer> {
      const found = await findLostCreate(payload, kind, context, target);
      if (found === undefined) return waitUntilListed(context, target);
      return typeof found === 'string'
        ? { happened: { destinationId: found, origin: 'created', facts: begun } }
        : { undecided: found };
    },
    async believe(id, context): Promise<StepResult | null> {
      const found =
        kind === 'article'
          ? await context.intercom.getArticle(id)
          : await context.intercom.getInternalArticle(id);
      return found === null ? null : { destinationId: id, origin: 'created', facts: begun };
    },
  };
}

async function mayBeWhole(
  payload: ArticlePayload,
  context: LoadContext,
  { record }: StepTarget,
): Promise<boolean> {
  const isAddressed = payload.links.every(({ ref }) => {
    if (ref === undefined) return true;
    const named = context.resolve(ref);
    if (named === undefined) return false;
    const { kind, state, url } = named.facts;
    // Others, drafts among them, are found by their ids; what is to be published has readers once it has an address.
    return (
      named.resource !== 'articles' ||
      kind === 'internal_article' ||
      state === 'draft' ||
      typeof url === 'string'
    );
  });
  return isAddressed && !(await context.helpCenter.known.sharesTitle(record));
}

async function create(
  payload: ArticlePayload,
  kind: ArticleKind,
  body: string,
  state: ArticlePayload['state'],
  context: LoadContext,
): Promise<{ id: string; facts: Record<string, unknown> }> {
  const author = authorOf(payload, context);
  const fields = { title: payload.title, body, author_id: Number(author) };
  if (kind === 'internal_article') {
    const { intercom } = context;
    const call = intercom.createInternalArticle({ ...fields, owner_id: Number(author) });
    return { id: (await refusedAuthor(author, call)).id, facts: {} };
  }
  try {
    const parent = await parentOf(payload, context);
    const made = await refusedAuthor(author, context.intercom.createArticle({ ...fields, state, ...parent }));
    return { id: made.id, facts: made.url === null ? {} : { url: made.url } };
  } catch (error) {
    if (!(error instanceof NotFoundError) || payload.collection.length === 0) throw error;
    throw await collectionDeleted(payload, context, error);
  }
}
