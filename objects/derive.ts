import { collectCompanies, type CompanyRule } from './company.ts';
import type { Derivation, DerivationName } from './define-object.ts';
import { collectSlaPolicies } from './sla-policies.ts';

export interface DeriveContext {
  companyRule: CompanyRule;
}

/** Every rule by which an object may be derived. */
const DERIVATIONS: Record<DerivationName, (context: DeriveContext) => Derivation> = {
  company: ({ companyRule }) => collectCompanies(companyRule),
  sla_policy: () => collectSlaPolicies(),
};

export function derivationNamed(rule: DerivationName, context: DeriveContext): Derivation {
  return DERIVATIONS[rule](context);
}
