import { inSentence } from '../../objects/define-object.ts';
import type { MapChoices } from '../../pipeline/maps/map-choices.ts';
import { inputField, selectField, textareaField, type FormError } from './form-fields.ts';
import { html, type SafeHtml } from './html.ts';
import { MAPS } from './maps-page.ts';
import { page, type Viewer } from './page.ts';

/** What a person typed, or what stands in the map. */
export interface RuleForm {
  /** Empty for a rule that is not there yet. */
  id: string;
  source: string;
  target: string;
  /** Empty: what fits source and target. */
  transform: string;
  /** Of the transform that stands in the map: others begin with their own. */
  options: RuleOptions;
}

/** Options as text: those of a value map a line each, all others as JSON. */
export type RuleOptions = { kind: 'json'; text: string } | { kind: 'values'; map: string; allowed: string };

export interface RuleView {
  object: string;
  plural: string;
  version: number;
  form: RuleForm;
  choices: MapChoices;
  error: FormError | null;
}

/** The form of one rule. */
export function rulePage(viewer: Viewer, view: RuleView): string {
  const { object, plural, version, form, choices, error } = view;
  const fits = { value: '', label: 'Whatever fits the two' };
  return page(
    form.id === '' ? `Add a rule for ${inSentence(plural)}` : `Edit a rule of ${inSentence(plural)}`,
    viewer,
    html`${error !== null && error.field === null && html`<p class="bad" role="alert">${error.message}</p>`}
      <form class="stack" method="post" action="${MAPS}/${object}/rule">
        <input type="hidden" name="version" value="${version}" />
        <input type="hidden" name="id" value="${form.id}" />
        ${inputField(
          {
            name: 'source',
            label: 'Field in Infraon',
            hint: 'Its key. Empty for what is computed, such as a fixed text.',
            value: form.source,
            offered: choices.sources.map(({ key, label }) => ({ value: key, label })),
          },
          error,
        )}
        ${inputField(
          {
            name: 'target',
            label: 'Attribute in Intercom',
            hint: 'One of its own, such as title; or custom_attributes. and the name of an attribute that the app makes.',
            value: form.target,
            required: true,
            offered: choices.targets.map((value) => ({ value })),
          },
          error,
        )}
        ${selectField(
          {
            name: 'transform',
            label: 'What is done with the value',
            value: form.transform,
            options: [
              fits,
              ...choices.transforms.map((name) => ({ value: name, label: name.replaceAll('_', ' ') })),
            ],
          },
          error,
        )}
        ${form.id !== '' && optionFields(form, error)}
        <p class="actions">
          <button type="submit" class="primary" name="do" value="save">Save as version ${version + 1}</button>
          ${form.id !== '' && html`<button type="submit" name="do" value="remove" formnovalidate>Take the rule away</button>`}
        </p>
      </form>
      <p class="muted">Nothing moves by this version before an owner approves it.</p>
      <p><a href="${MAPS}/${object}">Back to the map</a></p>`,
  );
}

function optionFields({ options }: RuleForm, error: FormError | null): SafeHtml {
  if (options.kind === 'json') {
    return textareaField({ name: 'options', label: 'Options, as JSON', value: options.text, rows: 4 }, error);
  }
  return html`${textareaField(
    {
      name: 'map',
      label: 'Values that change',
      hint: 'One a line: the word in Infraon = the word in Intercom.',
      value: options.map,
      rows: 6,
    },
    error,
  )}
  ${textareaField(
    {
      name: 'allowed',
      label: 'Options of the list in Intercom',
      hint: 'One a line. Empty allows every word; otherwise a record with another word is set aside.',
      value: options.allowed,
      rows: 6,
    },
    error,
  )}`;
}
