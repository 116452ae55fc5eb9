import { createHmac, timingSafeEqual } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import type { PipelineOptions } from '../pipeline/deps.ts';

/**
 * Intercom signs in two ways with the same secret (app platform reference, sections 2.4 and 3): Canvas Kit and the
 * health check with SHA-256 as bare hex, webhooks with SHA-1 behind `sha1=`.
 */
const SCHEMES = {
  body: { header: 'x-body-signature', algorithm: 'sha256', prefix: '', hexLength: 64 },
  hub: { header: 'x-hub-signature', algorithm: 'sha1', prefix: 'sha1=', hexLength: 40 },
} as const;

export type SignatureScheme = keyof typeof SCHEMES;

/**
 * Whether `signature` was made over exactly these bytes with one of the secrets (two during a rotation). A missing
 * signature is refused exactly like a wrong one, and so is one in upper case: Intercom's encoder writes lower case, so
 * another spelling comes from somebody else (a bad case in section 7.3 of the app platform reference).
 */
export function isSigned(
  scheme: SignatureScheme,
  bytes: Uint8Array,
  signature: string | undefined,
  secrets: readonly string[],
): boolean {
  const { algorithm, prefix, hexLength } = SCHEMES[scheme];
  const hex = signature?.startsWith(prefix) === true ? signature.slice(prefix.length) : '';
  const wellFormed = hex.length === hexLength && /^[0-9a-f]+$/.test(hex);
  const given = Buffer.from(wellFormed ? hex : '0'.repeat(hexLength), 'hex');
  let matches = false;
  for (const secret of secrets) {
    const expected = createHmac(algorithm, secret).update(bytes).digest();
    matches = timingSafeEqual(expected, given) || matches;
  }
  return matches && wellFormed;
}

/** The app's secret, and for as long as a rotation takes the one before it. */
export function signingSecrets(
  options: Pick<PipelineOptions, 'intercomClientSecret' | 'intercomPreviousSecret'>,
): string[] {
  const { intercomClientSecret: current, intercomPreviousSecret: previous } = options;
  return previous === undefined ? [current] : [current, previous];
}

/** The bytes of a request that `express.raw` has read; none when the request had no body. */
export function rawBody(request: Request): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

/** Answers 401 with nothing in it unless the raw body is signed. Goes after `express.raw`. */
export function requireSignature(scheme: SignatureScheme, secrets: readonly string[]) {
  return (request: Request, response: Response, next: NextFunction): void => {
    if (isSigned(scheme, rawBody(request), request.get(SCHEMES[scheme].header), secrets)) next();
    else response.status(401).end();
  };
}
