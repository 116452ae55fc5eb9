import type { JsonObject, Requester, Team, User } from '../infraon/desk.ts';
import { textOf } from '../infraon/json-values.ts';
import { requesterRecord, teamRecord, userRecord } from '../infraon/person-records.ts';
import { offsetTime } from '../infraon/timestamps.ts';
import { DAY_MS, inProportion, later } from './build.ts';
import type { Build } from './build.ts';
import { TEAMMATE_EMAILS } from './teammates.ts';
import { LANGUAGES } from './texts/languages.ts';
import type { Language } from './texts/languages.ts';

const COMPANY_HEADS = [
  'Globex',
  'Initech',
  'Umbra',
  'Vandelay',
  'Wayfarer',
  'Acorn',
  'Bluebird',
  'Cobalt',
  'Delta',
  'Ember',
  'Foxglove',
  'Granite',
];
const COMPANY_TAILS = ['Logistics', 'Foods', 'Energy', 'Textiles', 'Pharma', 'Rail', 'Optics', 'Paper'];
const COMPANY_FORMS = ['GmbH', 'Ltd', 'S.A.', 'Pvt. Ltd.', 'Inc.', 'K.K.'];

export type Company = { name: string; domain: string };

export type People = {
  companies: Company[];
  /** Language of each requester, for the texts of their tickets. */
  languages: Map<string, Language>;
};

function makeCompanies(build: Build): Company[] {
  const count = inProportion(build.incidents, 12, 0.7, 3);
  return Array.from({ length: count }, (_, index) => {
    const head = COMPANY_HEADS[index % COMPANY_HEADS.length] ?? 'Globex';
    const round = Math.floor(index / COMPANY_HEADS.length);
    const tail = COMPANY_TAILS[(index + round * 3) % COMPANY_TAILS.length] ?? 'Foods';
    const form = COMPANY_FORMS[index % COMPANY_FORMS.length] ?? 'Ltd';
    const number = round < COMPANY_TAILS.length ? '' : ` ${round}`;
    return {
      name: `${head} ${tail}${number} ${form}`,
      domain: `${head.toLowerCase()}-${tail.toLowerCase()}${number.trim()}.example`,
    };
  });
}

function pickLanguage(build: Build): Language {
  let left = build.prng.next() * LANGUAGES.reduce((sum, { share }) => sum + share, 0);
  for (const language of LANGUAGES) {
    left -= language.share;
    if (left < 0) return language;
  }
  return build.prng.pick(LANGUAGES);
}

/** Number ranges that regulators keep free for fiction where there are any. */
function phone(build: Build, country: string): JsonObject {
  const tail = build.prng.between(100, 999).toString();
  const forms: Record<string, { dial: string; code: string; national: string }> = {
    'United Kingdom': { dial: '44', code: 'GB', national: `2079460${tail}` },
    Germany: { dial: '49', code: 'DE', national: `3023125${tail}` },
    France: { dial: '33', code: 'FR', national: `199001${tail}` },
    India: { dial: '91', code: 'IN', national: `9876543${tail}` },
  };
  const { dial, code, national } = forms[country] ?? { dial: '91', code: 'IN', national: `9876500${tail}` };
  return {
    internationalNumber: `+${dial} ${national}`,
    number: `+${dial}${national}`,
    nationalNumber: `0${national}`,
    e164Number: `+${dial}${national}`,
    countryCode: code,
    dialCode: `+${dial}`,
  };
}

function asciiName(text: string): string {
  return text
    .normalize('NFD')
    .toLowerCase()
    .replaceAll(/[^a-z]/g, '');
}

function mailName(given: string, family: string, index: number): string {
  const first = asciiName(given);
  const last = asciiName(family);
  return first === '' || last === '' ? `user${index}` : `${first}.${last}${index}`;
}

function fullName(language: Language, given: string, family: string): string {
  const familyFirst = language.corpus.locale === 'ja' || language.corpus.locale === 'zh';
  return familyFirst ? `${family} ${given}` : `${given} ${family}`;
}

function requester(build: Build, company: Company, language: Language, index: number): Requester {
  const { desk, prng } = build;
  const given = prng.pick(language.given);
  const family = prng.pick(language.family);
  const name = fullName(language, given, family);
  const email = `${mailName(given, family, index)}@${company.domain}`;
  const joined = build.now - 800 * DAY_MS + index * 1000;
  const number = phone(build, language.country);
  const department = prng.pick(desk.departments);
  const place = prng.pick(desk.locations);
  return {
    ...requesterRecord({ id: build.id(joined), name, email, createdAt: joined }),
    type: prng.chance(0.8) ? 1 : 2,
    requester_type: prng.chance(0.8) ? 'internal' : 'external',
    // On record both as an object and as a plain digit string.
    contact_number: prng.chance(0.6) ? number : textOf(number.number).slice(1),
    phone_number: number,
    designation: prng.pick(['Accountant', 'Planner', 'Team Lead', 'Buyer', 'Engineer', 'Assistant']),
    department: { dept_id: department.dept_id, dept_name: department.dept_name },
    organization_name: prng.chance(0.05) ? null : company.name,
    employee_id: `E${10_000 + index}`,
    work_location: {
      location_id: place.location_id,
      location_name: place.location_name,
      country: place.country ?? null,
    },
  };
}

