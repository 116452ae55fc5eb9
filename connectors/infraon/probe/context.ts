import { AppError } from '../../../errors.ts';
import type { ChildReader } from '../children.ts';
import type { ObjectSpec, PagingSpec } from '../profile.ts';
import type { Transport } from '../transport.ts';
import type { Capability, ClientDeps, InfraonClient, PinnedFacts, RawRecord } from '../types.ts';

/** What the parts of a probe share. `pinned` fills up as they find things out. */
export interface ProbeContext {
  deps: ClientDeps;
  transport: Transport;
  client: InfraonClient;
  children: ChildReader;
  pinned: PinnedFacts;
}

/** What one list showed; the later parts judge the account and the threads by it. */
export interface ListSample {
  object: string;
  spec: ObjectSpec;
  paging: PagingSpec;
  /** Rows of the first full page, of all objects that share the list. */
  rows: RawRecord[];
  /** The rows that are this object's. */
  own: RawRecord[];
  count: number | null;
  /** The sample is the whole list. */
  complete: boolean;
  largeNumbers: number;
}

export function capability(id: string, ok: boolean, detail: string): Capability {
  return { id, ok, detail };
}

export function amount(value: number): string {
  return value.toLocaleString('en-US');
}

/** What Infraon said, ready to stand in a sentence. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof AppError)) throw error;
  if (error.status === 403) return `the account may not read it (403: ${error.message})`;
  if (error.status === 404 || error.status === 410) return 'this installation does not offer it (404)';
  return error.message;
}
