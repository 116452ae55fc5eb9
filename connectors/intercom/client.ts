import { createAttributeCalls } from './attribute-calls.ts';
import { createBulkCalls } from './bulk-calls.ts';
import { createConversationCalls } from './conversation-calls.ts';
import { createHelpCenterCalls } from './help-center-calls.ts';
import { createInstanceCalls } from './instance-calls.ts';
import { createListCalls } from './list-calls.ts';
import { createPeopleCalls } from './people-calls.ts';
import { createSdk } from './sdk.ts';
import type { IntercomTransport } from './transport.ts';
import { createUndoCalls } from './undo-calls.ts';

/**
 * One small function per API operation we use. The SDK carries those it describes; a thin call carries what is newer
 * than its description (2.14) or missing from its types: conversation attributes, `skip_notifications`, instance lists.
 */
export type IntercomClient = ReturnType<typeof createIntercomClient>;

export function createIntercomClient(transport: IntercomTransport, baseUrl: string) {
  const sdk = createSdk(transport, baseUrl);
  return {
    ...createPeopleCalls(transport, sdk),
    ...createAttributeCalls(transport, sdk),
    ...createConversationCalls(transport, sdk),
    ...createInstanceCalls(transport, sdk),
    ...createHelpCenterCalls(transport),
    ...createListCalls(transport),
    ...createUndoCalls(transport),
    ...createBulkCalls(transport),
  };
}
