import type { IntercomClient } from '../../connectors/intercom/client.ts';
import type { LoadContext } from './destination.ts';

const READS = [
  'getContact',
  'listContactCompanies',
  'getCompany',
  'getInstance',
  'getConversation',
  'getArticle',
  'getInternalArticle',
] as const satisfies readonly (keyof IntercomClient)[];

/** A context whose reads by id are made once: for looking at one record several times within one decision. */
export function remembering(context: LoadContext): LoadContext {
  const reads = context.intercom as unknown as Record<string, (...ids: string[]) => Promise<unknown>>;
  const intercom = { ...reads };
  for (const name of READS) {
    const read = reads[name];
    if (read === undefined) continue;
    const seen = new Map<string, Promise<unknown>>();
    intercom[name] = (...ids: string[]) => {
      const key = ids.join(' ');
      const answer = seen.get(key) ?? read(...ids);
      seen.set(key, answer);
      return answer;
    };
  }
  return { ...context, intercom: intercom as unknown as IntercomClient };
}
