import type { ObjectDefinition } from '../../objects/define-object.ts';
import type { Raw } from '../../objects/paths.ts';
import { transformNamed } from '../../objects/transforms.ts';
import type { Publication } from '../../objects/transforms/article.ts';
import type { RecordContext } from '../../objects/transforms/transform.ts';
import type { QualityContext } from './quality.ts';

interface ArticleFinding {
  code: 'article_without_folder' | 'article_restricted';
  field: string;
  value: unknown;
}

/** A collection alone is a category; the folder below it is the second level. */
const FOLDER_LEVEL = 2;

/** What the rules for place and publication will say about an article, before a run. */
export function articleFindings(
  definition: ObjectDefinition,
  values: Record<string, unknown>,
  raw: Raw,
  context: QualityContext,
): ArticleFinding[] {
  return definition.mapping.flatMap((rule): ArticleFinding[] => {
    if (rule.transform !== 'article_collection' && rule.transform !== 'article_publication') return [];
    const { timezone, now, companyRule } = context;
    const record: RecordContext = {
      timezone,
      now,
      companyRule,
      raw,
      values,
      definition,
      field: undefined,
      source: rule.source,
      required: false,
      allowedWithoutEmail: false,
    };
    const outcome = transformNamed(rule.transform)?.apply(values[rule.source], rule.options ?? {}, record);
    if (outcome === undefined || !('value' in outcome)) return [];
    if (rule.transform === 'article_publication') {
      const { restricted } = outcome.value as Publication;
      return restricted ? [{ code: 'article_restricted', field: rule.source, value: null }] : [];
    }
    const path = outcome.value as string[];
    const field = typeof rule.options?.['folder'] === 'string' ? rule.options['folder'] : rule.target;
    return path.length < FOLDER_LEVEL
      ? [{ code: 'article_without_folder', field, value: path[0] ?? null }]
      : [];
  });
}
