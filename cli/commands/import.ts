import { EXIT } from '../../ci/index.js';
import { importHar } from '../../mocks/index.js';
import { loadContract } from '../../spec/index.js';
import { contractFile } from '../contract.js';
import type { Io } from '../io.js';
import { formatRecording } from '../recorded.js';

export interface ImportCommandOptions {
  readonly contract?: string;
  readonly out: string;
  readonly base?: string;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

/**
 * `failpath import`: a script for the mock out of a HAR file.
 *
 * @throws {InputError} `har-invalid`, `usage`, `output-unwritable`, and whatever `loadContract` throws
 */
export async function importCommand(file: string, options: ImportCommandOptions, io: Io): Promise<number> {
  const { contract: named, out, base, overwrite = false, json = false } = options;
  const contract = await loadContract(contractFile(named));
  const imported = importHar(file, contract, { out, base, overwrite });
  const { summary, rules } = imported;
  if (json) io.out(`${JSON.stringify({ file: out, rules, base: imported.base, ...summary })}\n`);
  else io.out(formatRecording(out, rules, summary));
  return summary.violations.length > 0 ? EXIT.finding : EXIT.proven;
}
