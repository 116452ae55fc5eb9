import { attribute, defineObject, field, rule } from '../define-object.ts';

/** Derived: Infraon documents no endpoint for customer companies (Infraon reference, company). */
export const object = defineObject({
  name: 'company',
  label: 'Company',
  plural: 'Companies',
  source: { kind: 'derived', from: 'requester', rule: 'company' },
  dependsOn: [],
  displayField: 'name',
  fields: [
    field('id', 'Company key', 'string', ['company_id'], 'inferred', { required: true }),
    field('name', 'Name', 'string', ['name'], 'inferred', { required: true }),
    field('name_variants', 'Spellings met', 'list', ['name_variants'], 'inferred'),
    field('email_domains', 'E-mail domains of its people', 'list', ['email_domains'], 'inferred'),
    field('requester_count', 'Number of requesters', 'integer', ['requester_count'], 'inferred'),
    field('derived_by', 'Company rule', 'string', ['derived_by'], 'inferred'),
  ],
  destination: { resource: 'companies' },
  identity: { template: 'infraon:org:{id}' },
  mapping: [
    rule('name', 'name', 'string', {}, 'The spelling that most people use.'),
    attribute('name_variants', 'infraon_org_name_variants', 'list_join', {
      separator: ' | ',
      maxLength: 255,
    }),
    attribute('email_domains', 'infraon_org_email_domains', 'list_join', { maxLength: 255 }),
    attribute('requester_count', 'infraon_org_requesters', 'integer'),
    attribute('derived_by', 'infraon_org_rule', 'string'),
  ],
  verify: {},
  rollback: { created: 'delete', updated: 'restore' },
});
