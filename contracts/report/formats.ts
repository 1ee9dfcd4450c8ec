/** How a ledger can be read. */
export interface Format {
  /** What its file is called, where nothing else is said. */
  readonly file: string;
  readonly mediaType: string;
  /** Whom it is for, in a sentence. */
  readonly what: string;
}

/**
 * Every format, by name, away from the code that writes it: whoever asks what there is loads none of that.
 *
 * @example
 * FORMATS.junit.file; // 'junit.xml'
 */
export const FORMATS = {
  terminal: {
    file: 'report.txt',
    mediaType: 'text/plain',
    what: 'people at a terminal: operations at a glance, findings in full, the verdict last',
  },
  html: {
    file: 'report.html',
    mediaType: 'text/html',
    what: 'people in a browser: one file that needs nothing else, a matrix of operations by codes, each cell with its evidence',
  },
  markdown: {
    file: 'report.md',
    mediaType: 'text/markdown',
    what: "the summary of a CI job, in GitHub's Markdown: the most important first, evidence folded, never too long",
  },
  json: {
    file: 'ledger.json',
    mediaType: 'application/json',
    what: 'programs: the ledger itself, from which every other format can be made again',
  },
  ndjson: {
    file: 'events.ndjson',
    mediaType: 'application/x-ndjson',
    what: 'programs that follow a run: its events as they happen, a line of JSON each',
  },
  junit: {
    file: 'junit.xml',
    mediaType: 'application/xml',
    what: 'CI systems: a suite per operation, a case per cause, each with its reason',
  },
  tap: {
    file: 'report.tap',
    mediaType: 'text/x-tap',
    what: 'harnesses that read TAP 14: a test per cause, what there is to know of it in its YAML block',
  },
  sarif: {
    file: 'report.sarif',
    mediaType: 'application/sarif+json',
    what: 'code scanning (SARIF 2.1.0): what is not proven, as results at the lines of the contract',
  },
  github: {
    file: 'annotations.txt',
    mediaType: 'text/plain',
    what: 'GitHub Actions: annotations on the lines of the contract, at most ten of a level',
  },
  har: {
    file: 'report.har',
    mediaType: 'application/json',
    what: 'browsers and proxies (HAR 1.2): every request of the evidence with what is kept of its answer',
  },
} as const satisfies Readonly<Record<string, Format>>;

export type ReportName = keyof typeof FORMATS;

/** The names of all formats, in the order in which they are told. */
export const REPORT_NAMES = Object.keys(FORMATS) as readonly ReportName[];
