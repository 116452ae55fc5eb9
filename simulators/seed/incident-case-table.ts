import type { Incident, Json } from '../infraon/desk.ts';
import { offsetTime } from '../infraon/timestamps.ts';
import { MODULES, STATES, SYSTEM_ID, SYSTEM_NAME, status } from '../infraon/vocabulary.ts';
import { HOUR_MS } from './build.ts';
import type { Build } from './build.ts';
import { storeFile } from './files.ts';
import { workflowOf } from './foundations.ts';
import type { HardCaseName } from './hard-cases.ts';
import { HARD_TEXTS } from './texts/hard.ts';
import { addEntry } from './threads.ts';

/** Above every limit on record for a file in a conversation. */
const OVERSIZE_BYTES = 120 * 1_048_576;

type Place = { module: 'incident'; refId: string; displayId: string };

function placeOf(incident: Incident): Place {
  return { module: 'incident', refId: incident.incident_id, displayId: incident.display_id };
}

function createdAt(incident: Incident): number {
  return Date.parse(incident.creation_time);
}

function note(
  build: Build,
  incident: Incident,
  hours: number,
  body: string,
  more: Partial<Parameters<typeof addEntry>[2]> = {},
) {
  const author = build.desk.users[0];
  return addEntry(build, placeOf(incident), {
    body,
    at: createdAt(incident) + hours * HOUR_MS,
    author: author?.profile_id ?? SYSTEM_ID,
    userId: author?.user ?? null,
    ...more,
  });
}

function setStatus(
  build: Build,
  incident: Incident,
  name: Parameters<typeof status>[0],
  state: keyof typeof STATES,
): void {
  incident.basic_info.status = status(name, workflowOf(build, 'incident'));
  incident.basic_info.state = { ...STATES[state] };
}

/** Fills a thread up to `entries`. */
export function longThread(build: Build, incident: Incident, entries: number): void {
  const already = build.desk.threads.filter(({ ref_id }) => ref_id === incident.incident_id).length;
  for (let index = already; index < entries; index += 1) {
    note(build, incident, 2 + index / 10, `<p>Entry ${index + 1} of a long thread.</p>`, {
      privacy: index % 3 === 0 ? 'private' : 'public',
    });
  }
}

type Case = { name: HardCaseName; apply: (build: Build, incident: Incident, other: Incident) => void };

