/** What people of one language write to a service desk. `{host}` and `{n}` are filled in per ticket. */
export type Corpus = {
  locale: string;
  topics: { summary: string; body: string; category: string; service: string }[];
  /** Follow-ups by the requester. */
  replies: string[];
  /** Public answers by a technician. */
  answers: string[];
  /** Private notes by a technician. */
  notes: string[];
  /** Closing words. */
  closings: string[];
};
