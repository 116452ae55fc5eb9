import type { InfraonCredentials } from './types.ts';

/** Shorter ones stand in ordinary words, and are no secret that anybody should have. */
const SHORTEST = 4;

/**
 * The error, with the account's secrets taken out of what it and its causes say: a server may quote the request in its
 * refusal, and refusals are shown to people and logged.
 */
export function hushed(error: unknown, credentials: InfraonCredentials, token?: string): unknown {
  const secrets = [
    credentials.strategy === 'api_key' ? credentials.api_key : credentials.password,
    token ?? '',
  ].filter(({ length }) => length >= SHORTEST);
  for (let said = error; said instanceof Error; said = said.cause) {
    for (const secret of secrets) {
      said.message = said.message.replaceAll(secret, '…');
      if (said.stack !== undefined) said.stack = said.stack.replaceAll(secret, '…');
    }
  }
  return error;
}
