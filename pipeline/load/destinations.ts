import type { ResourceName } from '../../objects/resources.ts';
import type { Payload } from '../../objects/payloads.ts';
import { articles } from './articles/articles.ts';
import { companies } from './people/companies.ts';
import { contacts } from './people/contacts.ts';
import { conversations } from './conversations/conversations.ts';
import { customObjectInstances } from './custom-object-instances.ts';
import { documents } from './documents.ts';
import type { Destination } from './destination.ts';

const DESTINATIONS: { [R in ResourceName]: Destination<Extract<Payload, { resource: R }>> } = {
  articles,
  companies,
  contacts,
  conversations,
  custom_object_instances: customObjectInstances,
  documents,
};

/** The destination of a payload; payload and destination belong together by `resource`. */
export function destinationOf(payload: Payload): Destination<Payload> {
  return DESTINATIONS[payload.resource];
}
