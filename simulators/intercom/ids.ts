export interface IdSource {
  /** 24 hex characters, as contacts and companies have them. */
  hex: () => string;
  /** Next number of a named sequence, as a string. Every kind has its own range, so a mixed-up id never resolves. */
  next: (kind: SequenceKind) => string;
}

const FIRST = {
  conversation: 1_000,
  message: 403_918_320,
  part: 88_000_000,
  tag: 7_000_000,
  note: 31_000,
  data_attribute: 12_000,
  conversation_attribute: 3,
  instance: 21_000_000,
  article: 6_871_000,
  article_content: 16_871_000,
  collection: 165_000,
  internal_article: 39_000,
  help_center: 90_000,
  redirect: 5_100,
  job: 640_000,
  scroll: 1,
} as const;

type SequenceKind = keyof typeof FIRST;

/** Deterministic per workspace: two runs over the same requests give the same ids. `ordinal` keeps workspaces apart. */
export function createIds(ordinal: number): IdSource {
  const counters = new Map<SequenceKind, number>();
  let hexCounter = 0;
  const prefix = (0x6762f0d0 + ordinal).toString(16).padStart(8, '0');
  return {
    hex: () => {
      hexCounter += 1;
      return `${prefix}1bb69f9f${hexCounter.toString(16).padStart(8, '0')}`;
    },
    next: (kind) => {
      const value = counters.get(kind) ?? FIRST[kind];
      counters.set(kind, value + 1);
      return String(value);
    },
  };
}
