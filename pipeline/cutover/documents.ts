/** Documents of the cut-over as the API shows them; names are those of the API. */
export interface FreezeObject {
  object: string;
  /** `quiet`: nothing newer than what was read; `behind`: there is; `changing`: it moved between two looks. */
  state: 'quiet' | 'behind' | 'changing' | 'unknown';
  detail: string;
  /** Of the source's clock. */
  newest_change: string | null;
  newest_read: string | null;
  count: number | null;
  count_read: number | null;
}

export interface FreezeDocument {
  state: 'not_checked' | 'one_look' | 'changing' | 'behind' | 'too_old' | 'unknown' | 'frozen';
  detail: string;
  first_look_at: string | null;
  last_look_at: string | null;
  next_look_at: string | null;
  objects: FreezeObject[];
}

export interface CutoverItem {
  id: string;
  title: string;
  state: 'go' | 'no_go' | 'needs_confirmation' | 'confirmed';
  detail: string;
  /** What to do, in steps; empty when there is nothing to do. */
  fix: string;
  /** Name of the teammate. */
  confirmed_by: string | null;
  confirmed_at: string | null;
  note: string | null;
}

export interface HypercareDay {
  day: number;
  due_at: string;
  state: 'due' | 'running' | 'clean' | 'attention';
  detail: string;
  checked_at: string | null;
  run_id: string | null;
}

export interface SignOffDocument {
  by: string;
  at: string;
  note: string;
  package: { name: string; size: number; sha256: string };
  /** When staged texts are erased, or were. */
  erase_at: string;
  erased_at: string | null;
  /** Until then an owner can revoke it. */
  revocable_until: string;
}

export interface CutoverDocument {
  freeze: FreezeDocument;
  /** How long one more delta would take, from the last one; null before the first. */
  forecast: { seconds: number; calls: number; based_on: string } | null;
  items: CutoverItem[];
  verdict: 'go' | 'no_go';
  last_delta: {
    id: string;
    state: string;
    started_at: string | null;
    finished_at: string | null;
    seconds: number | null;
    written: number;
    unchanged: number;
  } | null;
  hypercare: { started_at: string; ends_at: string; days: HypercareDay[] } | null;
  signed_off: SignOffDocument | null;
}
