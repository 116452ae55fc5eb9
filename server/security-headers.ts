import type { NextFunction, Request, Response } from 'express';

/** Sources by directive, added to those of every page. */
export type ExtraSources = Readonly<Record<string, readonly string[]>>;

const POLICY: ExtraSources = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'connect-src': ["'self'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
  'base-uri': ["'none'"],
};

/** The policy of every answer; a page that needs more names the sources it needs. */
export function contentSecurityPolicy(extra: ExtraSources = {}): string {
  const directives = [...new Set([...Object.keys(POLICY), ...Object.keys(extra)])];
  return directives
    .map((directive) => [directive, ...(POLICY[directive] ?? []), ...(extra[directive] ?? [])].join(' '))
    .join('; ');
}

/** For every answer: nothing is framed, sniffed, cached or leaked in a referrer; pages run no inline script. */
export function securityHeaders(publicUrl: string) {
  const secure = publicUrl.startsWith('https:');
  const policy = contentSecurityPolicy();
  return (_request: Request, response: Response, next: NextFunction): void => {
    response.set({
      'Content-Security-Policy': policy,
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
      // Not no-referrer: browsers then send our own forms with `Origin: null`, which is refused as another origin.
      'Referrer-Policy': 'same-origin',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
      'Cache-Control': 'no-store',
      ...(secure ? { 'Strict-Transport-Security': 'max-age=31536000; includeSubDomains' } : {}),
    });
    next();
  };
}
