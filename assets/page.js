/** What every page can do: a button with `data-copy="<id>"` copies the text of that element. */

for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll('button[data-copy]'))) button.hidden = false;

document.addEventListener('click', (event) => {
  const button = event.target instanceof Element ? event.target.closest('button[data-copy]') : null;
  if (button instanceof HTMLButtonElement) void copy(button);
});

/** @param {HTMLButtonElement} button */
async function copy(button) {
  const source = document.getElementById(button.dataset['copy'] ?? '');
  if (source === null) return;
  const label = (button.dataset['label'] ??= button.textContent ?? '');
  button.textContent = (await written(source)) ? 'Copied' : 'Press Ctrl+C';
  setTimeout(() => (button.textContent = label), 1600);
}

/**
 * By the clipboard; where a page may not use it, as some browsers hold for files, the text is selected for the reader to copy.
 *
 * @param {HTMLElement} source
 */
async function written(source) {
  try {
    await navigator.clipboard.writeText(source.textContent ?? '');
    return true;
  } catch {
    getSelection()?.selectAllChildren(source);
    return false;
  }
}

addEventListener('load', () => setTimeout(() => document.documentElement.classList.add('loaded')));
