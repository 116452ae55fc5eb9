/** Words that ITSM desks use for the same thing; the first of each row is the one the catalogues use. */
const SYNONYMS: readonly (readonly string[])[] = [
  ['subject', 'summary', 'title', 'short description', 'headline'],
  ['description', 'details', 'long description', 'body', 'symptom', 'problem description'],
  ['requester', 'caller', 'requested by', 'requested for', 'customer', 'reporter', 'opened for'],
  ['assignee', 'technician', 'agent', 'assigned to', 'owner', 'resolver', 'engineer'],
  ['team', 'group', 'assignment group', 'support group', 'queue'],
  ['organization name', 'organisation', 'organization', 'company', 'company name', 'account', 'client'],
  ['email', 'mail', 'e mail', 'email address', 'mail id', 'email id'],
  ['phone', 'mobile', 'telephone', 'contact number', 'mobile number', 'phone number', 'contact'],
  ['name', 'full name', 'display name'],
  ['department', 'dept', 'division', 'business unit'],
  ['location', 'site', 'office', 'branch'],
  ['designation', 'job title', 'position', 'role'],
  ['priority', 'prio'],
  ['status', 'ticket status'],
  ['state', 'stage'],
  ['category', 'classification', 'service category'],
  ['source', 'contact type', 'reported via'],
  ['channel', 'medium'],
  ['created', 'creation time', 'created at', 'opened at', 'opened', 'created on'],
  ['updated', 'last update time', 'updated at', 'modified', 'last modified', 'sys updated at'],
  ['resolved', 'resolved at', 'resolution time', 'resolved on'],
  ['closed', 'closed at', 'closure time', 'closed on'],
  ['due', 'due date', 'due at', 'agreed closure date', 'target date'],
  ['serial number', 'serial no', 'serial'],
  ['manufacturer', 'make', 'brand'],
];

function normalWords(text: string): string {
  return text
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

function bigrams(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  const padded = ` ${text} `;
  for (let index = 0; index < padded.length - 1; index += 1) {
    const pair = padded.slice(index, index + 2);
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  return counts;
}

/** Dice coefficient over letter pairs: 1 for equal texts, 0 for texts without a pair in common. */
function pairSimilarity(a: string, b: string): number {
  const [left, right] = [bigrams(a), bigrams(b)];
  let common = 0;
  let total = 0;
  for (const [pair, count] of left) common += Math.min(count, right.get(pair) ?? 0);
  for (const count of [...left.values(), ...right.values()]) total += count;
  return total === 0 ? 0 : (2 * common) / total;
}

export interface Likeness {
  /** 0 to 1. */
  score: number;
  reason: string;
}

/** How much two names of fields mean the same, and why, in words for the person who judges it. */
export function likeness(a: string, b: string): Likeness {
  const [left, right] = [normalWords(a), normalWords(b)];
  if (left === '' || right === '') return { score: 0, reason: 'No name.' };
  if (left === right) return { score: 0.95, reason: `The names are the same: "${left}".` };
  const synonyms = SYNONYMS.some((row) => row.includes(left) && row.includes(right));
  if (synonyms) return { score: 0.9, reason: `Desks use "${left}" and "${right}" for the same thing.` };
  const score = Math.round(pairSimilarity(left, right) * 85) / 100;
  return { score, reason: `The names are alike: "${left}" and "${right}".` };
}
