import { EXIT } from '../../ci/index.js';
import { catalogueHtml, catalogueMarkdown, catalogueOf, type ErrorCatalogue } from '../../mocks/index.js';
import { loadContract } from '../../spec/index.js';
import { contractFile } from '../contract.js';
import type { Io } from '../io.js';
import { writeOutput } from '../output.js';
import type { DOCS_FORMATS } from '../words.js';

export interface DocsOptions {
  readonly contract?: string;
  readonly format: (typeof DOCS_FORMATS)[number];
  /** Where the page goes; standard output by default. */
  readonly out?: string;
}

const WRITERS: Readonly<Record<DocsOptions['format'], (catalogue: ErrorCatalogue) => string>> = {
  markdown: catalogueMarkdown,
  html: catalogueHtml,
  json: (catalogue) => `${JSON.stringify(catalogue, null, 2)}\n`,
};

/**
 * `failpath docs`: the error catalogue of a contract.
 *
 * @throws {InputError} `output-unwritable`, and whatever `loadContract` throws
 */
export async function docs({ contract: named, format, out }: DocsOptions, io: Io): Promise<number> {
  const catalogue = catalogueOf(await loadContract(contractFile(named)), { fromContract: true });
  const text = WRITERS[format](catalogue);
  if (out === undefined) {
    io.out(text);
    return EXIT.proven;
  }
  writeOutput(out, text, 'Without it nobody could read the catalogue.');
  io.err(`${out}: ${catalogue.codes.length} codes\n`);
  return EXIT.proven;
}
