import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { generateTypes } from '../../mocks/typescript/index.js';
import { loadContract, type Contract } from '../../spec/index.js';
import { ROOT } from '../support/cli.js';
import { expectGolden } from '../support/golden.js';
import { createCompiler, type Compiler } from './compiler.js';

const SHOP = fileURLToPath(new URL('shop.yaml', import.meta.url));
const formatted = (text: string): Promise<string> => format(text, { parser: 'typescript', printWidth: 140, singleQuote: true });

describe('generated types', () => {
  let ats: Contract;
  let shop: Contract;
  let compiler: Compiler;

  before(async () => {
    ats = await loadContract(join(ROOT, 'openapi.yaml'));
    shop = await loadContract(SHOP);
    compiler = createCompiler({ 'test/types/shop.ts': generateTypes(shop) });
  });

  it('of the ATS are those that ship', () => {
    const remedy = 'write them again: npx tsx cli/main.ts types --contract openapi.yaml --out mocks/ats/types.ts';
    expect(readFileSync(join(ROOT, 'mocks', 'ats', 'types.ts'), 'utf8'), remedy).to.equal(generateTypes(ats));
  });

  it('of a contract with a bit of everything are these', () => {
    expectGolden(generateTypes(shop), new URL('./golden/shop.ts.txt', import.meta.url));
  });

  it('are the same every time, wherever the contract lies', async () => {
    expect(generateTypes(await loadContract(SHOP))).to.equal(generateTypes(shop));
    expect(generateTypes(shop)).not.to.include(ROOT);
  });

  it('are formatted', async () => {
    for (const contract of [ats, shop]) expect(await formatted(generateTypes(contract))).to.equal(generateTypes(contract));
  });

  it('compile by themselves', () => {
    for (const contract of [ats, shop]) expect(compiler.complaints(generateTypes(contract))).to.deep.equal([]);
  });

  it('of an API without operations compile as well', () => {
    const text = generateTypes({ ...shop, operations: [], failures: [] });
    expect(compiler.complaints(text)).to.deep.equal([]);
  });

  describe('say of each operation', () => {
    it('exactly its codes and the statuses of its failures', () => {
      const program = ats.operations
        .map(({ id, failures }) => {
          const codes = JSON.stringify(Object.fromEntries(failures.map(({ code }) => [code, 1])));
          const statuses = JSON.stringify(Object.fromEntries(failures.map(({ status }) => [status, 1])));
          return `const ${id}: [Record<Code<'${id}'>, 1>, Record<Api['${id}']['statuses'], 1>] = [${codes}, ${statuses}];`;
        })
        .join('\n');
      const complaints = compiler.complaints(`import type { Api, Code } from '../../mocks/ats/types.js';\n${program}`);
      expect(complaints).to.deep.equal([]);
    });

    it('details that the examples of the contract have', () => {
      const program = ats.failures.flatMap(({ operation, code, examples }) =>
        examples.flatMap(({ value }) => {
          const { details } = (value as { error: { details?: unknown } }).error;
          return details === undefined ? [] : [`export const _: Details<'${code}', '${operation.id}'> = ${JSON.stringify(details)};`];
        }),
      );
      expect(program).to.have.length.above(0);
      const modules = program.map((line, index) => line.replace('const _', `const _${index}`)).join('\n');
      expect(compiler.complaints(`import type { Details } from '../../mocks/ats/types.js';\n${modules}`)).to.deep.equal([]);
    });

    it('different details for one code where they differ', () => {
      const program = (line: string): string => `import type { Details } from './shop.js';\n${line}`;
      expect(compiler.complaints(program(`export const here: Details<'sold_out', 'cancelOrder'> = { since: 'May' };`))).to.deep.equal([]);
      expect(compiler.complaints(program(`export const either: Details<'sold_out'>[] = [{ since: 'May' }, { count: 3 }];`))).to.deep.equal(
        [],
      );
      const [complaint] = compiler.complaints(program(`export const there: Details<'sold_out', 'create-order'> = { since: 'May' };`));
      expect(complaint?.says).to.include("'since' does not exist in type 'Stock'");
    });
  });

  it('take their names from the contract, whatever those are', () => {
    const hostile = 'x */ export const y = 1; /*';
    const [operation] = shop.operations;
    if (operation === undefined) throw new Error('The shop has operations.');
    const contract = { ...shop, title: hostile, operations: [{ ...operation, id: "it's `${1}`\n", summary: hostile }] };
    const text = generateTypes(contract);
    expect(text).to.match(/^ {2}"it's `\$\{1\}`\\n": \{$/m);
    expect(compiler.complaints(`${text}export const y = 'the only one';`)).to.deep.equal([]);
  });
});
