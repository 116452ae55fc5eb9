import { html, type SafeHtml } from './html.ts';

/** A person vouches for something in their own words. `field` carries its id; `refusal` is what was wrong with the note. */
export function confirmForm(
  { id, title }: { id: string; title: string },
  { action, field, refusal }: { action: string; field: string; refusal: string | null },
): SafeHtml {
  const failed = refusal !== null;
  return html`<form method="post" action="${action}">
    <input type="hidden" name="${field}" value="${id}" />
    <div class="field">
      <label for="note-${id}">What you did or saw</label>
      <input
        id="note-${id}"
        name="note"
        maxlength="2000"
        required
        ${failed && html`aria-invalid="true" aria-describedby="error-${id}" autofocus`}
      />
      ${failed && html`<span class="bad" role="alert" id="error-${id}">${refusal}</span>`}
    </div>
    <button type="submit" aria-label="Confirm: ${title}">Confirm</button>
  </form>`;
}
