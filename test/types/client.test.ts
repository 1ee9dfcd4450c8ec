import { expect } from 'chai';
import { build } from 'esbuild';
import fc from 'fast-check';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format } from 'prettier';
import ts from 'typescript';
import { generateClient } from '../../mocks/index.js';
import { jsonPointer, loadContract, type Contract } from '../../spec/index.js';
import { readPage } from '../docs/support.js';
import { ROOT, temporaryFile } from '../support/cli.js';
import { contractCopy, contractWithCode } from '../support/contract-copy.js';
import { expectGolden } from '../support/golden.js';
import { createCompiler, type Compiler } from './compiler.js';

const SHOP = fileURLToPath(new URL('shop.yaml', import.meta.url));

/** What a client module exports at run time, without its types. */
interface Client {
  readonly parseError: (body: unknown) => Parsed;
  readonly parseErrorOf: (operation: string, body: unknown) => Parsed;
  readonly isError: (error: unknown, ...codes: readonly string[]) => boolean;
  readonly isErrorOf: (operation: string, error: unknown) => boolean;
  readonly matchError: (parsed: unknown, handlers: object, ...otherwise: readonly unknown[]) => unknown;
  readonly unhandled: (error: unknown) => never;
  readonly STATUSES: Readonly<Record<string, readonly number[]>>;
  readonly RETRY: Readonly<Record<string, string>>;
  readonly CODES_OF: Readonly<Record<string, readonly string[]>>;
}
type Parsed = Readonly<Record<'kind' | 'because' | 'code' | 'message' | 'requestId' | 'details', unknown>>;

/** A module as a bundler takes it: a file at a time, without types. */
async function load(contract: Contract): Promise<Client> {
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2020, isolatedModules: true };
  const { outputText, diagnostics = [] } = ts.transpileModule(generateClient(contract), { compilerOptions, reportDiagnostics: true });
  expect(diagnostics.map(({ messageText }) => messageText)).to.deep.equal([]);
  return (await import(pathToFileURL(temporaryFile('client.mjs', outputText)).href)) as Client;
}

