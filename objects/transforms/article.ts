import { z } from 'zod';
import { articleHtml, escapeText, partsOfArticle } from '../article-html.ts';
import { leadsToDesk, recordOf } from '../article-links.ts';
import { folderPath } from '../folders.ts';
import type { MappingIssue } from '../mapping.ts';
import type { ArticleFile, ArticleLink } from '../payloads.ts';
import { firstValue, isEmptyValue, isObject, readPath, type Raw } from '../paths.ts';
import { textOf, wordsOfKey } from '../read-values.ts';
import { tags as tagNames } from './links.ts';
import { defineTransform, issueOf, type RecordContext } from './transform.ts';

/** What the body of an article becomes: safe HTML, and what in it has to be replaced when it is loaded. */
export interface ArticleBody {
  html: string;
  links: ArticleLink[];
  images: string[];
  files: ArticleFile[];
}

const bodyOptions = z.strictObject({
  /** Other parts of an article, by the paths at which they may be: what kind of article has which is not documented. */
  sections: z.array(z.strictObject({ path: z.string(), title: z.string() })).default([]),
  /** Path to the list of attachments. */
  files: z.string().optional(),
  whenEmpty: z.string().default('(no text)'),
});

/** A part with fields of its own (FAQ, known error, solution, external link) as a heading and its texts. */
function sectionHtml(value: unknown, title: string): string {
  if (isEmptyValue(value)) return '';
  return `<h2>${escapeText(title)}</h2>${valueHtml(value)}`;
}

function valueHtml(value: unknown): string {
  if (Array.isArray(value)) {
    const items = (value as unknown[]).filter((item) => !isEmptyValue(item));
    return items.map(valueHtml).join('');
  }
  if (!isObject(value)) return articleHtml(textOf(value) ?? '').html;
  return Object.entries(value)
    .filter(([, item]) => !isEmptyValue(item) && typeof item !== 'boolean')
    .map(([key, item]) => {
      const text = textOf(item) ?? '';
      if (/^https?:\/\/\S+$/.test(text))
        return `<p><a href="${escapeText(text)}">${escapeText(text)}</a></p>`;
      return `<p><b>${escapeText(wordsOfKey(`x.${key}`))}</b></p>${valueHtml(item)}`;
    })
    .join('');
}

/** Where a store keeps what the desk has at an address. */
function storedAt(path: string | undefined, store: string | undefined): string | null {
  if (store === undefined || path === undefined) return null;
  const inside = path.replace(/^https?:\/\/[^/]*/i, '').replace(/^\/+/, '');
  return `${store.replace(/\/+$/, '')}/${inside.split('/').map(encodeURIComponent).join('/')}`;
}

function filesOf(raw: Raw, path: string | undefined, store: string | undefined): ArticleFile[] {
  const rows = path === undefined ? undefined : readPath(raw, path);
  return (Array.isArray(rows) ? (rows as unknown[]) : []).flatMap((row) => {
    const name = textOf(isObject(row) ? firstValue(row, ['file_name', 'name']) : row);
    if (name === undefined) return [];
    const address = textOf(
      isObject(row) ? firstValue(row, ['file_path', 'file_url', 'url', 'path']) : undefined,
    );
    const size = textOf(isObject(row) ? firstValue(row, ['formatted_size', 'size']) : undefined);
    return [{ name, path: address ?? null, size: size ?? null, url: storedAt(address, store) }];
  });
}

function isMedia(href: string, files: readonly ArticleFile[]): boolean {
  const address = decoded(href);
  return files.some((file) => file.path !== null && address.endsWith(file.path));
}

/** People type addresses by hand: a lone `%` encodes nothing. */
function decoded(href: string): string {
  try {
    return decodeURI(href);
  } catch {
    return href;
  }
}

export const articleBody = defineTransform({
  options: bodyOptions,
  accepts: ['html', 'string'],
  produces: 'article_body',
  handlesEmpty: true,
  apply(value, options, context) {
    const sections = options.sections.map(({ path, title }) =>
      sectionHtml(readPath(context.raw, path), title),
    );
    const { html: own, lostImages } = articleHtml(textOf(value) ?? '');
    const html = own + sections.join('');
    const files = filesOf(context.raw, options.files, context.filesUrl);
    const { links, images } = partsOfArticle(html);
    const warnings: MappingIssue[] = [];
    if (lostImages.length > 0) {
      const message = `${lostImages.length} pictures are part of the text itself and were left out; their place is marked.`;
      warnings.push(
        issueOf(context, 'attachment_unavailable', lostImages.length, message, {
          suggestion: 'Add them to the article in Intercom by hand.',
        }),
      );
    }
    const resolved = [...new Set(links)]
      .filter((href) => leadsToDesk(href, context.sourceUrl) && !isMedia(href, files))
      .map((href): ArticleLink => {
        const ref = context.record === undefined ? undefined : recordOf(href, context.record);
        return ref === undefined ? { href } : { href, ref };
      });
    for (const { href, ref } of resolved) {
      if (ref === undefined) {
        const message = 'This link leads to a page of Infraon that is not moved; its text stays.';
        warnings.push(issueOf(context, 'parent_missing', href, message, { field: 'links' }));
      }
    }
    const body: ArticleBody = {
      html: html === '' ? `<p>${escapeText(options.whenEmpty)}</p>` : html,
      links: resolved,
      images: [...new Set(images.map(({ src }) => src))],
      files,
    };
    return { value: body, warnings };
  },
});

