/** The search over the codes of a catalogue, and the place in its index. */

const search = /** @type {HTMLInputElement} */ (document.getElementById('search'));
const form = /** @type {HTMLFormElement} */ (search.form);
const count = /** @type {HTMLElement} */ (document.querySelector('.count'));
const none = /** @type {HTMLElement} */ (document.querySelector('.none'));
const articles = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('article')]);
const sections = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('.index section')]);
const items = new Map(
  /** @type {HTMLElement[]} */ ([...document.querySelectorAll('.index li')]).map((item) => [item.dataset['for'] ?? '', item]),
);
/** What is looked through; the curls say little, and each of them has everything in it. */
const texts = new Map(articles.map((article) => [article, textOf(article)]));

form.hidden = false;
form.addEventListener('submit', (event) => event.preventDefault());
search.addEventListener('input', filter);
document.querySelector('[data-clear]')?.addEventListener('click', () => {
  clear();
  search.focus();
});
document.addEventListener('keydown', (event) => {
  const typing = event.target instanceof HTMLInputElement;
  if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    search.focus();
    search.select();
  }
  if (event.key === 'Escape' && event.target === search) clear();
  if (event.key === 'Enter' && event.target === search) first();
});
addEventListener('hashchange', reveal);

/** @param {HTMLElement} article */
function textOf(article) {
  const copy = /** @type {HTMLElement} */ (article.cloneNode(true));
  for (const part of copy.querySelectorAll('pre, button')) part.remove();
  return (copy.textContent ?? '').replaceAll(/\s+/g, ' ').toLowerCase();
}

/** Shows the codes that have every word of what is looked for. */
function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const article of articles) {
    const text = texts.get(article) ?? '';
    const fits = words.every((word) => text.includes(word));
    article.hidden = !fits;
    const item = items.get(article.id);
    if (item !== undefined) item.hidden = !fits;
    if (fits) shown += 1;
  }
  for (const section of sections) section.hidden = section.querySelector('li:not([hidden])') === null;
  none.hidden = shown > 0 || articles.length === 0;
  const total = Number(count.dataset['total']);
  count.textContent = words.length === 0 ? '' : `${shown} of ${total} codes`;
}

function clear() {
  search.value = '';
  filter();
}

function first() {
  const article = articles.find(({ hidden }) => !hidden);
  if (article !== undefined) location.hash = encodeURIComponent(article.id);
}

/** A link to a code shows it, whatever is looked for. */
function reveal() {
  let id = location.hash.slice(1);
  try {
    id = decodeURIComponent(id);
  } catch {
    return;
  }
  const target = document.getElementById(id);
  if (!(target instanceof HTMLElement) || !articles.includes(target)) return;
  if (target.hidden) clear();
  target.scrollIntoView();
}

const seen = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      const link = items.get(target.id)?.querySelector('a');
      if (isIntersecting) link?.setAttribute('aria-current', 'true');
      else link?.removeAttribute('aria-current');
    }
  },
  { rootMargin: '-20% 0px -75% 0px' },
);
for (const article of articles) seen.observe(article);

const index = /** @type {HTMLDetailsElement} */ (document.querySelector('details.index'));
const narrow = matchMedia('(width < 56rem)');
const fold = () => (index.open = !narrow.matches);
fold();
narrow.addEventListener('change', fold);
addEventListener('beforeprint', () => (index.open = true));
addEventListener('afterprint', fold);
