import { closest, glob, InputError, type Contract, type Failure } from '../spec/index.js';

/** Which failures a command looks at: globs (`*`, `?`) over operation ids, statuses and codes. */
export interface SelectOptions {
  readonly operation?: readonly string[];
  readonly status?: readonly string[];
  readonly code?: readonly string[];
  /** Each one a list of globs that must all match something of a failure: `prepareWork 4*`. */
  readonly filter?: readonly string[];
}

/** What a failure is called, be it one that is declared. */
export type Named = Pick<Failure, 'status' | 'code'> & { readonly operation: Pick<Failure['operation'], 'id'> };

/**
 * Compiles a selection; a filter that matches nothing is a mistake, not an empty run.
 *
 * @example
 * contract.failures.filter(createSelection(contract, { code: ['api_key.*'] }));
 *
 * @throws {InputError} `filter-empty`
 */
export function createSelection(contract: Contract, options: SelectOptions): (failure: Named) => boolean {
  const [operation, status, code] = [anyOf(options.operation), anyOf(options.status), anyOf(options.code)];
  const filters = (options.filter ?? []).map((filter) =>
    filter
      .split(/[\s,]+/)
      .filter(Boolean)
      .map(glob),
  );
  const selection = (failure: Named): boolean =>
    operation(failure.operation.id) &&
    status(String(failure.status)) &&
    code(failure.code) &&
    (filters.length === 0 ||
      filters.some((globs) => globs.every((one) => one(failure.operation.id) || one(String(failure.status)) || one(failure.code))));
  if (!contract.failures.some(selection)) throw new InputError([nothingSelected(contract, options)]);
  return selection;
}

/** Webhooks belong to no failure: whoever names failures has not asked for them. */
export function isFiltered({ operation, status, code, filter }: SelectOptions): boolean {
  return [operation, status, code, filter].some((globs) => globs !== undefined && globs.length > 0);
}

function anyOf(globs: readonly string[] | undefined): (text: string) => boolean {
  if (globs === undefined || globs.length === 0) return () => true;
  const compiled = globs.map(glob);
  return (text) => compiled.some((one) => one(text));
}

function nothingSelected(contract: Contract, options: SelectOptions): InputError['findings'][number] {
  const words = [
    ...(options.operation ?? []),
    ...(options.status ?? []),
    ...(options.code ?? []),
    ...(options.filter ?? []).flatMap((filter) => filter.split(/[\s,]+/)),
  ];
  const known = [...new Set(contract.failures.flatMap(({ operation, status, code }) => [operation.id, String(status), code]))];
  const near = words
    .filter((word) => !known.includes(word))
    .map((word) => closest(word, known))
    .find((word) => word !== undefined);
  return {
    problem: 'filter-empty',
    what: `no failure of ${contract.file} matches ${words.join(' ')}`,
    why: 'A run over nothing would look like a pass.',
    remedy:
      near === undefined ? 'See `failpath list` for what there is.' : `Did you mean ${near}? See \`failpath list\` for what there is.`,
  };
}
