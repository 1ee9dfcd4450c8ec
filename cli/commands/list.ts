import { createColors } from 'picocolors';
import { EXIT } from '../../ci/index.js';
import { loadContract } from '../../spec/index.js';
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
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const format = (row: readonly string[]): string =>
    row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  ');
  io.out(`${bold(format(head))}\n${cells.map((row) => `${format(row)}\n`).join('')}`);
  io.out(dim(`${rows.length} failures of ${contract.title} ${contract.version}\n`));
  return EXIT.proven;
}
