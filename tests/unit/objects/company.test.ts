import { describe, expect, it } from 'vitest';
import { collectCompanies, companyOf, companySlug, type CompanyRule } from '../../../objects/company.ts';
import type { Raw } from '../../../objects/paths.ts';

describe('companySlug', () => {
  it('ignores case, spacing, punctuation, accents and spellings of the legal form', () => {
    const spellings = ['Café Orange Ltd.', 'CAFE  ORANGE  LIMITED', 'café-orange, ltd', ' Café Orange Ltd '];
    expect(new Set(spellings.map(companySlug))).toEqual(new Set(['cafe-orange-ltd']));
    expect(companySlug('A.C.M.E. Inc.')).toBe('acme-inc');
    expect(companySlug("O'Neill & Sons")).toBe('oneill-and-sons');
  });

  it('keeps different legal forms apart: a group has several', () => {
    expect(companySlug('Acme GmbH')).not.toBe(companySlug('Acme Ltd'));
    expect(companySlug('Limited')).toBe('limited');
  });

  it('keeps other scripts whole', () => {
    expect(companySlug('株式会社 青空')).toBe('株式会社-青空');
    expect(companySlug('शक्ति उद्योग')).toBe('शक्ति-उद्योग');
  });

  it('cuts very long names without mixing them up', () => {
    const [a, b] = [companySlug(`${'x '.repeat(200)}a`), companySlug(`${'x '.repeat(200)}b`)];
    expect(a.length).toBeLessThan(140);
    expect(a).not.toBe(b);
  });
});

describe('companyOf', () => {
  it('follows the rule, on a person and on a ticket', () => {
    const person = {
      organization_name: 'Acme',
      customer_id: 'C-9',
      department: { dept_id: '1', dept_name: 'Finance' },
    };
    expect(companyOf(person, 'organization_name')).toEqual({ slug: 'acme', name: 'Acme' });
    expect(companyOf(person, 'customer_id')).toEqual({ slug: 'c-9', name: 'Acme' });
    expect(companyOf(person, 'department')).toEqual({ slug: 'finance', name: 'Finance' });
    expect(companyOf(person, 'none')).toBeUndefined();
    expect(companyOf({ requester: person }, 'organization_name')?.slug).toBe('acme');
    expect(companyOf({ basic_info: { catalogue_name: 'Retail' } }, 'catalogue_name')?.slug).toBe('retail');
    expect(companyOf({ organization_name: ' . ' }, 'organization_name')).toBeUndefined();
  });
});

function companiesOf(people: Raw[], rule: CompanyRule): Raw[] {
  const companies = collectCompanies(rule);
  for (const person of people) companies.add(person);
  return companies.records();
}

it('makes one company of all spellings, and prefers the usual one', () => {
  const people = [
    { organization_name: 'ACME LTD', email: 'a@acme.example' },
    { organization_name: 'Acme Ltd.', email: 'b@ACME.example' },
    { organization_name: 'Beta', email: 'b***@beta.example' },
    { organization_name: null, email: 'nobody@example.com' },
  ];
  const expected = [
    {
      company_id: 'acme-ltd',
      name: 'Acme Ltd.',
      name_variants: ['ACME LTD', 'Acme Ltd.'],
      email_domains: ['acme.example'],
      requester_count: 2,
      derived_by: 'organization_name',
    },
    {
      company_id: 'beta',
      name: 'Beta',
      name_variants: ['Beta'],
      email_domains: [],
      requester_count: 1,
      derived_by: 'organization_name',
    },
  ];
  expect(companiesOf(people, 'organization_name')).toEqual(expected);
  expect(companiesOf([...people].reverse(), 'organization_name')).toEqual(expected);
  expect(companiesOf(people, 'none')).toEqual([]);
});

it('cuts a long name between characters, for half of one could not be stored', () => {
  const id = companySlug(`${'a'.repeat(119)}𠮷 and others`);
  expect(id).toMatch(/^a{119}-[0-9a-f]{12}$/);
});
