/** Values that must never appear in any output, with the names that stand in for them. */
export interface Redactor {
  /** From now on `value` is shown as `$NAME`, in whatever encoding it turns up. Values under 8 characters hide too little to be found safely. */
  add(value: string, name: string): void;
  redact(text: string): string;
  /** The first secret that a text holds, by its name. */
  find(text: string): string | undefined;
}

const SHORTEST = 8;

/**
 * Hides secrets by value: as they are, percent-encoded, in base64, and as JSON writes them.
 *
 * @example
 * const redactor = createRedactor();
 * redactor.add('afo_sk_live_0123', 'FAILPATH_ACTIVE');
 * redactor.redact('Authorization: Bearer afo_sk_live_0123'); // 'Authorization: Bearer $FAILPATH_ACTIVE'
 */
export function createRedactor(): Redactor {
  const names = new Map<string, string>();
  let pattern: RegExp | undefined;
  const compiled = (): RegExp | undefined => {
    if (pattern === undefined && names.size > 0) {
      const longestFirst = [...names.keys()].sort((a, b) => b.length - a.length);
      pattern = new RegExp(longestFirst.map((value) => value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'g');
    }
    return pattern;
  };
  return {
    add(value, name) {
      if (value.length < SHORTEST) return;
      for (const form of encodings(value)) if (!names.has(form)) names.set(form, `$${name}`);
      pattern = undefined;
    },
    redact: (text) => {
      const all = compiled();
      return all === undefined ? text : text.replace(all, (value) => names.get(value) ?? value);
    },
    find: (text) => {
      const found = compiled() === undefined ? null : text.match(compiled() as RegExp);
      return found === null ? undefined : names.get(found[0]);
    },
  };
}

/** Base64 of a value inside a longer text depends on the offset; the inner part of each of the three is looked for. */
function encodings(value: string): string[] {
  const base64 = [0, 1, 2].flatMap((shift) => {
    const text = Buffer.from('\0'.repeat(shift) + value).toString('base64');
    const inner = text.slice(shift === 0 ? 0 : 4, Math.floor(((shift + value.length) * 4) / 3 / 4) * 4);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
  const forms = [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1), ...base64];
  return [...new Set(forms)].filter((form) => form.length >= SHORTEST);
}
