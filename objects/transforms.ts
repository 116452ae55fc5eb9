import { articleBody, articleCollection, articlePublication } from './transforms/article.ts';
import { files, recordFiles } from './transforms/files.ts';
import { company, reference, references, tags } from './transforms/links.ts';
import { email, optionalEmail, phone } from './transforms/people.ts';
import {
  boolean,
  datetime,
  decimal,
  enumeration,
  integer,
  state,
  unixSeconds,
} from './transforms/scalars.ts';
import { slaTargets } from './transforms/sla.ts';
import { constant, link, listJoin, string, template, text, truncate } from './transforms/text.ts';
import { thread } from './transforms/thread.ts';
import { transcript } from './transforms/transcript.ts';
import type { Transform } from './transforms/transform.ts';

/** Every transform a rule may name. A field that needs new logic gets a new row here, with its own test. */
export const TRANSFORMS: Readonly<Record<string, Transform>> = {
  text,
  string,
  truncate,
  email,
  optional_email: optionalEmail,
  phone,
  unixSeconds,
  datetime,
  integer,
  decimal,
  boolean,
  enum: enumeration,
  list_join: listJoin,
  reference,
  references,
  company,
  tags,
  thread,
  files,
  record_files: recordFiles,
  transcript,
  state,
  template,
  link,
  constant,
  article_body: articleBody,
  article_collection: articleCollection,
  article_publication: articlePublication,
  sla_targets: slaTargets,
};

export function transformNamed(name: string): Transform | undefined {
  return Object.hasOwn(TRANSFORMS, name) ? TRANSFORMS[name] : undefined;
}
