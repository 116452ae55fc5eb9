import type { SettingsDocument } from '../../pipeline/settings.ts';
import type { Teammate } from '../../pipeline/install/teammates.ts';
import { inputField, selectField, type FormError } from './form-fields.ts';
import { html, type SafeHtml } from './html.ts';
import { page, type Viewer } from './page.ts';

/** As a form holds them: text for every setting, the share in per cent. */
export type SettingsForm = Record<keyof SettingsDocument, string>;

export interface SettingsView {
  form: SettingsForm;
  teammates: Teammate[];
  mayChange: boolean;
  saved: boolean;
  error: FormError | null;
}

interface Choice {
  label: string;
  hint?: string;
  options: Record<string, string>;
}
interface Entry {
  label: string;
  hint?: string;
  number?: { min: number; max: number };
}

const CHOICES = {
  thread_mode: {
    label: 'How conversations are moved',
    options: {
      thread: 'As a thread, with times and authors',
      transcript_note: 'As one note with the transcript',
    },
  },
  company_rule: {
    label: 'What becomes a company',
    hint: 'Infraon has no list of companies: they are made from what stands at its people.',
    options: {
      organization_name: 'The name of the organisation',
      customer_id: 'The customer id',
      department: 'The department',
      catalogue_name: 'The name of the catalogue',
      none: 'Nothing: no companies are made',
    },
  },
  article_folder_rule: {
    label: 'What collections are made of',
    options: {
      categories_tree: "Infraon's tree of categories",
      department_service: 'Department, then service',
      first_tag: 'The first tag of an article',
    },
  },
  restricted_articles: {
    label: 'Articles that only some people could read',
    options: { draft: 'Become a draft for editors', internal: 'Become an internal article for teammates' },
  },
  preview_bulk: {
    label: 'New contacts by the hundred',
    hint: 'Quicker, through an endpoint that Intercom calls a Preview: it may change without notice.',
    options: { false: 'No, one by one', true: 'Yes' },
  },
} as const satisfies Partial<Record<keyof SettingsDocument, Choice>>;

const ENTRIES = {
  rate_share: {
    label: 'Share of the rate budget, in per cent',
    hint: "How much of the calls that Intercom allows the load may use. Other apps share the workspace's budget. Takes effect at once.",
    number: { min: 5, max: 100 },
  },
  source_timezone: { label: 'Time zone of the desk', hint: 'Such as Europe/London.' },
  default_country: {
    label: 'Country of phone numbers without a country code',
    hint: 'Two capital letters, such as GB; or empty.',
  },
  attachment_max_mb: {
    label: 'Largest file that is moved, in MB',
    hint: 'A larger one stays in Infraon and is named in its conversation.',
    number: { min: 0.001, max: 100 },
  },
  help_center_id: {
    label: 'Help Center that receives the articles',
    hint: 'Its number; empty: the default one.',
  },
  article_files_url: {
    label: "Address under which the desk's files of articles are kept",
    hint: 'https; empty: they are named only.',
  },
  retention_days: {
    label: 'Days from sign-off until staged texts are erased',
    number: { min: 0, max: 3650 },
  },
  search_lag_seconds: {
    label: 'Seconds that a new conversation may stay invisible to search',
    number: { min: 0, max: 3600 },
  },
  replies_per_window: {
    label: 'Replies to one conversation at once',
    number: { min: 1, max: 100 },
  },
  reply_window_seconds: {
    label: 'Seconds until as many may follow',
    number: { min: 1, max: 300 },
  },
  links_per_attribute: {
    label: 'Most links in one attribute',
    hint: 'Empty: all of them.',
    number: { min: 1, max: 1_000_000 },
  },
} as const satisfies Partial<Record<keyof SettingsDocument, Entry>>;

/** What the owner may tune, in words; who may not change it reads it. */
export function settingsPage(viewer: Viewer, view: SettingsView): string {
  const { saved, error, mayChange } = view;
  return page(
    'Settings',
    viewer,
    html`${saved && html`<p class="notice good" role="status">Saved.</p>`}
      ${error !== null && error.field === null && html`<p class="bad" role="alert">${error.message}</p>`}
      <p>
        The share of the rate budget takes effect at once; everything else with the next run.
        ${!mayChange && 'Operators and owners change the settings.'}
      </p>
      <form class="stack" method="post" action="/console/settings">
        <fieldset ${!mayChange && html`disabled`}>
          <legend>Pace</legend>
          ${entry('rate_share', view)}
        </fieldset>
        <fieldset ${!mayChange && html`disabled`}>
          <legend>What is moved, and how</legend>
          ${choice('thread_mode', view)} ${fallbackChoice(view)} ${choice('company_rule', view)}
          ${entry('source_timezone', view)} ${entry('default_country', view)}
          ${entry('attachment_max_mb', view)}
        </fieldset>
        <fieldset ${!mayChange && html`disabled`}>
          <legend>Articles</legend>
          ${choice('article_folder_rule', view)} ${choice('restricted_articles', view)}
          ${entry('help_center_id', view)} ${entry('article_files_url', view)}
        </fieldset>
        <fieldset ${!mayChange && html`disabled`}>
          <legend>Privacy</legend>
          ${entry('retention_days', view)}
        </fieldset>
        <fieldset ${!mayChange && html`disabled`}>
          <legend>What Intercom does not document</legend>
          ${choice('preview_bulk', view)} ${entry('search_lag_seconds', view)}
          ${entry('replies_per_window', view)} ${entry('reply_window_seconds', view)}
          ${entry('links_per_attribute', view)}
        </fieldset>
        ${mayChange && html`<button type="submit" class="primary">Save</button>`}
      </form>`,
  );
}

function choice(name: keyof typeof CHOICES, { form, error }: SettingsView): SafeHtml {
  const { options, ...words }: Choice = CHOICES[name];
  const offered = Object.entries(options).map(([value, label]) => ({ value, label }));
  return selectField({ name, ...words, value: form[name], options: offered }, error);
}

function entry(name: keyof typeof ENTRIES, { form, error }: SettingsView): SafeHtml {
  const { number, ...words }: Entry = ENTRIES[name];
  const kind = number === undefined ? {} : ({ type: 'number', ...number } as const);
  return inputField({ name, ...words, ...kind, value: form[name] }, error);
}

/** Only who has an inbox seat can write. */
function fallbackChoice({ form, teammates, error }: SettingsView): SafeHtml {
  const seated = teammates.filter((one) => one.has_inbox_seat || one.id === form.fallback_admin_id);
  return selectField(
    {
      name: 'fallback_admin_id',
      label: 'Teammate who writes for everybody without a seat',
      hint: 'Best one made for this, such as "Migration". Only teammates with an inbox seat are listed.',
      value: form.fallback_admin_id,
      options: [
        { value: '', label: 'Whoever installed the app' },
        ...seated.map(({ id, name, email }) => ({ value: id, label: `${name} (${email})` })),
      ],
    },
    error,
  );
}
