import type { ApiContext } from '../context.ts';
import type { Fields } from '../request-fields.ts';
import { applyToArticle, readArticle } from './article-write.ts';

/** A person edits or deletes an article in the Help Center editor. */
export async function editArticle(
  person: ApiContext,
  id: string,
  set: Fields | null,
  gone: boolean,
): Promise<boolean> {
  const { articles } = person.workspace.content;
  const article = articles.get(id);
  if (article === undefined) return false;
  if (set !== null) applyToArticle(article, await readArticle(person, set), person.now);
  if (gone) articles.delete(id);
  return true;
}
