/** Keys under which Infraon keeps personal data outside the catalogue. */
const PERSONAL_KEY =
  /(^|[._\s])(e-?mails?|phones?|mobile|contact(_?number)?|full_?name|first_?name|last_?name|user_?name|address|street|landmark|birth\w*|latitude|longitude|phone_number|land_line)(s?)([._\s]|$)/i;

/** Names of people by the part they play: `updated_by_name`, `assigneeName`. */
const PERSON_NAME =
  /(by|user|owner|assignee|requester|reporter|manager|employee|contact|person|customer)[._\s]?name$/i;

/** Whether a path or label outside the catalogue names personal data. */
export function looksPersonal(path: string): boolean {
  const plain = path.replaceAll('[]', '');
  return PERSONAL_KEY.test(plain) || PERSON_NAME.test(plain);
}
