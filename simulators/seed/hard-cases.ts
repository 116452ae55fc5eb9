/**
 * The records that migrations stumble over, by name. Every generated desk of `HARD_CASES_FROM` incidents or more has
 * each of them; `desk.hard_cases` says which records they are, so tests can find them.
 */
export const HARD_CASES_FROM = 50;

export const HARD_CASES = [
  {
    name: 'requester_without_email',
    object: 'requester',
    why: 'No address: needs an external id; has two incidents.',
  },
  {
    name: 'requester_masked_email',
    object: 'requester',
    why: 'The address is starred and must never become a contact.',
  },
  { name: 'requesters_same_email', object: 'requester', why: 'Two people, one address.' },
  { name: 'requester_invalid_phone', object: 'requester', why: 'A number that no parser accepts.' },
  { name: 'requester_without_organisation', object: 'requester', why: 'No company to attach.' },
  {
    name: 'organisation_variants',
    object: 'requester',
    why: 'One company written in three ways of case and blanks.',
  },
  {
    name: 'requester_is_technician',
    object: 'requester',
    why: 'The same person has a user account with the same address.',
  },
  { name: 'technician_without_email', object: 'user', why: 'Cannot be matched to a teammate.' },
  { name: 'technician_inactive', object: 'user', why: 'Left the company, still author of old notes.' },
  { name: 'technician_not_teammate', object: 'user', why: 'Has an address that no teammate has.' },
  { name: 'ci_cycle', object: 'cmdb_profile', why: 'Three items related in a circle.' },
  { name: 'ci_self_link', object: 'cmdb_profile', why: 'An item related to itself.' },
  { name: 'incident_by_system', object: 'incident', why: 'Made by `@@@k_system@@@` with id -1.' },
  { name: 'incident_empty_description', object: 'incident', why: 'Only a subject.' },
  {
    name: 'incident_same_second_notes',
    object: 'incident',
    why: 'Two equal notes in the same second are two notes.',
  },
  {
    name: 'incident_unknown_privacy',
    object: 'incident',
    why: 'An entry without `is_private` must stay internal.',
  },
  {
    name: 'incident_unknown_author',
    object: 'incident',
    why: 'An entry by somebody who is not on the desk.',
  },
  {
    name: 'incident_mixed_scripts',
    object: 'incident',
    why: 'Emoji, right-to-left and CJK text in one ticket.',
  },
  {
    name: 'incident_rough_html',
    object: 'incident',
    why: 'Script, style, nested table, entities, unclosed tags.',
  },
  { name: 'incident_dangling_ci', object: 'incident', why: 'Linked to a CI that does not exist.' },
  { name: 'incident_requester_missing', object: 'incident', why: 'Its requester does not exist.' },
  { name: 'incident_without_requester', object: 'incident', why: 'Has no requester at all.' },
  { name: 'incident_long_subject', object: 'incident', why: 'A subject of more than 500 characters.' },
  { name: 'incident_long_thread', object: 'incident', why: '60 entries.' },
  { name: 'incident_reopened', object: 'incident', why: 'Closed, opened again, still open.' },
  { name: 'incident_merged', object: 'incident', why: 'Merged into another, which is listed second.' },
  { name: 'incident_archived', object: 'incident', why: 'Archived but listed.' },
  { name: 'incident_deleted', object: 'incident', why: 'Soft-deleted: not listed by default.' },
  { name: 'incident_demo', object: 'incident', why: 'Vendor demo data: excluded by default.' },
  {
    name: 'incident_unset_choices',
    object: 'incident',
    why: '`{}` for priority, urgency and impact; nobody assigned.',
  },
  { name: 'incident_all_custom_fields', object: 'incident', why: 'A value in a custom field of each type.' },
  {
    name: 'incident_dropdown_values',
    object: 'incident',
    why: 'Together they use every value of a dropdown.',
  },
  { name: 'incident_oversize_attachment', object: 'incident', why: 'A file of 120 MB.' },
  {
    name: 'incident_unreachable_attachment',
    object: 'incident',
    why: 'Listed, but the download answers 404.',
  },
  { name: 'incident_many_attachments', object: 'incident', why: 'Twelve files on one note.' },
  { name: 'incident_huge_thread', object: 'incident', why: 'More than 500 entries; only on request.' },
  { name: 'problem_without_incidents', object: 'problem', why: 'Stands alone.' },
  { name: 'problem_without_workaround', object: 'problem', why: 'No cause and no workaround known.' },
  { name: 'change_rejected', object: 'change', why: 'Refused by the CAB.' },
  { name: 'article_draft', object: 'article', why: 'Not published at the source.' },
  { name: 'article_restricted', object: 'article', why: 'Private: must not become public.' },
  { name: 'article_archived', object: 'article', why: 'Archived: not listed by default.' },
  { name: 'article_without_folder', object: 'article', why: 'Directly in its category.' },
] as const;

export type HardCaseName = (typeof HARD_CASES)[number]['name'];
