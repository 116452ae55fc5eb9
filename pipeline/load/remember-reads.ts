import type { IntercomClient } from '../../connectors/intercom/client.ts';
import type { LoadContext } from './destination.ts';

/** Reads of one record by its id. */
const READS = new Set<string>([
  'getContact',
  'listContactCompanies',
  'listContactTags',
  'getCompany',
  'getInstance',
  'getConversation',
  'getArticle',
  'getInternalArticle',
] satisfies (keyof IntercomClient)[]);

/** A context whose reads by id are made once, until something else is called: for looking at one record several times. */
export function remembering(context: LoadContext): LoadContext {
  const seen = new Map<string, Promise<unknown>>();
  const calls = Object.entries(context.intercom as unknown as Record<string, (...args: never[]) => unknown>);
  const remembered = calls.map(([name, call]) => [
    name,
    (...args: never[]) => {
      if (!READS.has(name)) {
        seen.clear();
        return call(...args);
      }
      const key = [name, ...args].join(' ');
      const answer = seen.get(key) ?? Promise.resolve(call(...args));
      seen.set(key, answer);
      return answer;
    },
  ]);
  return { ...context, intercom: Object.fromEntries(remembered) as IntercomClient };
}
