const MARKUP = Symbol('markup');

/** Markup that is known to be safe: only {@link html} makes it. */
export interface SafeHtml {
  readonly [MARKUP]: string;
}

export type HtmlValue = SafeHtml | string | number | null | undefined | false | readonly HtmlValue[];

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

function render(value: HtmlValue): string {
  if (value === null || value === undefined || value === false) return '';
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value));
  return MARKUP in value ? value[MARKUP] : value.map(render).join('');
}

/** Escapes every inserted value but markup of its own; null, undefined and false insert nothing. */
export function html(strings: TemplateStringsArray, ...values: HtmlValue[]): SafeHtml {
  const parts = strings.map((text, index) => (index < values.length ? text + render(values[index]) : text));
  return { [MARKUP]: parts.join('') };
}

export function htmlText(markup: SafeHtml): string {
  return markup[MARKUP];
}
