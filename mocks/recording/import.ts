import { displayName, readHar, type Contract } from '../../spec/index.js';
import { openRecording } from './file.js';
import { createRecording, type RecordingSummary } from './recording.js';

export interface ImportOptions {
  /** Where the script goes. */
  readonly out: string;
  /** Whether a file that exists is replaced. */
  readonly overwrite: boolean;
  /** Where the API begins in the HAR file: origin and path prefix. */
  readonly base?: string | undefined;
}

export interface Imported {
  readonly summary: RecordingSummary;
  readonly rules: number;
  readonly base: string;
}

/**
 * Makes a script of a HAR file: what a browser or a proxy saw, as rules for the mock.
 *
 * @example
 * const { summary } = importHar('session.har', contract, { out: 'recorded.yaml', overwrite: false });
 *
 * @throws {InputError} `har-invalid`, `usage`, `output-unwritable`
 */
export function importHar(file: string, contract: Contract, { out, overwrite, base }: ImportOptions): Imported {
  const har = readHar(file, contract, base);
  const recording = createRecording(contract, har.base);
  for (const exchange of har.exchanges) recording.add(exchange);
  const { text, rules } = recording.script(`${har.base} in ${displayName(file)}`);
  openRecording(out, overwrite).write(text);
  const { summary } = recording;
  return {
    summary: { ...summary, unanswered: har.unanswered, elsewhere: [...summary.elsewhere, ...har.elsewhere] },
    rules,
    base: har.base,
  };
}
