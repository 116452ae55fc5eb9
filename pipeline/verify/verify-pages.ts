import type { IntercomClient } from '../../connectors/intercom/client.ts';
import type { ListPage } from '../../connectors/intercom/list-calls.ts';
import { PAGE_SIZE } from '../../connectors/intercom/pages.ts';
import { NotFoundError, RejectedError } from '../../errors.ts';
import type { Payload } from '../../objects/payloads.ts';

export interface WantedRecord {
  payload: Payload;
  destinationId: string;
}

/**
 * A client that has read a batch's custom object instances from full pages, where the whole list takes fewer calls than
 * the batch has records. What the pages do not show is read by id, as is everything else: contacts could only be listed
 * by search, which lags.
 */
export async function readByPages(
  intercom: IntercomClient,
  wanted: readonly WantedRecord[],
  signal: AbortSignal,
): Promise<IntercomClient> {
  const instances = new Map<string, Set<string>>();
  for (const { payload, destinationId } of wanted) {
    if (payload.resource === 'custom_object_instances')
      instances.set(payload.type, (instances.get(payload.type) ?? new Set()).add(destinationId));
  }
  const seenInstances = new Map(
    await Promise.all(
      [...instances].map(async ([type, ids]) => {
        const list = (cursor: string | null) => intercom.pageOfInstances(type, cursor);
        return [type, await fromList(ids, list, signal)] as const;
      }),
    ),
  );
  return {
    ...intercom,
    getInstance: (type, id) => {
      const seen = seenInstances.get(type)?.get(id);
      return seen === undefined ? intercom.getInstance(type, id) : Promise.resolve(seen);
    },
  };
}

/** The wanted ones of a list; the first page tells its length, and a list that is too long is not read on. */
async function fromList<T extends { id: string }>(
  ids: ReadonlySet<string>,
  pageAt: (cursor: string | null) => Promise<ListPage<T>>,
  signal: AbortSignal,
): Promise<Map<string, T>> {
  const seen = new Map<string, T>();
  if (ids.size < 2) return seen;
  for (let cursor: string | null = null; ;) {
    const page: ListPage<T> | null = await pageAt(cursor).catch(asNone);
    // A custom object type that is gone has no list: each of its records is then found missing by its id.
    if (page === null) return seen;
    for (const item of page.items) if (ids.has(item.id)) seen.set(item.id, item);
    const pages = Math.ceil(page.total / PAGE_SIZE);
    if (page.next === null || pages >= ids.size || seen.size === ids.size || signal.aborted) return seen;
    cursor = page.next;
  }
}

function asNone(error: unknown): null {
  if (error instanceof NotFoundError || error instanceof RejectedError) return null;
  throw error;
}
