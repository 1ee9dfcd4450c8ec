import { accessSync, appendFileSync, constants, existsSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  endingEvents,
  REPORT_NAMES,
  REPORTS,
  toEvent,
  type Ledger,
  type ReportName,
  type RunEvent,
  type Report,
} from '../contracts/index.js';
import { closest, InputError, makeFolder, type Contract } from '../spec/index.js';
import type { Io } from './io.js';
import type { Progress } from './progress.js';
import { usage } from './usage.js';

/** What every run writes. */
const ALWAYS: readonly ReportName[] = ['json', 'junit'];

/** A format, and where it goes; `-` is standard output. */
export interface Wanted {
  readonly name: ReportName;
  readonly file: string;
}

/**
 * What `--report` asks for, such as `html` or `sarif=out/x.sarif`. Without a file it goes into the folder by its own name; annotations, which
 * GitHub reads there, to standard output.
 *
 * @throws {InputError} `usage`
 */
export function parseReports(texts: readonly string[], place: (name: ReportName) => string): Wanted[] {
  const wanted = texts.map((text): Wanted => {
    const at = text.indexOf('=');
    const [named, file] = at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
    const name = REPORT_NAMES.find((one) => one === named);
    if (name === undefined) {
      const near = closest(named, REPORT_NAMES);
      throw usage(
        `--report names the format ${JSON.stringify(named)}`,
        `There are ${REPORT_NAMES.join(', ')}.`,
        near === undefined ? 'Name one of them.' : `Did you mean ${near}?`,
      );
    }
    if (file === '')
      throw usage(
        `--report ${text} names no file`,
        'What follows = is where it goes.',
        `Say --report ${name}=<file>, or - for standard output.`,
      );
    return { name, file: file ?? place(name) };
  });
  const twice = wanted.find(({ file }, index) => wanted.findIndex((other) => resolve(other.file) === resolve(file)) < index);
  if (twice !== undefined)
    throw usage(`two reports go to ${twice.file}`, 'Each of them would be broken by the other.', 'Name a file of its own for each.');
  return wanted;
}

/** What a run writes: what is always written, and what was asked for. */
export function reportsOf(folder: string, texts: readonly string[] = []): Wanted[] {
  const asked = parseReports(texts, (name) => (name === 'github' ? '-' : join(folder, REPORTS[name].file)));
  const always = ALWAYS.map((name) => ({ name, file: join(folder, REPORTS[name].file) }));
  return [...always.filter(({ file }) => !asked.some((other) => resolve(other.file) === resolve(file))), ...asked];
}

/**
 * Makes the folders for reports and makes sure that each can be written, before a run takes the time that it takes.
 *
 * @throws {InputError} `output-unwritable`
 */
export function prepareReports(wanted: readonly Wanted[]): void {
  for (const { file } of wanted.filter(({ file }) => file !== '-')) {
    writing(file, () => {
      const folder = dirname(resolve(file));
      makeFolder(folder);
      if (!statSync(folder).isDirectory()) throw new Error(`${folder} is a file, and no folder`);
      if (!existsSync(file)) return accessSync(folder, constants.W_OK | constants.X_OK);
      if (statSync(file).isDirectory()) throw new Error('it is a folder');
      accessSync(file, constants.W_OK);
    });
  }
}

/** The same for the folder of a command that writes what every run writes. */
export function prepareFolder(folder: string): void {
  writing(folder, () => {
    makeFolder(resolve(folder));
    if (!statSync(folder).isDirectory()) throw new Error('it is a file, and no folder');
  });
  prepareReports(reportsOf(folder));
}

/**
 * Writes ledger.json and junit.xml into a folder, which is made if need be; returns the files.
 *
 * @throws {InputError} `output-unwritable`
 */
export function writeReports(ledger: Ledger, folder: string): string[] {
  prepareFolder(folder);
  return saveReports(ledger, reportsOf(folder), {}).files;
}

/**
 * Writes what was asked for; returns the files, and what belongs on standard output.
 *
 * @throws {InputError} `output-unwritable`
 */
export function saveReports(
  ledger: Ledger,
  wanted: readonly Wanted[],
  { contract, summary }: { readonly contract?: Contract; readonly summary?: string | undefined },
): { readonly files: string[]; readonly printed: string } {
  const files: string[] = [];
  let printed = '';
  for (const { name, file } of wanted) {
    const report: Report = REPORTS[name];
    const text = report.format(ledger, contract);
    if (file === '-') printed += text;
    else {
      saveText(file, text, summary);
      files.push(file);
    }
  }
  return { files, printed };
}

/**
 * Writes one report. A summary that GitHub keeps for the step (`GITHUB_STEP_SUMMARY`) may hold what others have written: it is added to.
 *
 * @throws {InputError} `output-unwritable`
 */
export function saveText(file: string, text: string, summary: string | undefined): void {
  const added = summary !== undefined && resolve(file) === resolve(summary);
  writing(file, () => (added ? appendFileSync(file, `${text}\n`) : writeFileSync(file, text)));
}

/** Tells of a run while it runs. */
export interface Following {
  readonly progress: Progress;
  /** What only its ledger knows. */
  end(ledger: Ledger): void;
}

/** Writes events as they happen to where they are asked for, beside what shows progress. */
export function followInto(wanted: readonly Wanted[], progress: Progress, io: Io): Following {
  const places = wanted.filter(({ name }) => name === 'ndjson').map(({ file }) => file);
  if (places.length === 0) return { progress, end: () => undefined };
  for (const file of places) if (file !== '-') writing(file, () => writeFileSync(file, ''));
  const write = (text: string | undefined): void => {
    for (const file of text === undefined ? [] : places) {
      if (file === '-') io.out(text ?? '');
      else writing(file, () => appendFileSync(file, text ?? ''));
    }
  };
  return {
    progress: {
      show(event: RunEvent) {
        write(toEvent(event, new Date()));
        progress.show(event);
      },
      clear: () => progress.clear(),
    },
    end: (ledger) => write(endingEvents(ledger, new Date())),
  };
}

function writing<T>(place: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new InputError([
      {
        problem: 'output-unwritable',
        what: `the report cannot be written to ${place}: ${(error as Error).message}`,
        why: 'A run without its ledger decides nothing.',
        remedy: 'Name a folder that can be written to with --out, or a file with --report.',
      },
    ]);
  }
}

/**
 * Text for a log of GitHub Actions, in which nothing is a command, whatever a deployment has answered.
 *
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions#stopping-and-starting-workflow-commands
 */
export function withoutCommands(text: string, token: string): string {
  return `::stop-commands::${token}\n${text.endsWith('\n') ? text : `${text}\n`}::${token}::\n`;
}
