import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT } from '../../ci/index.js';
import { generateClient, generateTypes, isSchemaOf, jsonSchemasOf } from '../../mocks/index.js';
import { loadContract, makeFolder, type Contract } from '../../spec/index.js';
import { contractFile } from '../contract.js';
import type { Io } from '../io.js';
import { attempt, writeOutput } from '../output.js';
import type { TYPES_FORMATS } from '../words.js';

export interface TypesOptions {
  readonly contract?: string;
  /** The types that scripts use by default. */
  readonly format?: (typeof TYPES_FORMATS)[number];
  /** Where the module, or the folder of the schemas, goes; standard output by default. */
  readonly out?: string;
}

/**
 * `failpath types`: a contract's operations, codes and details as a TypeScript module, or as a JSON Schema for each code.
 *
 * @throws {InputError} `output-unwritable`, and whatever `loadContract` throws
 */
export async function types({ contract: named, format = 'types', out }: TypesOptions, io: Io): Promise<number> {
  const contract = await loadContract(contractFile(named));
  if (format === 'json-schema') return schemas(contract, out, io);
  const text = format === 'client' ? generateClient(contract) : generateTypes(contract);
  if (out === undefined) {
    io.out(text);
    return EXIT.proven;
  }
  writeOutput(out, text, LOST);
  io.err(`${out}: ${contract.operations.length} operations, ${contract.failures.length} failures\n`);
  return EXIT.proven;
}

const LOST = 'Without it nothing could import the types.';

/** A file for each code in a folder, and none of a code that is gone; all together, by their codes, on standard output. */
function schemas(contract: Contract, folder: string | undefined, io: Io): number {
  const all = jsonSchemasOf(contract);
  if (folder === undefined) {
    io.out(`${JSON.stringify(Object.fromEntries(all.map(({ code, schema }) => [code, schema])), null, 2)}\n`);
    return EXIT.proven;
  }
  attempt(folder, 'Without it nothing could refer to the schemas.', () => makeFolder(folder));
  for (const { file, schema } of all) writeOutput(join(folder, file), `${JSON.stringify(schema, null, 2)}\n`, LOST);
  const stale = staleIn(folder, contract, new Set(all.map(({ file }) => file)));
  for (const file of stale) attempt(join(folder, file), LOST, () => rmSync(join(folder, file)));
  io.err(`${folder}: ${all.length} schemas${stale.length === 0 ? '' : `; of codes that are gone, removed: ${stale.join(', ')}`}\n`);
  return EXIT.proven;
}

/** Schemas of an earlier run whose codes the contract has no more. */
function staleIn(folder: string, contract: Contract, kept: ReadonlySet<string>): string[] {
  const others = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.schema.json') && !kept.has(entry.name))
    .map(({ name }) => name);
  return others.filter((name) => isSchemaOf(contract, name, readFileSync(join(folder, name), 'utf8'))).toSorted();
}
