import { escapeText, imagePointer, rewriteArticle } from '../../../objects/article-html.ts';
import type { MappingIssue } from '../../../objects/mapping.ts';
import type { ArticleFile, ArticlePayload } from '../../../objects/payloads.ts';
import type { LoadContext } from '../destination.ts';

/** New addresses by old ones; null: the link has nowhere to lead, and its text stays. */
export type Links = Map<string, string | null>;

/** Where the links of an article lead now. What leads out of the desk is not in the map and stays as it is. */
export async function resolvedLinks(payload: ArticlePayload, context: LoadContext): Promise<Links> {
  const links: Links = new Map();
  for (const { href, ref } of payload.links) {
    const loaded = ref === undefined ? undefined : context.resolve(ref);
    const address =
      loaded === undefined || ref === undefined
        ? null
        : await context.helpCenter.addressOf(loaded, loaded.resource ?? '');
    links.set(href, address);
  }
  return links;
}

export interface ArticleText {
  html: string;
  /** Addresses of pictures that could not be had; a pointer stands in their place. */
  lostImages: string[];
  warnings: MappingIssue[];
}

/** The text as it is sent: links rewritten, pictures lent to Intercom, files named at the end. */
export async function bodyOf(
  payload: ArticlePayload,
  links: Links,
  context: LoadContext,
): Promise<ArticleText> {
  const lent = new Map<string, string>();
  const warnings: MappingIssue[] = [];
  const lostImages: string[] = [];
  for (const src of payload.images) {
    if (!(await context.helpCenter.isOfDesk(src))) continue;
    const image = await context.helpCenter.lendImage(src);
    if ('url' in image) {
      lent.set(src, image.url);
      continue;
    }
    lostImages.push(src);
    warnings.push({
      code: 'attachment_unavailable',
      field: 'images',
      value: src,
      message: `A picture could not be moved (${image.reason}); a line in its place says so.`,
      suggestion: 'Add it to the article in Intercom by hand.',
    });
  }
  const html = withImages(payload, links, lostImages, (src) => lent.get(src) ?? src);
  return { html: html + filesHtml(payload.files), lostImages, warnings };
}

/** The text that readers see, with pictures at their old addresses: what a comparison expects. */
export function expectedBody(payload: ArticlePayload, links: Links, lostImages: readonly string[]): string {
  return withImages(payload, links, lostImages, (src) => src) + filesHtml(payload.files);
}

function withImages(
  payload: ArticlePayload,
  links: Links,
  lostImages: readonly string[],
  addressOf: (src: string) => string,
): string {
  return rewriteArticle(payload.body, {
    link: (href) => fileAddress(href, payload.files, links),
    image: (src, alt) => (lostImages.includes(src) ? { text: imagePointer(alt) } : { src: addressOf(src) }),
  });
}

function fileAddress(href: string, files: readonly ArticleFile[], links: Links): string | null {
  const known = links.get(href);
  if (known !== undefined) return known;
  // A link to one of the article's own files: it is named at the end of the text.
  return files.some(({ path }) => path !== null && href.endsWith(path)) ? null : href;
}

/**
 * Intercom stores no files of articles, and an address of ours would die with the migration (Intercom API 2.16; help
 * article 4103903): a file is a link into a store of the customer's, or its name.
 */
function filesHtml(files: readonly ArticleFile[]): string {
  if (files.length === 0) return '';
  const items = files.map((file) => {
    const label = escapeText(file.size === null ? file.name : `${file.name} (${file.size})`);
    return file.url === null
      ? `<li>${label}, kept in Infraon Desk</li>`
      : `<li><a href="${escapeText(file.url)}">${label}</a></li>`;
  });
  return `<h2>Attachments</h2><ul>${items.join('')}</ul>`;
}

export function filesNotMoved(payload: ArticlePayload): MappingIssue[] {
  return payload.files
    .filter(({ url }) => url === null)
    .map((file) => ({
      code: 'attachment_unavailable',
      field: 'attachments',
      value: file.name,
      message: `Intercom stores no files of articles: ${file.name} is named at the end of the text and not linked.`,
      suggestion:
        'Put the files into a store of your own and give its address in the settings (article_files_url).',
    }));
}
