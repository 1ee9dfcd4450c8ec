import type { Contract } from '../../spec/index.js';
import type { Ledger } from '../ledger.js';
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
export interface Report {
  /** What its file is called, where nothing else is said. */
  readonly file: string;
  readonly mediaType: string;
  /** Whom it is for, in a sentence. */
  readonly what: string;
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
  terminal: {
    file: 'report.txt',
    mediaType: 'text/plain',
    what: 'people at a terminal: operations at a glance, findings in full, the verdict last',
    format: (ledger, contract) => formatRun(ledger, linesOf(ledger, contract), { color: false }),
  },
  html: {
    file: 'report.html',
    mediaType: 'text/html',
    what: 'people in a browser: one file that needs nothing else, a matrix of operations by codes, each cell with its evidence',
    format: toHtml,
  },
  markdown: {
    file: 'report.md',
    mediaType: 'text/markdown',
    what: "the summary of a CI job, in GitHub's Markdown: the most important first, evidence folded, never too long",
    format: toMarkdown,
  },
  json: {
    file: 'ledger.json',
    mediaType: 'application/json',
    what: 'programs: the ledger itself, from which every other format can be made again',
    format: (ledger) => `${JSON.stringify(ledger, null, 2)}\n`,
  },
  ndjson: {
    file: 'events.ndjson',
    mediaType: 'application/x-ndjson',
    what: 'programs that follow a run: its events as they happen, a line of JSON each',
    format: toNdjson,
  },
  junit: {
    file: 'junit.xml',
    mediaType: 'application/xml',
    what: 'CI systems: a suite per operation, a case per cause, each with its reason',
    format: toJunit,
  },
  tap: {
    file: 'report.tap',
    mediaType: 'text/x-tap',
    what: 'harnesses that read TAP 14: a test per cause, what there is to know of it in its YAML block',
    format: toTap,
  },
  sarif: {
    file: 'report.sarif',
    mediaType: 'application/sarif+json',
    what: 'code scanning (SARIF 2.1.0): what is not proven, as results at the lines of the contract',
    format: toSarif,
  },
  github: {
    file: 'annotations.txt',
    mediaType: 'text/plain',
    what: 'GitHub Actions: annotations on the lines of the contract, at most ten of a level',
    format: toAnnotations,
  },
  har: {
    file: 'report.har',
    mediaType: 'application/json',
    what: 'browsers and proxies (HAR 1.2): every request of the evidence with what is kept of its answer',
    format: toHar,
  },
} as const satisfies Readonly<Record<string, Report>>;

export type ReportName = keyof typeof REPORTS;

/** The names of all formats, in the order in which they are told. */
export const REPORT_NAMES = Object.keys(REPORTS) as readonly ReportName[];
