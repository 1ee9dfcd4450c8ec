/** A part of a page that is markup already. Only {@link html} makes it, so that nothing foreign is ever taken for markup. */
class Html {
  readonly #markup: string;

  constructor(markup: string) {
    this.#markup = markup;
  }

  toString(): string {
    return this.#markup;
  }
}

export type { Html };

/** What a template may be given: text, which it escapes; markup that it has made; lists of both; and nothing. */
export type HtmlValue = string | number | Html | false | null | undefined | readonly HtmlValue[];

/**
 * A part of a page; whatever is put in is text, unless it is a part itself.
 *
 * What is only indented in the source is not indented in the page. Values of attributes stand in double quotes. Nothing is put into scripts, styles, or addresses that a foreigner chose.
 *
 * @example
 * html`<ul>${['a < b', 'c'].map((item) => html`<li title="${item}">${item}</li>`)}</ul>`; // <ul><li title="a &lt; b">a &lt; b</li>...
 */
export function html(markup: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const parts = markup.map((part, index) => part.replaceAll(/\n\s+/g, '\n') + (index < values.length ? render(values[index]) : ''));
  return new Html(parts.join(''));
}

/**
 * Text with what stands between backticks as code, as descriptions in contracts have it.
 *
 * @example
 * html`<p>${prose('Send `Retry-After`.')}</p>`; // <p>Send <code>Retry-After</code>.</p>
 */
export function prose(text: string): Html {
  return html`${text.split(/`([^`]+)`/).map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}

function render(value: HtmlValue): string {
  if (value === undefined || value === null || value === false) return '';
  if (typeof value === 'object') return value instanceof Html ? value.toString() : value.map(render).join('');
  return escapeHtml(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', '`': '&#96;' };

/** Text for HTML, for elements and for attributes; what HTML has no way to write, such as most control characters, is U+FFFD. */
function escapeHtml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\u007E\u00A0-\uD7FF\uE000-\uFDCF\uFDF0-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll(/[&<>"'`]/g, (character) => ENTITIES[character] ?? character);
}
