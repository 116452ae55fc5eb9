import type { IntercomClient } from '../../../connectors/intercom/client.ts';
import type { Article, InternalArticle } from '../../../connectors/intercom/schemas.ts';
import type { ListPage, SearchFilter } from '../../../connectors/intercom/list-calls.ts';
import { NotFoundError } from '../../../errors.ts';
import { CANARY_ID } from '../../prepare/canary-instance.ts';
import { isMarkerDraft } from '../../load/articles/marker-draft.ts';
import { wordOf } from './ledger-sets.ts';

/** Something of a list as far as it matters whether it is ours. */
export interface Listed {
  id: string;
  /** What it carries where ours carry their identity. */
  identity: string | null;
  /** Nobody but us makes such a thing. */
  isSurelyOurs: boolean;
  /** When it says that it began; conversations alone can be dated back, and only through the API. */
  startedAt?: number;
  /** Two things alike in this are the same thing twice. */
  likeness?: string;
}

/** How one set is read as a whole. */
export interface SetReader {
  /** Read through the search index, which is behind for a while. */
  lags: boolean;
  /** One call; null where other things are in the same list, so that only reading it tells. */
  total(): Promise<number | null>;
  pageAt(cursor: string | null): Promise<ListPage<Listed>>;
  exists(id: string): Promise<boolean>;
}

/** A custom object type that is gone has no instances: each of ours is then found missing by its id. */
const NONE: ListPage<never> = { items: [], total: 0, next: null };

function absentAsNone(error: unknown): ListPage<never> {
  if (error instanceof NotFoundError) return NONE;
  throw error;
}

/** Contacts that carry the mark which every imported person gets. */
export function contactsReader(intercom: IntercomClient, mark: SearchFilter): SetReader {
  return {
    lags: true,
    total: async () => (await intercom.pageOfFoundContacts(mark, null)).total,
    async pageAt(cursor) {
      const page = await intercom.pageOfFoundContacts(mark, cursor);
      const items = page.items.map(({ id, external_id }) => ({
        id,
        identity: external_id,
        isSurelyOurs: true,
      }));
      return { ...page, items };
    },
    exists: async (id) => (await intercom.getContact(id)) !== null,
  };
}

/** @param prefix what all our company ids begin with */
export function companiesReader(intercom: IntercomClient, prefix: string): SetReader {
  return {
    lags: false,
    total: () => Promise.resolve(null),
    async pageAt(cursor) {
      const page = await intercom.pageOfCompanies(cursor);
      const items = page.items.map(({ id, company_id }) => ({
        id,
        identity: company_id,
        isSurelyOurs: prefix !== '' && company_id?.startsWith(prefix) === true,
      }));
      return { ...page, items };
    },
    exists: async (id) => (await intercom.getCompany(id)) !== null,
  };
}

/**
 * Conversations whose opening text has a word with the beginning of our markers; `source.body` is searched word by word
 * (Intercom API 2.16, POST /conversations/search). Our marker is the last word; people may write one anywhere.
 */
export function conversationsReader(intercom: IntercomClient, prefix: string): SetReader {
  const filter: SearchFilter = { field: 'source.body', operator: '^', value: prefix };
  return {
    lags: true,
    total: async () => (await intercom.pageOfFoundConversations(filter, null)).total,
    async pageAt(cursor) {
      const page = await intercom.pageOfFoundConversations(filter, cursor);
      const items = page.items.map(({ id, created_at, body }) => {
        const marker = lastWord(body);
        const identity = marker.startsWith(prefix) ? marker : null;
        return { id, identity, isSurelyOurs: false, startedAt: created_at };
      });
      return { ...page, items };
    },
    exists: async (id) => (await intercom.getConversation(id)) !== null,
  };
}

export function instancesReader(intercom: IntercomClient, type: string): SetReader {
  const read = (cursor: string | null) => intercom.pageOfInstances(type, cursor).catch(absentAsNone);
  return {
    lags: false,
    total: async () => (await read(null)).total,
    async pageAt(cursor) {
      const page = await read(cursor);
      const items = page.items.map(({ id, external_id }) => ({
        id,
        identity: external_id,
        isSurelyOurs: external_id === CANARY_ID,
      }));
      return { ...page, items };
    },
    exists: async (id) => (await intercom.getInstance(type, id)) !== null,
  };
}

/** Articles carry no id of ours but in the draft that some of them begin as; else, title and collection tell. */
export function articlesReader(intercom: IntercomClient, kind: 'articles' | 'internal_articles'): SetReader {
  const isInternal = kind === 'internal_articles';
  return {
    lags: false,
    total: () => Promise.resolve(null),
    async pageAt(cursor) {
      const number = cursor === null ? 1 : Number(cursor);
      const { data, pages } = isInternal
        ? await intercom.listInternalArticles(number)
        : await intercom.listArticles(number);
      const items = data.map((article) => {
        const isDraft = isMarkerDraft(article.body);
        const likeness = likenessOf(article);
        return {
          id: article.id,
          identity: isDraft ? lastWord(article.body) : null,
          isSurelyOurs: isDraft,
          ...(likeness === null ? {} : { likeness }),
        };
      });
      const isLast = data.length === 0 || number >= (pages?.total_pages ?? 1);
      return { items, total: items.length, next: isLast ? null : String(number + 1) };
    },
    exists: async (id) =>
      (await (isInternal ? intercom.getInternalArticle(id) : intercom.getArticle(id))) !== null,
  };
}

/** Internal articles lie in no collection, so that nothing but their title could tell. */
function likenessOf(article: Article | InternalArticle): string | null {
  if (!('parent_ids' in article) || article.parent_ids.length === 0) return null;
  return JSON.stringify([article.title, article.parent_ids]);
}

function lastWord(html: string): string {
  const words = html
    .replace(/<[^>]*>/g, ' ')
    .trim()
    .split(/\s+/);
  return wordOf(words.at(-1) ?? '');
}
