import { createHash, randomBytes } from 'node:crypto';
import { parseCookie } from 'cookie';
import type { CookieOptions, Request, Response } from 'express';
import { UserError } from '../errors.ts';
import type { Actor, Role } from '../pipeline/actors.ts';
import type { Deps } from '../pipeline/deps.ts';

export interface SessionDocument {
  workspace: { id: string; name: string; region: string };
  admin: { id: string; name: string; email: string; role: Role };
}

const COOKIE = 'session';
/** Signing in again means a round trip through Intercom's consent page, so a session outlasts a working week. */
const LIFE_MS = 7 * 24 * 60 * 60_000;

export interface Session {
  /** Names the session in memory without being able to open it. */
  key: string;
  actor: Actor;
  timezone: string;
  document: SessionDocument;
}

type SessionDeps = Pick<Deps, 'db' | 'clock' | 'options'>;

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Attributes of every cookie we set. Lax, because Intercom sends the browser back by a cross-site top-level GET. */
export function cookieOptions(publicUrl: string): CookieOptions {
  return { httpOnly: true, sameSite: 'lax', secure: publicUrl.startsWith('https:'), path: '/' };
}

export function readCookie(request: Request, name: string): string | undefined {
  return parseCookie(request.get('cookie') ?? '')[name];
}

/** Opens a session and sets its cookie; the database holds only a hash of it. */
export async function openSession(
  deps: SessionDeps,
  response: Response,
  person: { workspaceId: string; adminId: string },
): Promise<void> {
  const token = randomBytes(32).toString('base64url');
  const now = deps.clock.now();
  await deps.db.sql`delete from sessions where expires_at < ${now}`;
  await deps.db.sql`
    insert into sessions (token_hash, workspace_id, admin_id, expires_at)
    values (${sha256(token)}, ${person.workspaceId}, ${person.adminId}, ${new Date(now.getTime() + LIFE_MS)})`;
  response.cookie(COOKIE, token, { ...cookieOptions(deps.options.publicUrl), maxAge: LIFE_MS });
}

/** Undefined when nobody is signed in, or the workspace has removed the app. */
export async function findSession(deps: SessionDeps, request: Request): Promise<Session | undefined> {
  const token = readCookie(request, COOKIE);
  if (token === undefined || token === '') return undefined;
  const key = sha256(token);
  const [row] = await deps.db.sql<
    {
      workspaceId: string;
      workspaceName: string;
      region: string;
      timezone: string;
      adminId: string;
      name: string;
      email: string;
      role: Role;
    }[]
  >`
    select s.workspace_id as "workspaceId", i.name as "workspaceName", i.region, i.timezone,
      s.admin_id as "adminId", t.name, t.email, t.role
    from sessions s
    join installations i on i.workspace_id = s.workspace_id and i.state <> 'uninstalled'
    join teammates t on t.workspace_id = s.workspace_id and t.admin_id = s.admin_id
    where s.token_hash = ${key} and s.expires_at > ${deps.clock.now()}`;
  if (row === undefined) return undefined;
  const { workspaceId, workspaceName, region, timezone, adminId, name, email, role } = row;
  return {
    key,
    actor: { workspaceId, adminId, role },
    timezone,
    document: {
      workspace: { id: workspaceId, name: workspaceName, region },
      admin: { id: adminId, name, email, role },
    },
  };
}

/** Throws 401 when nobody is signed in. */
export async function requireSession(deps: SessionDeps, request: Request): Promise<Session> {
  const session = await findSession(deps, request);
  if (session !== undefined) return session;
  throw new UserError('Sign in with Intercom first.', { code: 'not_signed_in', httpStatus: 401 });
}

export async function closeSession(deps: SessionDeps, request: Request, response: Response): Promise<void> {
  const token = readCookie(request, COOKIE);
  if (token !== undefined) await deps.db.sql`delete from sessions where token_hash = ${sha256(token)}`;
  response.clearCookie(COOKIE, cookieOptions(deps.options.publicUrl));
}
