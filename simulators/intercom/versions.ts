import { ApiFailure } from './failure.ts';

/** A version as a number that compares: 2.16 is 16, Preview is above all numbered versions. */
export type ApiVersion = number;

export const PREVIEW: ApiVersion = 1_000;
export const V215: ApiVersion = 15;
export const V216: ApiVersion = 16;

/** Published descriptions run from 2.7 to 2.16 (Intercom API versioning); both names of the preview are accepted. */
export function parseVersion(text: string): ApiVersion {
  if (/^(preview|unstable)$/i.test(text)) return PREVIEW;
  const minor = /^2\.(\d{1,2})$/.exec(text)?.[1];
  const version = minor === undefined ? Number.NaN : Number(minor);
  if (version >= 7 && version <= 16) return version;
  throw new ApiFailure(400, 'intercom_version_invalid', `The requested version '${text}' is not supported.`);
}
