import type { Workspace } from '../../simulators/intercom/workspace.ts';

export interface MovedConversation {
  id: string;
  /** The number that it had in Infraon. */
  number: string;
}

/** A migrated conversation that refers to an instance of each of these types, as the simulated Intercom holds it. */
export function conversationWith(workspace: Workspace, types: readonly string[]): MovedConversation {
  const { conversations, conversationAttributes } = workspace;
  for (const { id, customAttributes } of conversations.values()) {
    const referred = [...customAttributes]
      .filter(([, value]) => Array.isArray(value) && value.length > 0)
      .map(([attribute]) => conversationAttributes.get(attribute)?.reference?.objectTypeId);
    const number = /\bINCI?\d+\b/.exec(JSON.stringify([...customAttributes.values()]))?.[0];
    if (number !== undefined && types.every((type) => referred.includes(type))) return { id, number };
  }
  throw new Error(`no conversation refers to ${types.join(' and ')}`);
}
