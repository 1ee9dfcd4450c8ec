/* What the report can do beyond being read: search and filters, arrow keys in the matrix, and a pane in which evidence opens. */

/**
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} type
 * @param {ParentNode} [within]
 * @returns {T[]}
 */
const all = (selector, type, within = document) =>
  [...within.querySelectorAll(selector)].flatMap((element) => (element instanceof type ? [element] : []));

/**
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} type
 * @returns {T | undefined}
 */
const one = (selector, type) => all(selector, type)[0];

const tools = one('#tools', HTMLFormElement);
const search = one('#search', HTMLInputElement);
const byOutcome = one('#by-outcome', HTMLSelectElement);
const byOperation = one('#by-operation', HTMLSelectElement);
const shown = one('#shown', HTMLOutputElement);
const pane = one('#pane', HTMLDialogElement);
const entries = all('.entry', HTMLDetailsElement);
const cells = all('a.cell', HTMLAnchorElement);

/** Taken once, before any evidence is moved into the pane. @type {Map<Element, { text: string, id: string }> | undefined} */
let texts;

/** @param {HTMLDetailsElement} entry */
function textOf(entry) {
  texts ??= new Map(
    entries.map((one) => [
      one,
      { text: `${one.dataset['operation']} ${one.textContent}`.toLowerCase(), id: one.querySelector('.inside')?.id ?? '' },
    ]),
  );
  return texts.get(entry) ?? { text: '', id: '' };
}

