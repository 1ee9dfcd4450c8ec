import type { Contract } from '../../spec/index.js';
import type { Ledger } from '../ledger.js';
import { FORMATS, type Format, type ReportName } from './formats.js';
import { toAnnotations } from './github.js';
import { toHar } from './har.js';
import { toHtml } from './html/index.js';
import { toJunit } from './junit.js';
import { toMarkdown } from './markdown.js';
import { toNdjson } from './ndjson.js';
import { toSarif } from './sarif.js';
import { linesOf } from './shown.js';
import { toTap } from './tap.js';
import { formatRun } from './terminal.js';

/** A format that a ledger can be read in. */
export interface Report extends Format {
  /** Pure: whatever is in the ledger, it is well-formed. Without the contract it says less of what failures mean. */
  readonly format: (ledger: Ledger, contract?: Contract) => string;
}

/**
 * Every format, by name: the one table that the command line, its help, the documentation and the tests read.
 *
 * @example
 * writeFileSync(REPORTS.html.file, REPORTS.html.format(ledger, contract));
 */
export const REPORTS = {
  terminal: { ...FORMATS.terminal, format: (ledger, contract) => formatRun(ledger, linesOf(ledger, contract), { color: false }) },
  html: { ...FORMATS.html, format: toHtml },
  markdown: { ...FORMATS.markdown, format: toMarkdown },
  json: { ...FORMATS.json, format: (ledger) => `${JSON.stringify(ledger, null, 2)}\n` },
  ndjson: { ...FORMATS.ndjson, format: toNdjson },
  junit: { ...FORMATS.junit, format: toJunit },
  tap: { ...FORMATS.tap, format: toTap },
  sarif: { ...FORMATS.sarif, format: toSarif },
  github: { ...FORMATS.github, format: toAnnotations },
  har: { ...FORMATS.har, format: toHar },
} as const satisfies Readonly<Record<ReportName, Report>>;
