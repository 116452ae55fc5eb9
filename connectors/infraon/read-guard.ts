import { RejectedError, UserError } from '../../errors.ts';
import type { InfraonProfile } from './profile.ts';

export type Query = Record<string, string>;

export interface ReadGuard {
  /** Full address of a path template of the profile. Throws before anything is sent when it may not be read. */
  url(template: string, id: string | null, query: Query): URL;
  /** Full address of a file; relative ones are resolved. Throws when it is not a file of this installation. */
  mediaUrl(address: string): URL;
  /** The query of a `next` link when it leads to the same path of the same origin; null otherwise. */
  nextQuery(next: string, template: string): Query | null;
}

const ID = /^[A-Za-z0-9_:-]{1,64}$/;

function templatesOf(profile: InfraonProfile): Set<string> {
  const templates = new Set([profile.schema.path, profile.auth.check.path]);
  for (const login of profile.auth.logins) templates.add(login.path);
  for (const object of Object.values(profile.objects)) {
    templates.add(object.list.path);
    if (object.detail !== undefined) templates.add(object.detail.path);
    for (const child of Object.values(object.children ?? {})) {
      for (const candidate of child.candidates)
        if (candidate.path !== undefined) templates.add(candidate.path);
    }
  }
  return templates;
}

function denied(path: string): UserError {
  return new UserError(`The path ${path} is not one of those that may be read.`, {
    code: 'source_path_denied',
    httpStatus: 422,
    field: path,
  });
}

/**
 * Decides what may be requested at all. Dozens of GETs of this API act on devices or switch things on and off, so only
 * templates that occur in the profile are readable, and never a path that begins like a denied one, whatever id a
 * record brings along.
 */
export function createReadGuard(profile: InfraonProfile, baseUrl: string): ReadGuard {
  const base = new URL(baseUrl);
  const prefix = base.pathname.replace(/\/+$/, '');
  const templates = templatesOf(profile);

  function isDenied(path: string): boolean {
    return profile.denyPaths.some((start) => path.startsWith(start));
  }

  function url(template: string, id: string | null, query: Query): URL {
    if (!templates.has(template)) throw denied(template);
    if (template.includes('{id}') && (id === null || !ID.test(id))) {
      throw new RejectedError('the record id cannot be part of an address', {
        code: 'source_id_unusable',
        value: id,
      });
    }
    const path = template.replaceAll('{id}', id ?? '');
    if (isDenied(path)) throw denied(path);
    const target = new URL(`${prefix}${path}`, base.origin);
    for (const [name, value] of Object.entries(query))
      target.searchParams.set(name, value.replaceAll('{id}', id ?? ''));
    return target;
  }

  function mediaUrl(address: string): URL {
    const refuse = (reason: string) =>
      new RejectedError(`the file is not read: ${reason}`, {
        code: 'attachment_unavailable',
        value: address,
      });
    if (!URL.canParse(address, `${base.origin}${prefix}/`)) throw refuse('its address is unreadable');
    const target = new URL(address, `${base.origin}${prefix}/`);
    if (target.origin !== base.origin) throw refuse('it is on another server');
    const path =
      prefix !== '' && target.pathname.startsWith(`${prefix}/`)
        ? target.pathname.slice(prefix.length)
        : target.pathname;
    if (!profile.media.prefixes.some((start) => path.startsWith(start)))
      throw refuse('it is not under the media paths');
    if (isDenied(path)) throw denied(path);
    return target;
  }

  function nextQuery(next: string, template: string): Query | null {
    const current = new URL(`${prefix}${template}`, base.origin);
    if (!URL.canParse(next, current.href)) return null;
    const target = new URL(next, current);
    if (target.origin !== current.origin || target.pathname !== current.pathname) return null;
    return Object.fromEntries(target.searchParams);
  }

  return { url, mediaUrl, nextQuery };
}
