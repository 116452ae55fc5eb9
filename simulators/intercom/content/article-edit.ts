import type { ApiContext } from '../context.ts';
import type { Fields } from '../request-fields.ts';

/** A person edits an article in the Help Center editor. */
export async function editArticle(
  person: ApiContext,
  id: string,
  set: Fields | null,
  gone: boolean,
): Promise<boolean> {
  const article = person.workspace.content.articles.get(id);
  if (article === undefined) return false;
  if (set !== null) Object.assign(article, set, { updatedAt: person.now });
  if (gone) person.workspace.content.articles.delete(id);
  return Promise.resolve(true);
}
