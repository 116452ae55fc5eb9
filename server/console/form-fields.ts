import { html, type HtmlValue, type SafeHtml } from './html.ts';

/** `field` is null when the refusal is about no field in particular. */
export interface FormError {
  message: string;
  field: string | null;
}

interface Field {
  name: string;
  label: string;
  hint?: string;
}

/** What ties an input to its hint and its error, so that both are read out with it. */
function described({ name, hint }: Field, failed: boolean): SafeHtml {
  const ids = [hint !== undefined && `${name}-hint`, failed && `${name}-error`].filter(Boolean);
  return html`${ids.length > 0 && html`aria-describedby="${ids.join(' ')}"`}
  ${failed && html`aria-invalid="true" autofocus`}`;
}

function labelled(field: Field, error: FormError | null, control: (facts: SafeHtml) => HtmlValue): SafeHtml {
  const { name, label, hint } = field;
  const failed = error?.field === name;
  return html`<p class="field">
    <label for="${name}">${label}</label>
    ${hint !== undefined && html`<span class="muted" id="${name}-hint">${hint}</span>`}
    ${control(described(field, failed))}
    ${failed && html`<span class="bad" role="alert" id="${name}-error">${error.message}</span>`}
  </p>`;
}

export interface InputField extends Field {
  type?: 'text' | 'password' | 'number';
  value?: string;
  required?: boolean;
  /** Of numbers. */
  min?: number;
  max?: number;
  /** Words to choose from; others may be typed as well. */
  offered?: readonly { value: string; label?: string }[];
}

export function inputField(field: InputField, error: FormError | null): SafeHtml {
  const { name, type = 'text', value, required, min, max, offered } = field;
  return html`${labelled(
    field,
    error,
    (facts) =>
      html`<input
        id="${name}"
        name="${name}"
        type="${type}"
        value="${value ?? ''}"
        maxlength="1000"
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        ${type === 'number' && html`step="any"`}
        ${min !== undefined && html`min="${min}"`}
        ${max !== undefined && html`max="${max}"`}
        ${offered !== undefined && html`list="${name}-list"`}
        ${required === true && html`required`}
        ${facts}
      />`,
  )}
  ${
    offered !== undefined &&
    html`<datalist id="${name}-list">
      ${offered.map(({ value: word, label }) => html`<option value="${word}">${label ?? ''}</option>`)}
    </datalist>`
  }`;
}

export function selectField(
  field: Field & { value: string; options: readonly { value: string; label: string }[] },
  error: FormError | null,
): SafeHtml {
  const { name, value, options } = field;
  return labelled(
    field,
    error,
    (facts) =>
      html`<select id="${name}" name="${name}" ${facts}>
        ${options.map(
          (option) =>
            html`<option value="${option.value}" ${option.value === value && html`selected`}>
              ${option.label}
            </option>`,
        )}
      </select>`,
  );
}

export function textareaField(
  field: Field & { value: string; rows: number },
  error: FormError | null,
): SafeHtml {
  const { name, value, rows } = field;
  return labelled(
    field,
    error,
    (facts) =>
      html`<textarea id="${name}" name="${name}" rows="${rows}" spellcheck="false" ${facts}>
${value}</textarea>`,
  );
}
