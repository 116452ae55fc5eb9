import type { InventoryField } from '../../objects/mapping.ts';

export interface DiscoveredObject {
  object: string;
  count: number;
  fields: InventoryField[];
  quality: {
    code: string;
    count: number;
    examples: { source_id: string; display_id: string | null; value: unknown }[];
  }[];
}

export interface DiscoveryDocument {
  state: 'idle' | 'running' | 'done' | 'failed';
  objects: DiscoveredObject[];
  estimate: { calls: number; seconds: number } | null;
  error: string | null;
  started_at: string | null;
  finished_at: string | null;
}
