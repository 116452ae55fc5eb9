import { json } from './reply.ts';
import type { Call, Reply } from './reply.ts';
import type { SimulatorState } from './state.ts';

const SCHEME = 'infraonDNS ';

/** Percent escapes and slashes belong to real tokens and must survive the client. */
function issueToken(state: SimulatorState): string {
  state.logins += 1;
  const serial = state.logins.toString(36).padStart(6, '0');
  const opaque = `gAAAAAB${serial}%2FkQ%3D/${'x9Tq7LmZ'.repeat(6)}%2B${serial}==`;
  const token = state.switches.token_form === 'infraonDNS' ? `${SCHEME}${opaque}` : opaque;
  state.tokens.set(token, 0);
  return token;
}

function field(body: unknown, name: string): string {
  const value =
    typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
  return typeof value === 'string' ? value : '';
}

function login(call: Call, decode: (password: string) => string): Reply {
  const { state } = call;
  const username = field(call.body, 'username');
  const password = field(call.body, 'password');
  if (username === '') return json({ error: 'Please provide username.' }, 400);
  if (password === '') return json({ error: 'Please provide password.' }, 400);
  if (!state.switches.password_login)
    return json({ error: 'Password login is disabled for this account.' }, 401);
  if (username !== state.credentials.username || decode(password) !== state.credentials.password) {
    return json({ error: 'Invalid username or password.' }, 401);
  }
  if (state.switches.login_without_token)
    return json({ status: 'failed', msg: 'Session could not be created.' });
  return json({ token: issueToken(state) });
}

/** `POST /ux/api-token-auth/`. */
export function plainLogin(call: Call): Reply {
  return login(call, (password) => password);
}

/** `POST /ux/api-token/`: the variant whose password is base64-encoded. */
export function encodedLogin(call: Call): Reply {
  return login(call, (password) => Buffer.from(password, 'base64').toString('utf8'));
}

/** The token whose header spelling matches, whether or not it is still good. */
function tokenOf(state: SimulatorState, header: string): string | null {
  for (const token of state.tokens.keys()) {
    const opaque = token.startsWith(SCHEME) ? token.slice(SCHEME.length) : token;
    const expected = {
      verbatim: token,
      infraonDNS: `${SCHEME}${opaque}`,
      ApiKey: `ApiKey ${token}`,
    }[state.switches.authorization];
    if (header === expected) return token;
  }
  return null;
}

/** Counts the call against the token. `null` when the header opens the door, else the refusal. */
export function refusal(state: SimulatorState, header: string): Reply | null {
  if (header === '') return json({ detail: 'Authentication credentials were not provided.' }, 401);
  const key = state.credentials.apiKey;
  if (header === (state.switches.api_key_form === 'ApiKey' ? `ApiKey ${key}` : key)) return null;
  const token = tokenOf(state, header);
  const limit = state.switches.token_expires_after_calls;
  const used = token === null ? 0 : (state.tokens.get(token) ?? 0);
  if (token === null || (limit > 0 && used >= limit)) return json({ error: 'Invalid API key.' }, 401);
  state.tokens.set(token, used + 1);
  return null;
}