describe('a module for clients', () => {
  let ats: Contract;
  let shop: Contract;
  let client: Client;
  let ofShop: Client;

  before(async () => {
    [ats, shop] = [await loadContract(join(ROOT, 'openapi.yaml')), await loadContract(SHOP)];
    [client, ofShop] = [await load(ats), await load(shop)];
  });

  it('of a contract with a bit of everything is this', () => {
    expectGolden(generateClient(shop), new URL('./golden/shop-client.ts.txt', import.meta.url));
  });

  it('is formatted, and imports nothing', async () => {
    for (const contract of [ats, shop]) {
      const text = generateClient(contract);
      expect(await format(text, { parser: 'typescript', printWidth: 140, singleQuote: true })).to.equal(text);
      expect(text).not.to.match(/^import |\bimport\(|\brequire\(/m);
    }
  });

  it('leaves behind what a bundle does not use', async () => {
    const file = temporaryFile('client.ts', generateClient(ats));
    const size = async (program: string): Promise<number> => {
      const stdin = { contents: program, resolveDir: dirname(file) };
      const { outputFiles } = await build({ stdin, bundle: true, write: false, format: 'esm', target: 'es2020' });
      return outputFiles[0]?.contents.length ?? 0;
    };
    expect(await size("import './client.ts';")).to.equal(0);
    const table = await size("import { RETRY } from './client.ts'; globalThis.retry = RETRY;");
    expect(table).to.be.within(100, 3000);
    expect(await size("import { parseError } from './client.ts'; globalThis.parse = parseError;")).to.be.above(2 * table);
  });

  describe('reads', () => {
    it('every example of the contract as the error that it shows', () => {
      for (const [contract, module] of [
        [ats, client],
        [shop, ofShop],
      ] as const) {
        for (const { code, operation, examples } of contract.failures) {
          for (const { value } of examples) {
            // The shop has an example that its schema refuses.
            if (code === 'limits.reached') continue;
            for (const parsed of [module.parseError(value), module.parseErrorOf(operation.id, JSON.stringify(value))]) {
              expect([parsed.kind, parsed.code]).to.deep.equal(['known', code]);
              expect(parsed.message).to.equal(jsonPointer.get(value, contract.envelope.message));
              expect(parsed.requestId).to.equal(jsonPointer.get(value, contract.envelope.requestId));
              expect(JSON.stringify(parsed.details)).to.equal(JSON.stringify(jsonPointer.get(value, contract.envelope.details)));
            }
          }
        }
      }
    });

    it('text behind a byte order mark', () => {
      const { code } = client.parseError('\uFEFF{"error":{"code":"api_key.revoked","message":"No.","request_id":"r"}}');
      expect(code).to.equal('api_key.revoked');
      expect(client.parseError('<html>').because).to.equal('It is no valid JSON.');
    });

    it('what it does not know as unknown, and says why', () => {
      const body = (code: string, details?: unknown): unknown => ({ error: { code, message: 'No.', details, request_id: 'req_1' } });
      const because = (parsed: Parsed): unknown => [parsed.kind, parsed.because];
      expect(client.parseError(body('work.of_the_future'))).to.deep.equal({
        kind: 'unknown',
        because: 'code',
        code: 'work.of_the_future',
        message: 'No.',
        requestId: 'req_1',
        details: undefined,
      });
      expect(because(client.parseErrorOf('listApiKeys', body('api_key.revoked')))).to.deep.equal(['unknown', 'operation']);
      for (const details of [undefined, null, {}, [], { size_bytes: 1 }, { size_bytes: '1', max_bytes: 1 }])
        expect(because(client.parseError(body('registration.audio_too_large', details)))).to.deep.equal(['unknown', 'details']);
      const fields = (one: unknown): unknown => because(client.parseError(body('common.validation_failed', { fields: [one] })));
      expect(fields({ pointer: '/title', message: 'It is blank.', more: 1 })).to.deep.equal(['known', undefined]);
      expect(fields({ pointer: '/title' })).to.deep.equal(['unknown', 'details']);
      for (const code of ['constructor', '__proto__', 'toString'])
        expect(because(client.parseError(body(code)))).to.deep.equal(['unknown', 'code']);
    });

    it('details as the operation has them, where operations differ', () => {
      const body = { problem: 'sold_out', text: 'x', id: '1', more: { since: 'May' } };
      expect(ofShop.parseErrorOf('cancelOrder', body).kind).to.equal('known');
      expect(ofShop.parseErrorOf('cancelOrder', { ...body, more: { count: 1 } }).because).to.equal('details');
      expect(ofShop.parseErrorOf('create-order', { ...body, more: { count: '1' } }).because).to.equal('details');
      expect(ofShop.parseError({ ...body, more: { count: '1' } }).because).to.equal('details');
    });

    it('anything else as foreign, and says why', () => {
      const because = (body: unknown): unknown => [client.parseError(body).kind, client.parseError(body).because];
      expect(because(undefined)).to.deep.equal(['foreign', 'There is no body.']);
      expect(because('<html>502 Bad Gateway</html>')).to.deep.equal(['foreign', 'It is no valid JSON.']);
      for (const body of [null, 1, '{}', '"text"', {}, [], { error: null }, { error: { code: 3 } }, { error: 'no' }])
        expect(because(body)).to.deep.equal(['foreign', 'There is no code at /error/code.']);
      const trap = new Proxy(
        {},
        {
          getOwnPropertyDescriptor: () => {
            throw new Error('trap');
          },
        },
      );
      expect(because(trap)).to.deep.equal(['foreign', 'It cannot be read.']);
    });

    it('and never throws, whatever it is given', () => {
      const envelope = fc.record(
        {
          code: fc.oneof(fc.constantFrom(...Object.keys(client.STATUSES)), fc.anything()),
          message: fc.anything(),
          details: fc.anything(),
          request_id: fc.anything(),
        },
        { requiredKeys: [] },
      );
      const odd = fc.anything({
        withBigInt: true,
        withDate: true,
        withMap: true,
        withNullPrototype: true,
        withTypedArray: true,
        withObjectString: true,
        withSparseArray: true,
      });
      const json = fc.jsonValue().map((value) => JSON.stringify(value));
      const body = fc.oneof(
        odd,
        json,
        fc.string(),
        fc.record({ error: fc.oneof(envelope, odd) }).map((one) => trapped(one)),
        fc.record({ error: envelope }),
      );
      fc.assert(
        fc.property(body, fc.string(), (value, name) => {
          for (const operation of ['confirmWork', name]) {
            const parsed = client.parseErrorOf(operation, value);
            expect(['known', 'unknown', 'foreign']).to.include(client.parseError(value).kind);
            expect(['known', 'unknown', 'foreign']).to.include(parsed.kind);
            for (const one of [value, parsed]) {
              expect(client.isErrorOf(operation, one)).to.be.a('boolean');
              expect(client.isError(one, 'api_key.revoked')).to.be.a('boolean');
            }
          }
        }),
        { numRuns: 500 },
      );
    });
  });

  describe('tells errors apart', () => {
    const parsed = (code: string, details?: unknown): Parsed =>
      client.parseError({ error: { code, message: 'No.', details, request_id: 'req_1' } });

    it('by code and by operation', () => {
      const revoked = parsed('api_key.revoked');
      expect(client.isError(revoked, 'work.not_found', 'api_key.revoked')).to.equal(true);
      expect(client.isError(revoked, 'work.not_found')).to.equal(false);
      expect(client.isError({ error: { code: 'api_key.revoked' } }, 'api_key.revoked')).to.equal(false);
      expect(client.isErrorOf('confirmWork', revoked)).to.equal(true);
      expect(client.isErrorOf('listApiKeys', revoked)).to.equal(false);
      expect(client.isErrorOf('toString', revoked)).to.equal(false);
    });

    it('by calling what handles them', () => {
      const handlers = Object.fromEntries(
        Object.keys(client.STATUSES).map((code) => [code, (error: Parsed) => `handled ${String(error.code)}`]),
      );
      const otherwise = (other: Parsed): string => `other ${String(other.kind)}`;
      expect(client.matchError(parsed('api_key.revoked'), handlers, otherwise)).to.equal('handled api_key.revoked');
      expect(client.matchError(parsed('of.tomorrow'), handlers, otherwise)).to.equal('other unknown');
      expect(client.matchError(client.parseError(''), handlers, otherwise)).to.equal('other foreign');
      // Of code that was not compiled against this contract.
      expect(client.matchError(parsed('api_key.revoked'), {}, otherwise)).to.equal('other known');
      expect(() => client.matchError(parsed('api_key.revoked'), {})).to.throw('There is no handler for api_key.revoked.');
      expect(() => client.unhandled(parsed('api_key.revoked'))).to.throw('The error api_key.revoked is not handled.');
    });
  });

  it('has tables of what the contract says', () => {
    const { STATUSES, RETRY, CODES_OF } = client;
    for (const { code, status, retry, operation } of ats.failures) {
      expect(STATUSES[code]).to.deep.equal([status]);
      expect(RETRY[code]).to.equal(retry);
      expect(CODES_OF[operation.id]).to.include(code);
    }
    expect(Object.values(CODES_OF).flat()).to.have.length(ats.failures.length);
    // Of two operations that differ, what is safe with both.
    expect([ofShop.RETRY['sold_out'], ofShop.STATUSES['sold_out']]).to.deep.equal(['never', [409, 410]]);
  });
});

/** An object whose members, however deep, throw when they are looked at, now and then. */
function trapped(value: object): unknown {
  let looks = 0;
  const look = <T>(result: T): T => {
    looks += 1;
    if (looks % 5 === 0) throw new Error('trap');
    return result;
  };
  return new Proxy(value, {
    get: (target, name) => {
      const member: unknown = look(Reflect.get(target, name));
      return typeof member === 'object' && member !== null ? trapped(member) : member;
    },
    ownKeys: (target) => look(Reflect.ownKeys(target)),
    getOwnPropertyDescriptor: (target, name) => look(Reflect.getOwnPropertyDescriptor(target, name)),
  });
}

describe('a client that is compiled against its module', () => {
  let compiler: Compiler;
  let handlers: string;
  let cases: string;

  before(async () => {
    const ats = await loadContract(join(ROOT, 'openapi.yaml'));
    const [from, to] = ["              - $ref: '#/components/schemas/registration.filename_required'\n", ''];
    const without = await loadContract(
      contractCopy(
        [from, to],
        ["            registration.filename_required: {$ref: '#/components/examples/registration.filename_required'}\n", ''],
      ),
    );
    const withMore = await loadContract(contractWithCode('registration.title_taboo'));
    compiler = createCompiler({
      'test/types/now.ts': generateClient(ats),
      'test/types/without.ts': generateClient(without),
      'test/types/more.ts': generateClient(withMore),
      'test/types/shop.ts': generateClient(await loadContract(SHOP)),
      'test/types/none.ts': generateClient({ ...ats, operations: [], failures: [] }),
    });
    const codes = ats.operation('initWork')?.failures.map(({ code }) => code) ?? [];
    handlers = codes.map((code) => `  '${code}': ({ code }) => code,`).join('\n');
    cases = codes.map((code) => `    case '${code}':`).join('\n');
  });

  const IMPORTS = 'ErrorOf, isError, isErrorOf, matchError, parseError, parseErrorOf, unhandled, RETRY, STATUSES, CODES_OF';
  const from = (module: string, program: string): string => {
    const used = IMPORTS.split(', ').filter((name) => new RegExp(`\\b${name}\\b`).test(program));
    const types = used.filter((name) => name === 'ErrorOf');
    const values = used.filter((name) => name !== 'ErrorOf');
    return (
      [...types.map((name) => `type ${name}`), ...values]
        .join(', ')
        .replace(/.*/, (names) => `import { ${names} } from './${module}.js';\n`) + program
    );
  };
  const says = (program: string): string[] => compiler.complaints(program).map(({ says }) => says);
  const matched = (): string =>
    `export const handled: string = matchError(parseErrorOf('initWork', ''), {\n${handlers}\n}, ({ kind }) => kind);`;
  const switched = (): string =>
    `export function handle(error: ErrorOf<'initWork'>): string {\n  switch (error.code) {\n${cases}\n      return error.code;\n    default:\n      return unhandled(error);\n  }\n}`;

  it('compiles, and so does the module', () => {
    for (const module of ['now', 'without', 'more', 'shop', 'none']) expect(says(readModule(module)), module).to.deep.equal([]);
    expect(says(from('now', matched()))).to.deep.equal([]);
    expect(says(from('now', switched()))).to.deep.equal([]);
  });

  function readModule(module: string): string {
    return `export * from './${module}.js';\nimport * as all from './${module}.js';\nexport const parsed: { readonly kind: string } = all.parseError('');`;
  }

  it('no longer compiles once a code is gone, and the message names it', () => {
    const [inHandlers, ...more] = says(from('without', matched()));
    expect(more).to.deep.equal([]);
    expect(inHandlers).to.match(
      /^Object literal may only specify known properties, and ''registration\.filename_required'' does not exist in type/,
    );
    const inSwitch = says(from('without', switched()));
    expect(inSwitch).to.have.length(1);
    expect(inSwitch[0]).to.match(/^Type '"registration\.filename_required"' is not comparable to type '/);
  });

  it('no longer compiles once there is another code, and the message names it', () => {
    const [inHandlers, ...more] = says(from('more', matched()));
    expect(more).to.deep.equal([]);
    expect(inHandlers).to.match(/^Argument of type '\{.*\n {2}Property '"registration\.title_taboo"' is missing in type '\{/);
    const inSwitch = says(from('more', switched()));
    expect(inSwitch).to.have.length(1);
    expect(inSwitch[0]).to.equal(
      'Argument of type \'KnownError<"registration.title_taboo", "initWork">\' is not assignable to parameter of type \'never\'.',
    );
  });

  it('can be what the guide shows', () => {
    const [program = ''] = readPage('docs/types.md').blocks.flatMap(({ language, text }) => (language === 'ts' ? [text] : []));
    expect(program).to.include('matchError');
    expect(says(program.replace('./errors.js', './now.js'))).to.deep.equal([]);
  });

  it('sees the details of a code, and those of an operation where operations differ', () => {
    const fine = `
      const error = parseError('');
      if (isError(error, 'registration.audio_too_large')) { const size: number = error.details.size_bytes; void size; }
      if (isErrorOf('confirmWork', error) && error.code === 'common.quota_exceeded') { const at: string = error.details.resets_at; void at; }
      if (error.kind === 'unknown') { const { code, because }: { code: string; because: 'code' | 'operation' | 'details' } = error; void [code, because]; }
      const retry: 'retry-after' = RETRY['common.quota_exceeded'];
      const statuses: readonly [413] = STATUSES['registration.audio_too_large'];
      const first: 'common.bad_request' = CODES_OF.confirmWork[0];
      export default [retry, statuses, first];`;
    expect(says(from('now', fine))).to.deep.equal([]);
    const [absent] = says(from('now', `export const size = (error: ErrorOf<'prepareWork', 'api_key.revoked'>) => error.details.anything;`));
    expect(absent).to.equal("'error.details' is possibly 'undefined'.");
    const [other] = says(from('shop', `export const count = (error: ErrorOf<'cancelOrder', 'sold_out'>) => error.details?.count;`));
    expect(other).to.include("Property 'count' does not exist on type 'SoldOut'");
  });

  it('is told of a misspelled code, of a code of another operation, and of what it leaves out', () => {
    expect(says(from('now', `export default isError({}, 'api_key.revokd');`))[0]).to.include(
      `Argument of type '"api_key.revokd"' is not assignable`,
    );
    expect(says(from('now', `export const f = (e: ErrorOf<'listApiKeys'>): boolean => e.code === 'api_key.revoked';`))[0]).to.include(
      'no overlap',
    );
    const [missing] = says(from('now', matched().replace(', ({ kind }) => kind', '')));
    expect(missing).to.equal('Expected 3 arguments, but got 2.');
    expect(says(from('now', `export const f = (e: ErrorOf<'initWork'>) => matchError(e, {\n${handlers}\n});`))).to.deep.equal([]);
  });
});