/** @param index position in the desk; also the integer account id. */
export function technician(build: Build, name: string, email: string, index: number): User {
  const { prng, desk } = build;
  const joined = build.now - 850 * DAY_MS + index * 1000;
  const role = desk.roles[index === 0 ? 0 : 1 + (index % (desk.roles.length - 1))];
  const number = phone(build, 'India');
  return {
    ...userRecord({
      id: build.id(joined),
      name,
      email,
      createdAt: joined,
      account: 101 + index,
      groupId: role?.group_id ?? 4,
    }),
    department: prng.pick(desk.departments).dept_name,
    last_loggged_in: offsetTime(later(build, build.now - 5 * DAY_MS, 5 * DAY_MS)),
    employee_id: `T${500 + index}`,
    designation: prng.pick([
      'Service Desk Analyst',
      'Network Engineer',
      'System Administrator',
      'Field Technician',
    ]),
    contact_number: number,
    phone_number: number,
    // Tenants keep such keys on a user; a migration must drop them. The key names are invented.
    national_id_number: `ID-${880_000 + index * 37}`,
    birth_date: '1990-01-01',
    home_address: `${1 + index} Example Lane`,
  };
}

const TEAMS = [
  'Service Desk',
  'Network Operations',
  'Workplace',
  'Server Team',
  'Business Applications',
  'Security',
];

function team(
  build: Build,
  name: string,
  groupType: string,
  moduleId: number,
  members: User[],
  index: number,
): Team {
  const createdAt = build.now - 840 * DAY_MS;
  const groupEmail = `team${index}@northwind.example`;
  return teamRecord({
    id: build.id(createdAt),
    name,
    groupType,
    moduleId,
    groupId: 300 + index,
    groupEmail,
    members,
    createdAt,
  });
}

function addTeams(build: Build): void {
  const { desk } = build;
  const count = inProportion(build.incidents, 6, 0.5, 4);
  const size = 4;
  for (let index = 0; index < count; index += 1) {
    const round = Math.floor(index / TEAMS.length);
    const name = `${TEAMS[index % TEAMS.length] ?? 'Service Desk'}${round === 0 ? '' : ` ${(round + 1).toString()}`}`;
    const members = Array.from(
      { length: size },
      (_, seat) => desk.users[(index * 2 + seat) % desk.users.length],
    ).filter((user) => user !== undefined);
    desk.teams.push(team(build, name, index === 0 ? 'Servicedesk' : 'Technical', 10, members, index));
  }
  // A team belongs to one module, so the same people sit in a CAB of their own.
  desk.teams.push(team(build, 'Change Advisory Board', 'CAB', 47, desk.users.slice(0, 3), count));
}

/** Any requester but the last, who is kept for a hard case. */
export function anyRequester({ desk, prng }: Build): Requester {
  const last = Math.max(0, desk.requesters.length - 2);
  return desk.requesters[prng.between(0, last)] ?? prng.pick(desk.requesters);
}

/** Requesters with their companies, technicians and teams. */
export function addPeople(build: Build): People {
  const { desk, prng } = build;
  const companies = makeCompanies(build);
  const technicians = inProportion(build.incidents, 12, 0.6, 11);
  for (let index = 0; index < technicians; index += 1) {
    const teammate = TEAMMATE_EMAILS[index];
    const language = LANGUAGES[index % 4] ?? pickLanguage(build);
    const given = prng.pick(language.given);
    const family = prng.pick(language.family);
    const name = teammate?.name ?? `${given} ${family}`;
    const email = teammate?.email ?? `${mailName(given, family, index)}@northwind.example`;
    desk.users.push(technician(build, name, email, index));
  }
  const languages = new Map<string, Language>();
  const requesters = inProportion(build.incidents, 60, 1, 5);
  for (let index = 0; index < requesters; index += 1) {
    const language = pickLanguage(build);
    const company = companies[index % companies.length] ?? { name: 'Globex', domain: 'globex.example' };
    const row = requester(build, company, language, index);
    desk.requesters.push(row);
    languages.set(row.requester_id, language);
  }
  addTeams(build);
  return { companies, languages };
}
