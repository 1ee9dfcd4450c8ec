import { EXIT } from '../../ci/index.js';
import {
  formatRun,
  formatTrend,
  linesOf,
  readSavedLedgers,
  REPORTS,
  tallyTrend,
  TREND_REPORTS,
  type Report,
  type ReportName,
  type SavedLedger,
} from '../../contracts/index.js';
import { loadContract, type Contract } from '../../spec/index.js';
import { contractFile } from '../contract.js';
import type { Io } from '../io.js';
import { parseReports, prepareReports, saveText, type Wanted } from '../reports.js';
import { usage } from '../usage.js';

export interface ReportOptions {
  readonly contract?: string;
  readonly report?: readonly string[];
}

/**
 * `failpath report`: a saved ledger in other formats; of several ledgers, how outcomes moved from run to run.
 *
 * @throws {InputError} for a ledger or a format that cannot be used, and for a file that cannot be written
 */
export async function report(files: readonly string[], options: ReportOptions, io: Io): Promise<number> {
  const wanted = parseReports(options.report ?? ['terminal'], () => '-');
  prepareReports(wanted);
  const [first, ...more] = readSavedLedgers(files);
  if (first === undefined) return EXIT.invalid;
  const write = more.length === 0 ? await ofOne(first, options, io) : ofSeveral([first, ...more], io);
  const texts = wanted.map(({ name, file }) => ({ file, text: write({ name, file }) }));
  for (const { file, text } of texts) {
    if (file === '-') io.out(text);
    else saveText(file, text, io.env['GITHUB_STEP_SUMMARY']);
  }
  return EXIT.proven;
}

async function ofOne({ file: _, ...ledger }: SavedLedger, options: ReportOptions, io: Io): Promise<(wanted: Wanted) => string> {
  const contract = await contractOf(ledger.contract.sha256, options, io);
  return ({ name, file }) => {
    if (name === 'terminal' && file === '-') return formatRun(ledger, linesOf(ledger, contract), { color: io.color });
    const report: Report = REPORTS[name];
    return report.format(ledger, contract);
  };
}

/** The contract that the ledger was made with: of any other, meanings would be told that were never looked at. */
async function contractOf(sha256: string, options: ReportOptions, io: Io): Promise<Contract | undefined> {
  const file = contractFile(options.contract);
  try {
    const contract = await loadContract(file);
    if (contract.sha256 === sha256) return contract;
  } catch (error) {
    if (options.contract !== undefined) throw error;
    return undefined;
  }
  if (options.contract !== undefined)
    io.err(`The ledger was made with another contract than ${file}: what its failures mean is left out.\n`);
  return undefined;
}

function ofSeveral(ledgers: readonly SavedLedger[], io: Io): (wanted: Wanted) => string {
  const trend = tallyTrend(ledgers);
  return ({ name, file }) => {
    if (name === 'terminal' && file === '-') return formatTrend(trend, { color: io.color });
    const format = Object.entries(TREND_REPORTS).find(([known]) => known === (name satisfies ReportName))?.[1];
    if (format === undefined)
      throw usage(
        `--report ${name} was asked of ${ledgers.length} ledgers`,
        `Of several there is the trend, as ${Object.keys(TREND_REPORTS).join(', ')}.`,
        'Name one ledger, or another format.',
      );
    return format(trend);
  };
}
