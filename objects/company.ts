import { createHash } from 'node:crypto';
import type { Derivation } from './define-object.ts';
import { firstValue, type Raw } from './paths.ts';
import { nameOf, textOf } from './read-values.ts';

/**
 * Infraon documents no endpoint for customer companies, so they are derived from what people's records say. The rule
 * is a setting; the same function names the company of a person, of a ticket and of the derived record.
 */
export type CompanyRule = 'organization_name' | 'customer_id' | 'department' | 'catalogue_name' | 'none';

/** Where a rule looks, on a person's record and on the snapshot of the person inside a ticket. */
const RULE_PATHS: Record<CompanyRule, string[]> = {
  organization_name: ['organization_name', 'requester.organization_name'],
  customer_id: ['customer_id', 'requester.customer_id'],
  department: ['department', 'requester.department'],
  catalogue_name: ['catalogue_name', 'basic_info.catalogue_name'],
  none: [],
};

/**
 * Spellings of one legal form. They are made equal, not removed: a group's GmbH and its Ltd are different customers.
 */
const LEGAL_FORMS: Record<string, string> = {
  limited: 'ltd',
  incorporated: 'inc',
  corporation: 'corp',
  company: 'co',
  private: 'pvt',
  proprietary: 'pty',
};

const MAX_SLUG = 120;
const HALF_A_CHARACTER = /[\uD800-\uDBFF]$/;

/** Case, spacing, punctuation, accents of Latin letters and spellings of legal forms do not make a new company. */
export function companySlug(name: string): string {
  const words = name
    .normalize('NFKD')
    .replace(/(\p{Script=Latin})\p{M}+/gu, '$1')
    .normalize('NFC')
    .toLowerCase()
    .replaceAll('&', ' and ')
    .replace(/['’`´]/g, '')
    .replace(/(?<![\p{L}\p{N}])(?:\p{L}\.){2,}\p{L}?(?!\p{L})/gu, (initials) => initials.replaceAll('.', ''))
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== '');
  const slug = words.map((word, index) => (index === 0 ? word : (LEGAL_FORMS[word] ?? word))).join('-');
  if (slug.length <= MAX_SLUG) return slug;
  const digest = createHash('sha256').update(slug).digest('hex').slice(0, 12);
  return `${slug.slice(0, MAX_SLUG).replace(HALF_A_CHARACTER, '')}-${digest}`;
}

export interface CompanyKey {
  slug: string;
  name: string;
}

/** The company that a person's or a ticket's record names under a rule. */
export function companyOf(raw: Raw, rule: CompanyRule): CompanyKey | undefined {
  const value = nameOf(firstValue(raw, RULE_PATHS[rule]))?.replace(/\s+/g, ' ').trim();
  if (value === undefined || value === '') return undefined;
  const slug = companySlug(value);
  if (slug === '') return undefined;
  if (rule !== 'customer_id') return { slug, name: value };
  return { slug, name: nameOf(firstValue(raw, RULE_PATHS.organization_name)) ?? value };
}

/** The spelling that was met most often. */
export function preferred(variants: Map<string, number>): string {
  const ranked = [...variants].sort(
    ([nameA, countA], [nameB, countB]) =>
      countB - countA || shouting(nameA) - shouting(nameB) || (nameA < nameB ? -1 : 1),
  );
  return ranked[0]?.[0] ?? '';
}

/** All capitals or all small letters are more often a typing habit than a name. */
function shouting(name: string): number {
  return name === name.toUpperCase() || name === name.toLowerCase() ? 1 : 0;
}

interface Draft {
  variants: Map<string, number>;
  domains: Map<string, number>;
  people: number;
}

/** Company records in the shape the `company` module reads, sorted by id, each with every spelling that was met. */
export function collectCompanies(rule: CompanyRule): Derivation {
  const drafts = new Map<string, Draft>();
  return {
    add(person) {
      const key = companyOf(person, rule);
      if (key === undefined) return;
      const draft: Draft = drafts.get(key.slug) ?? { variants: new Map(), domains: new Map(), people: 0 };
      draft.people += 1;
      draft.variants.set(key.name, (draft.variants.get(key.name) ?? 0) + 1);
      const email = textOf(firstValue(person, ['unmasked_email', 'email', 'requester.email']));
      const domain = email?.includes('*') === true ? undefined : email?.split('@')[1]?.trim().toLowerCase();
      if (domain !== undefined && domain !== '') {
        draft.domains.set(domain, (draft.domains.get(domain) ?? 0) + 1);
      }
      drafts.set(key.slug, draft);
    },
    records: () =>
      [...drafts]
        .sort(([slugA], [slugB]) => (slugA < slugB ? -1 : 1))
        .map(([slug, draft]) => ({
          company_id: slug,
          name: preferred(draft.variants),
          name_variants: [...draft.variants.keys()].sort(),
          email_domains: [...draft.domains.keys()].sort(),
          requester_count: draft.people,
          derived_by: rule,
        })),
  };
}
