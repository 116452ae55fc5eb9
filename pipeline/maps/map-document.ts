import type { MappingRule, UnmappedField } from '../../objects/mapping.ts';

export interface MapSummary {
  object: string;
  version: number;
  state: 'proposed' | 'approved';
  rules: number;
  unmapped: number;
  approved_by: string | null;
  approved_at: string | null;
}

export interface MapDocument {
  object: string;
  version: number;
  state: 'proposed' | 'approved';
  rules: MappingRule[];
  unmapped: UnmappedField[];
  approved_by: string | null;
  approved_at: string | null;
}

export interface RuleInput {
  id?: string | undefined;
  source: string;
  target: string;
  transform?: string | undefined;
  options?: Record<string, unknown> | undefined;
}