export const articleCollection = defineTransform({
  options: z.strictObject({
    category: z.string(),
    folder: z.string().optional(),
    tags: z.string().optional(),
    names: z.string().optional(),
  }),
  accepts: 'any',
  produces: 'collection',
  handlesEmpty: true,
  apply(_value, options, context) {
    const of = (key: string | undefined) => (key === undefined ? undefined : textOf(context.values[key]));
    const path = folderPath(
      { category: of(options.category), folder: of(options.folder), tag: firstTag(options, context) },
      context.folderRule ?? 'department_service',
      context.folders ?? [],
    );
    const message = 'The article lies in no folder, so no collection of the Help Center will show it.';
    return {
      value: path,
      warnings: path.length > 0 ? [] : [issueOf(context, 'required_value_missing', null, message)],
    };
  },
});

function firstTag(
  options: { tags?: string | undefined; names?: string | undefined },
  context: RecordContext,
): string | undefined {
  if (options.tags === undefined) return undefined;
  const { names } = options;
  const outcome = tagNames.apply(context.values[options.tags], names === undefined ? {} : { names }, context);
  const value: unknown = 'value' in outcome ? outcome.value : undefined;
  return Array.isArray(value) && typeof value[0] === 'string' ? value[0] : undefined;
}

/** Whether readers may see an article, and whether it was for some people only. */
export interface Publication {
  state: 'draft' | 'published';
  restricted: boolean;
}

export const articlePublication = defineTransform({
  options: z.strictObject({
    /** Statuses in which readers see the article. */
    published: z.array(z.string()).min(1),
    /** Field with its life-cycle state, and the states in which it is in force; no value counts as in force. */
    state: z.string().optional(),
    inForce: z.array(z.string()).default([]),
    archived: z.string().optional(),
    validTill: z.string().optional(),
    /** Fields that restrict it: flags that are set, lists of people or teams that are not empty. */
    private: z.string().optional(),
    security: z.string().optional(),
    users: z.string().optional(),
    teams: z.string().optional(),
  }),
  accepts: ['enum', 'string'],
  produces: 'publication',
  handlesEmpty: true,
  apply(value, options, context) {
    const { values } = context;
    const at = (key: string | undefined) => (key === undefined ? undefined : values[key]);
    const isOneOf = (word: unknown, words: readonly string[]) =>
      words.some((candidate) => candidate.toLowerCase() === (textOf(word) ?? '').trim().toLowerCase());
    const isRestricted = (key: string | undefined) => {
      const found = at(key);
      return found !== undefined && found !== false && !isEmptyValue(found);
    };
    const { private: hidden, security, users, teams } = options;
    const restricted = [hidden, security, users, teams].some(isRestricted);
    const state = at(options.state);
    const inForce = state === undefined || options.inForce.length === 0 || isOneOf(state, options.inForce);
    const end = Date.parse(textOf(at(options.validTill)) ?? '');
    const expired = !Number.isNaN(end) && end < context.now.getTime();
    const wanted = isOneOf(value, options.published) && inForce && at(options.archived) !== true;
    const warnings: MappingIssue[] = [];
    if (restricted) {
      const message =
        'Only some people could read this article, so it is never published: no Intercom API restricts an article.';
      warnings.push(
        issueOf(context, 'article_restricted', null, message, {
          suggestion: 'Choose its audience in Intercom, then publish it there.',
        }),
      );
    } else if (wanted && expired) {
      const message = `The article was valid until ${new Date(end).toISOString().slice(0, 10)}, so it stays a draft.`;
      warnings.push(issueOf(context, 'value_not_allowed', textOf(at(options.validTill)), message));
    }
    const publication: Publication = {
      state: wanted && !restricted && !expired ? 'published' : 'draft',
      restricted,
    };
    return { value: publication, warnings };
  },
});
