import type { IntercomClient } from '../../connectors/intercom/client.ts';
import type { BatchScope } from '../runs/batch.ts';
import { findOrMake } from '../prepare/prepared-items.ts';

export interface Tags {
  idOf(name: string): Promise<string>;
  /** Of a tag that Intercom does not know any more; undefined when it is there, so that something else was not found. */
  anew(name: string, formerId: string): Promise<string | undefined>;
}

/**
 * Tag ids by name. `POST /tags` with a name returns the tag that has it or makes one (Intercom API 2.16), so it is safe
 * to repeat; what was there before us is told apart by the list and the intent, for rollback.
 */
export function createTags(
  { deps, run, token }: Pick<BatchScope, 'deps' | 'run' | 'token'>,
  intercom: IntercomClient,
): Tags {
  const { sql } = deps.db;
  const pending = new Map<string, Promise<string>>();
  const renewed = new Map<string, Promise<string | undefined>>();
  let existing: Promise<Map<string, string>> | undefined;

  async function listTags(): Promise<Map<string, string>> {
    const tags = await intercom.listTags();
    return new Map(tags.map((tag) => [tag.name.toLowerCase(), tag.id]));
  }

  async function findOrCreate(name: string): Promise<string> {
    const known = await sql<{ id: string }[]>`
      select destination_id as id from prepared_items
      where workspace_id = ${run.workspaceId} and kind = 'tag' and name = ${name.toLowerCase()} and destination_id <> ''`;
    if (known[0] !== undefined) return known[0].id;
    const making = {
      item: { kind: 'tag', name: name.toLowerCase() },
      async find() {
        existing ??= listTags().catch((error: unknown) => {
          existing = undefined;
          throw error;
        });
        return (await existing).get(name.toLowerCase());
      },
      make: async () => (await intercom.createTag(name)).id,
    };
    const [id = ''] = await findOrMake({ deps, run, lease: token }, [making], () => {
      existing = undefined;
      return Promise.resolve();
    });
    return id;
  }

  function idOf(name: string): Promise<string> {
    const key = name.toLowerCase();
    const promise = pending.get(key) ?? findOrCreate(name);
    pending.set(key, promise);
    promise.catch(() => pending.delete(key));
    return promise;
  }

  async function makeAnew(name: string, formerId: string): Promise<string | undefined> {
    const there = await intercom.listTags();
    if (there.some(({ id }) => id === formerId)) return undefined;
    await sql`
      delete from prepared_items
      where workspace_id = ${run.workspaceId} and kind = 'tag' and name = ${name.toLowerCase()} and destination_id = ${formerId}`;
    existing = undefined;
    pending.delete(name.toLowerCase());
    return idOf(name);
  }

  return {
    idOf,
    anew(name, formerId) {
      const promise = renewed.get(formerId) ?? makeAnew(name, formerId);
      renewed.set(formerId, promise);
      promise.catch(() => renewed.delete(formerId));
      return promise;
    },
  };
}
