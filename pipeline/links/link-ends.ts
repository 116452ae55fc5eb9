import type { Queryable } from '../../db/client.ts';

/**
 * Of a row `m` of the id map: there is something in Intercom to link to and to count. What is about to be made anew gets
 * another id.
 */
export function isLinkEnd(sql: Queryable) {
  return sql`not (m.state = 'partial' and m.facts ? 'reload')`;
}
