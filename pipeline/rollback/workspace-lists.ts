import type { IntercomClient } from '../../connectors/intercom/client.ts';

/** The workspace's own lists, each read when it is asked for and once. */
export interface WorkspaceLists {
  tags(): Promise<Map<string, string>>;
  attributes(kind: string): Promise<Map<string, string>>;
  /** `attribute id/option id` of every option that is offered. */
  options(): Promise<ReadonlySet<string>>;
  collections(): Promise<{ id: string; name: string; parentId: string | null }[]>;
  /** Ids of articles by the collection they lie in. */
  articles(): Promise<Map<string, string[]>>;
}

export function openWorkspaceLists(client: IntercomClient): WorkspaceLists {
  const read = new Map<string, Promise<unknown>>();
  function once<T>(name: string, list: () => Promise<T>): Promise<T> {
    const known = read.get(name) as Promise<T> | undefined;
    const answer = known ?? list();
    read.set(name, answer);
    return answer;
  }
  const conversationAttributes = () => once('conversation', () => client.listConversationAttributes());

  return {
    tags: () =>
      once(
        'tags',
        async () => new Map((await client.listTags()).map(({ id, name }) => [name.toLowerCase(), id])),
      ),
    attributes: (kind) =>
      once(`attributes:${kind}`, async () => {
        const all =
          kind === 'conversation'
            ? await conversationAttributes()
            : await client.listDataAttributes(kind === 'contact' ? 'contact' : 'company');
        const active = all.filter(({ archived }) => archived !== true);
        return new Map(active.map(({ id, name }) => [name, id ?? name]));
      }),
    options: () =>
      once('options', async () => {
        const active = (await conversationAttributes()).filter(({ archived }) => archived !== true);
        return new Set(
          active.flatMap(({ id, options }) =>
            options.filter((option) => option.archived !== true).map((option) => `${id}/${option.id ?? ''}`),
          ),
        );
      }),
    collections: () =>
      once('collections', async () =>
        (await client.listCollections()).map(({ id, name, parent_id }) => ({
          id,
          name,
          parentId: parent_id,
        })),
      ),
    articles: () =>
      once('articles', async () => {
        const inside = new Map<string, string[]>();
        for (let number = 1; ; number += 1) {
          const { data, pages } = await client.listArticles(number);
          for (const { id, parent_ids } of data)
            for (const parent of parent_ids) inside.set(parent, [...(inside.get(parent) ?? []), id]);
          if (data.length === 0 || number >= (pages?.total_pages ?? 1)) return inside;
        }
      }),
  };
}
