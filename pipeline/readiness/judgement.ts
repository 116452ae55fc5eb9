/** What a check says of the facts; `detail` is for people. */
export type Judgement = { pass: boolean; detail: string };

export const pass = (detail: string): Judgement => ({ pass: true, detail });
export const fail = (detail: string): Judgement => ({ pass: false, detail });

/** Names in a row, the first of them where there are many. */
export function listed(names: readonly string[], most = 20): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