function filter() {
  const words = (search?.value ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const [outcome, operation] = [byOutcome?.value ?? '', byOperation?.value ?? ''];
  const kept = new Set();
  let beyond = 0;
  for (const entry of entries) {
    const { text, id } = textOf(entry);
    const fits =
      (outcome === '' || entry.dataset['outcome'] === outcome) &&
      (operation === '' || entry.dataset['operation'] === operation) &&
      words.every((word) => text.includes(word));
    entry.hidden = !fits;
    if (fits) kept.add(`#${id}`);
    if (fits && 'beyond' in entry.dataset) beyond += 1;
  }
  for (const section of all('.operation', HTMLElement)) section.hidden = section.querySelector('.entry:not([hidden])') === null;
  for (const cell of cells) cell.classList.toggle('away', !kept.has(cell.getAttribute('href')));
  for (const row of all('.matrix tbody tr', HTMLTableRowElement))
    row.classList.toggle('away', row.querySelector('.cell:not(.away)') === null);
  const failures = entries.filter((entry) => !('beyond' in entry.dataset)).length;
  const others = entries.length === failures ? '' : `, ${beyond} of ${entries.length - failures} beyond them`;
  const asked = words.length > 0 || outcome !== '' || operation !== '';
  if (shown) shown.value = asked ? `${kept.size - beyond} of ${failures} failures${others}` : '';
}

/** Where evidence came from that is in the pane. @type {{ inside: HTMLElement, entry: Element } | undefined} */
let moved;

/** Shows the evidence that the address names, if it names any. */
function route() {
  const target = document.getElementById(location.hash.slice(1));
  const inside = target?.closest('.inside');
  if (!(inside instanceof HTMLElement) || pane === undefined) return;
  const entry = moved?.inside === inside ? moved.entry : inside.parentElement;
  if (entry === null) return;
  putBack();
  moved = { inside, entry };
  pane.lastElementChild?.append(inside);
  const title = one('#pane-title', HTMLHeadingElement);
  if (title) title.textContent = inside.querySelector('h3')?.textContent ?? 'Evidence';
  if (!pane.open) pane.showModal();
  pane.scrollTop = 0;
  if (target !== inside) target?.scrollIntoView();
}

function putBack() {
  moved?.entry.append(moved.inside);
  moved = undefined;
}

pane?.addEventListener('close', () => {
  putBack();
  history.replaceState(null, '', location.pathname + location.search);
});
pane?.addEventListener('click', (event) => {
  const close = event.target instanceof Element && event.target.closest('button[value="close"]') !== null;
  // Beside the pane is its backdrop.
  if (close || event.target === pane) pane.close();
});

/** @param {KeyboardEvent} event */
function move(event) {
  const cell = event.target instanceof Element ? event.target.closest('a.cell') : null;
  const table = cell?.closest('table');
  if (!cell || !table) return;
  const rows = all('tbody tr', HTMLTableRowElement, table).map((row) => all('td', HTMLTableCellElement, row));
  const place = cell.closest('td');
  const at = { row: rows.findIndex((row) => place !== null && row.includes(place)), column: 0 };
  at.column = rows[at.row]?.findIndex((one) => one === place) ?? 0;
  /** @type {Readonly<Record<string, readonly [number, number]>>} */
  const steps = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
  const step = steps[event.key];
  const row = rows[at.row] ?? [];
  const found = event.key === 'Home' ? row.find(linkIn) : event.key === 'End' ? row.findLast(linkIn) : step && beside(rows, at, step);
  if (!found && !step && event.key !== 'Home' && event.key !== 'End') return;
  event.preventDefault();
  const next = found && linkIn(found);
  if (next) focusOn(next);
}

/** @param {Element} cell */
function linkIn(cell) {
  const link = cell.querySelector('a.cell');
  return link instanceof HTMLAnchorElement ? link : undefined;
}

/**
 * The next cell that has something to open; in a column without any, the nearest one of the next row.
 *
 * @param {HTMLTableCellElement[][]} rows
 * @param {{ row: number, column: number }} from
 * @param {readonly [number, number]} step
 */
function beside(rows, from, [down, right]) {
  for (let row = from.row + down, column = from.column + right; rows[row]?.[column]; row += down, column += right) {
    const cell = rows[row]?.[column];
    if (cell && linkIn(cell)) return cell;
  }
  const near = (rows[from.row + down] ?? []).map((cell, column) => ({ cell, far: Math.abs(column - from.column) }));
  return down === 0 ? undefined : near.filter(({ cell }) => linkIn(cell)).sort((a, b) => a.far - b.far)[0]?.cell;
}

/** One stop for the Tab key, wherever the arrow keys have led. @param {HTMLAnchorElement} cell */
function focusOn(cell) {
  for (const other of all('a.cell', HTMLAnchorElement, cell.closest('table') ?? document)) other.tabIndex = other === cell ? 0 : -1;
  cell.focus();
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || pane?.open) return;
  const typing = event.target instanceof Element && event.target.closest('input, select, textarea') !== null;
  if (event.key === '/' && !typing) {
    event.preventDefault();
    search?.focus();
    search?.select();
  } else if (event.key === 'Escape' && event.target === search && search) {
    search.value = '';
    filter();
  } else if (!typing) move(event);
});

tools?.addEventListener('input', filter);
tools?.addEventListener('submit', (event) => event.preventDefault());
addEventListener('hashchange', route);
// Followed as usual, the page would leave the cell that the reader comes back to.
document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a[href^="#"]') : null;
  const href = link?.getAttribute('href') ?? '';
  if (event.ctrlKey || event.metaKey || event.shiftKey || !document.getElementById(href.slice(1))?.closest('.inside')) return;
  event.preventDefault();
  history.replaceState(null, '', href);
  route();
});
addEventListener('beforeprint', () => {
  pane?.close();
  for (const story of all('.story', HTMLDetailsElement)) story.open = true;
});

if (tools) tools.hidden = false;
for (const hint of all('#keys', HTMLElement)) hint.hidden = false;
for (const table of all('.matrix', HTMLTableElement)) {
  const [first, ...others] = all('a.cell', HTMLAnchorElement, table);
  if (first) first.tabIndex = 0;
  for (const cell of others) cell.tabIndex = -1;
}
route();
