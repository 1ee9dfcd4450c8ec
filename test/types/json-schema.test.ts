import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main } from '../../cli/program.js';
import { jsonSchemasOf } from '../../mocks/index.js';
import { jsonPointer, loadContract, type Contract } from '../../spec/index.js';
import { ROOT, temporaryFile, temporaryFolder } from '../support/cli.js';
import { expectGolden } from '../support/golden.js';
import { testIo } from '../support/io.js';

const CONTRACT = join(ROOT, 'openapi.yaml');
const SHOP = fileURLToPath(new URL('shop.yaml', import.meta.url));

describe('the JSON Schemas of codes', () => {
  let ats: Contract;
  let shop: Contract;

  before(async () => ([ats, shop] = [await loadContract(CONTRACT), await loadContract(SHOP)]));

  /** In strict mode, which knows no keyword but those of JSON Schema. */
  const compiled = (contract: Contract): ReadonlyMap<string, (body: unknown) => boolean> => {
    const ajv = new Ajv2020.default({ strict: true, strictTypes: false, strictRequired: false, strictTuples: false });
    addFormats.default(ajv);
    return new Map(
      jsonSchemasOf(contract).map(({ code, schema }) => {
        expect(ajv.validateSchema(schema), code).to.equal(true);
        return [code, ajv.compile(schema) as (body: unknown) => boolean];
      }),
    );
  };

  it('take every example of their code, and none of another', () => {
    const validators = compiled(ats);
    expect([...validators.keys()]).to.deep.equal([...new Set(ats.failures.map(({ code }) => code))]);
    for (const { code, examples } of ats.failures) {
      for (const { value } of examples) {
        const takers = [...validators].filter(([, takes]) => takes(value)).map(([name]) => name);
        expect(takers).to.deep.equal([code]);
      }
    }
  });

  it('refuse what the contract refuses', () => {
    const validators = compiled(ats);
    for (const { code, examples, validate } of ats.failures) {
      for (const { value } of examples) {
        for (const pointer of ['/error/message', '/error/request_id', '/error/details']) {
          const changed = jsonPointer.set(structuredClone(value) as object, pointer, 3);
          expect(validators.get(code)?.(changed), `${code} ${pointer}`).to.equal(validate(changed).length === 0);
        }
      }
    }
  });

  it('stand by themselves, each with a name of its own and nothing that is not JSON Schema', () => {
    const all = [...jsonSchemasOf(ats), ...jsonSchemasOf(shop)].map(({ schema }) => schema);
    expect(new Set(all.map(({ $id }) => $id)).size).to.equal(all.length);
    for (const schema of all) {
      expect(schema['$schema']).to.equal('https://json-schema.org/draft/2020-12/schema');
      const text = JSON.stringify(schema);
      expect(text).not.to.match(/"x-|#\/components/);
      for (const [, name = ''] of text.matchAll(/"#\/\$defs\/([^"]+)"/g)) expect(schema['$defs']).to.have.property(name);
    }
  });

  it('of a contract with a bit of everything are these: schemas that differ, and some without an end', () => {
    compiled(shop);
    expectGolden(`${JSON.stringify(jsonSchemasOf(shop), null, 2)}\n`, new URL('./golden/shop-schemas.json', import.meta.url));
  });

  it('are files in a folder, whatever codes are called', async () => {
    const hostile = readFileSync(SHOP, 'utf8').replaceAll(/(const|problem): sold_out/g, '$1: ../out*');
    const folder = join(temporaryFolder(), 'schemas');
    const { exitCode, written } = await types('--contract', temporaryFile('openapi.yaml', hostile), '--out', folder);
    expect({ exitCode, ...written }).to.deep.equal({ exitCode: 0, out: '', err: `${folder}: 3 schemas\n` });
    expect(readdirSync(folder).toSorted()).to.deep.equal(['%2E%2E%2Fout%2A.schema.json', 'bare.schema.json', 'limits.reached.schema.json']);
    for (const file of readdirSync(folder)) expect(() => JSON.parse(readFileSync(join(folder, file), 'utf8')) as unknown).not.to.throw();
  });

  it('are printed by code without a folder', async () => {
    const { exitCode, written } = await types('--contract', CONTRACT);
    expect(exitCode).to.equal(0);
    expect(Object.keys(JSON.parse(written.out) as object)).to.deep.equal(jsonSchemasOf(ats).map(({ code }) => code));
  });

  it('say why a folder cannot be made', async () => {
    const { exitCode, written } = await types('--contract', CONTRACT, '--out', CONTRACT);
    expect(exitCode).to.equal(4);
    expect(written.err).to.match(/output-unwritable .*openapi\.yaml\S* cannot be written[^]*why: [^]*fix: /);
  });
});

async function types(...args: readonly string[]): Promise<{ exitCode: number; written: { out: string; err: string } }> {
  const io = testIo();
  return { exitCode: await main(['types', '--format', 'json-schema', ...args], io), written: io.written };
}
