import type { Requester, User } from '../infraon/desk.ts';
import type { Build } from './build.ts';
import { HARD_CASES_FROM } from './hard-cases.ts';
import type { HardCaseName } from './hard-cases.ts';
import { TEAMMATE_EMAILS } from './teammates.ts';

/** Remembers which records a hard case is. */
export function mark(build: Build, name: HardCaseName, object: string, ids: string[]): void {
  build.desk.hard_cases.push({ name, object, ids });
}

function setEmail(requester: Requester, email: string): void {
  requester.email = email;
  requester.unmasked_email = email;
  requester.contact = email;
}

function markRequesters(build: Build, name: HardCaseName, rows: Requester[]): void {
  mark(
    build,
    name,
    'requester',
    rows.map(({ requester_id }) => requester_id),
  );
}

function requesterCases(build: Build): void {
  const { requesters } = build.desk;
  const [masked, first, second, badPhone, free, plain, padded, shouted, staff] = requesters;
  const nobody = requesters.at(-1);
  const [technician] = build.desk.users;
  if (!masked || !first || !second || !badPhone || !free || !plain || !padded || !shouted || !staff) return;
  if (!nobody || !technician) return;

  setEmail(nobody, '');
  markRequesters(build, 'requester_without_email', [nobody]);

  setEmail(masked, `m*****@${masked.email.split('@')[1] ?? 'globex.example'}`);
  markRequesters(build, 'requester_masked_email', [masked]);

  setEmail(second, first.email);
  markRequesters(build, 'requesters_same_email', [first, second]);

  badPhone.contact_number = '12-ext-7';
  badPhone.phone_number = null;
  markRequesters(build, 'requester_invalid_phone', [badPhone]);

  free.organization_name = null;
  markRequesters(build, 'requester_without_organisation', [free]);

  const company = plain.organization_name ?? 'Globex Logistics GmbH';
  plain.organization_name = company;
  padded.organization_name = ` ${company.replaceAll(' ', '  ')} `;
  shouted.organization_name = company.toUpperCase();
  markRequesters(build, 'organisation_variants', [plain, padded, shouted]);

  setEmail(staff, technician.email);
  staff.full_name = technician.full_name;
  staff.unmasked_full_name = technician.full_name;
  staff.profile_id = technician.profile_id;
  staff.user_id = technician.user;
  markRequesters(build, 'requester_is_technician', [staff]);
}

function clearEmail(user: User): void {
  user.email = '';
  user.unmasked_email = '';
  user.notify_email = [];
  user.actual_username = `tech${user.user}`;
}

function technicianCases(build: Build): void {
  const after = TEAMMATE_EMAILS.length;
  const [silent, gone, stranger] = build.desk.users.slice(after, after + 3);
  if (!silent || !gone || !stranger) return;
  clearEmail(silent);
  mark(build, 'technician_without_email', 'user', [silent.profile_id]);
  gone.is_active = false;
  mark(build, 'technician_inactive', 'user', [gone.profile_id]);
  mark(build, 'technician_not_teammate', 'user', [stranger.profile_id]);
}

/** Turns some people of the desk into hard cases. To be called before tickets take snapshots of them. */
export function addPeopleCases(build: Build): void {
  if (build.incidents < HARD_CASES_FROM) return;
  requesterCases(build);
  technicianCases(build);
}
