import type { Payload } from '../../../objects/payloads.ts';
import type { ResourceName } from '../../../objects/resources.ts';
import { articles } from './articles.ts';
import { companies } from './companies.ts';
import { contacts } from './contacts.ts';
import { conversations } from './conversations.ts';
import { customObjectInstances } from './custom-object-instances.ts';
import type { ThingKind } from './thing.ts';

const KINDS = {
  articles,
  companies,
  contacts,
  conversations,
  custom_object_instances: customObjectInstances,
} satisfies Record<Exclude<ResourceName, 'documents'>, unknown>;

/** How things of a resource are taken back; null for documents, which are nowhere but in our own ledger. */
export function thingKind(resource: string): ThingKind<object, Payload> | null {
  if (resource === 'documents') return null;
  const kind = KINDS[resource as keyof typeof KINDS] as unknown as ThingKind<object, Payload> | undefined;
  if (kind === undefined) throw new Error(`things of the resource ${resource} cannot be taken back`);
  return kind;
}
