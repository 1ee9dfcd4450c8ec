import { createColors } from 'picocolors';
import { EXIT } from '../../ci/index.js';
import { alignColumns } from '../../mocks/index.js';
import { counted, loadContract } from '../../spec/index.js';
import { contractFile } from '../contract.js';
import type { Io } from '../io.js';
import { createSelection, type SelectOptions } from '../select.js';

export interface ListOptions extends SelectOptions {
  readonly contract?: string;
  readonly json?: boolean;
}

/** `failpath list`: the failures that the contract declares. */
export async function list(options: ListOptions, io: Io): Promise<number> {
  const contract = await loadContract(contractFile(options.contract));
  const failures = contract.failures.filter(createSelection(contract, options));
  const rows = failures.map(({ operation, status, code, causes, retry, magic }) => ({
    operation: operation.id,
    method: operation.method,
    path: operation.path,
    status,
    code,
    causes,
    retry,
    magic,
  }));
  if (options.json === true) {
    io.out(`${JSON.stringify(rows, null, 2)}\n`);
    return EXIT.proven;
  }
  const { bold, dim } = createColors(io.color);
  const cells = rows.map((row) => [row.operation, row.method, row.path, String(row.status), row.code, row.retry, row.causes.join(', ')]);
  const head = ['OPERATION', 'METHOD', 'PATH', 'STATUS', 'CODE', 'RETRY', 'CAUSES'];
  const [first = '', ...others] = alignColumns([head, ...cells]);
  io.out(`${bold(first)}\n${others.map((line) => `${line}\n`).join('')}`);
  io.out(dim(`${counted(rows.length, 'failure')} of ${contract.title} ${contract.version}\n`));
  return EXIT.proven;
}