/** One incident each; `other` is a second one where the case needs it. */
export const INCIDENT_CASES: Case[] = [
  {
    name: 'incident_by_system',
    apply: (_build, incident) => {
      incident.created_by_id = SYSTEM_ID;
      incident.created_by_name = SYSTEM_NAME;
    },
  },
  {
    name: 'incident_empty_description',
    apply: (_build, incident) => {
      incident.basic_info.description = '';
    },
  },
  {
    name: 'incident_same_second_notes',
    apply: (build, incident) => {
      note(build, incident, 2, '<p>Called, no answer.</p>', { privacy: 'private', microseconds: 100 });
      note(build, incident, 2, '<p>Called, no answer.</p>', { privacy: 'private', microseconds: 600 });
    },
  },
  {
    name: 'incident_unknown_privacy',
    apply: (build, incident) => {
      note(build, incident, 3, '<p>Customer sounded annoyed, handle with care.</p>', { privacy: 'missing' });
    },
  },
  {
    name: 'incident_unknown_author',
    apply: (build, incident) => {
      note(build, incident, 3, '<p>Handled by the former provider.</p>', {
        author: '150000000000099999999',
        userId: null,
      });
    },
  },
  {
    name: 'incident_mixed_scripts',
    apply: (build, incident) => {
      incident.basic_info.summary = HARD_TEXTS.mixedSubject;
      incident.basic_info.description = `<p>${HARD_TEXTS.mixedBody}</p>`;
      note(build, incident, 1, `<p>${HARD_TEXTS.mixedBody}</p>`);
    },
  },
  {
    name: 'incident_rough_html',
    apply: (build, incident) => {
      incident.basic_info.description = HARD_TEXTS.roughHtml;
      note(build, incident, 1, HARD_TEXTS.roughHtml);
    },
  },
  {
    name: 'incident_dangling_ci',
    apply: (_build, incident) => {
      incident.impacted_asset = [
        { ci_id: '150000000000088888888', ci_name: 'srv-gone-0001', asset_id: null },
      ];
    },
  },
  {
    name: 'incident_requester_missing',
    apply: (build, incident) => {
      const writer = incident.requester_id;
      incident.requester_id = '150000000000077777777';
      for (const entry of build.desk.threads) {
        const theirs = entry.ref_id === incident.incident_id && entry.created_by === writer;
        if (theirs) entry.created_by = incident.requester_id;
      }
      incident.requester = {
        requester_id: incident.requester_id,
        full_name: 'Former Employee',
        email: '',
        unmasked_email: '',
        organization_name: null,
      };
    },
  },
  {
    name: 'incident_without_requester',
    apply: (_build, incident) => {
      incident.requester_id = null;
      incident.requester = {};
    },
  },
  {
    name: 'incident_long_subject',
    apply: (_build, incident) => {
      incident.basic_info.summary = HARD_TEXTS.longSubject;
    },
  },
  {
    name: 'incident_long_thread',
    apply: (build, incident) => {
      longThread(build, incident, 60);
    },
  },
  {
    name: 'incident_reopened',
    apply: (build, incident) => {
      note(build, incident, 4, '<p>Status changed from Analysis to Closed</p>', {
        system: true,
        type: 'System',
        author: SYSTEM_ID,
      });
      note(build, incident, 30, '<p>Reopened by the requester</p>', {
        system: true,
        type: 'System',
        author: SYSTEM_ID,
      });
      setStatus(build, incident, 'Analysis', 'in_progress');
      incident.inci_closure_time = null;
      incident.actual_closure_date = null;
      incident.close_info = {};
      incident.reopenWaitTime = offsetTime(createdAt(incident) + 30 * HOUR_MS);
    },
  },
  {
    name: 'incident_archived',
    apply: (_build, incident) => {
      incident.is_archive = true;
    },
  },
  {
    name: 'incident_deleted',
    apply: (_build, incident) => {
      incident.is_deleted = true;
    },
  },
  {
    name: 'incident_demo',
    apply: (_build, incident) => {
      incident.is_demo_data = true;
    },
  },
  {
    name: 'incident_unset_choices',
    apply: (_build, incident) => {
      Object.assign(incident.basic_info, { priority: {}, urgency: {}, impact: {}, severity: {} });
      incident.current_assignment_info = {
        group: null,
        group_name: null,
        assignee: null,
        assignee_profile: {},
      };
    },
  },
  {
    name: 'incident_all_custom_fields',
    apply: (_build, incident) => {
      incident.custom_field_data = {
        col_1650000000101: '9.12.1 "beta"',
        col_1650000000102: 'First line\nSecond line with <angle> & ampersand',
        col_1650000000103: '大阪',
        col_1650000000104: '2026-03-29T01:30',
        col_1650000000105: 'Supplier',
      };
    },
  },
  {
    name: 'incident_oversize_attachment',
    apply: (build, incident) => {
      const spot = {
        ...placeOf(incident),
        at: createdAt(incident),
        author: incident.requester_id ?? SYSTEM_ID,
      };
      storeFile(build, spot, {
        name: 'memory-dump.bin',
        mime: 'application/octet-stream',
        bytes: OVERSIZE_BYTES,
      });
    },
  },
  {
    name: 'incident_unreachable_attachment',
    apply: (build, incident) => {
      const spot = {
        ...placeOf(incident),
        at: createdAt(incident),
        author: incident.requester_id ?? SYSTEM_ID,
      };
      storeFile(build, spot, { name: 'lost.pdf', mime: 'application/pdf', bytes: 20_000, unreachable: true });
    },
  },
  {
    name: 'incident_many_attachments',
    apply: (build, incident) => {
      const spot = { ...placeOf(incident), at: createdAt(incident), author: SYSTEM_ID };
      const files = Array.from({ length: 12 }, (_, index) =>
        storeFile(build, spot, { name: `photo-${index + 1}.png`, mime: 'image/png', bytes: 3_000 + index }),
      );
      note(build, incident, 5, '<p>Photos of all twelve racks.</p>', {
        attachmentIds: files.map(({ attachment_id }) => attachment_id),
      });
    },
  },
  {
    name: 'incident_merged',
    apply: (build, incident, other) => {
      setStatus(build, incident, 'Closed By Origin Ticket', 'closed');
      incident.is_merge_incident = true;
      const reference: Json = {
        module_id: MODULES.incident.moduleId,
        ref_id: other.incident_id,
        ref_display_id: other.display_id,
      };
      incident.reference = [reference];
      other.is_parent_incident = true;
    },
  },
];
