import { expect } from 'chai';
import { contractFrom, mocks, send } from './support.js';

const object = (properties: string, more = ''): string => `{ type: object, properties: { ${properties} }${more} }`;
const A = 'a: { type: string }, both: { type: string }';
const B = 'b: { type: [string, integer] }, both: { type: string }';

const contractOf = (schema: string): string => `
openapi: 3.1.0
info: { title: Alternatives, version: '1' }
paths:
  /a:
    get:
      operationId: a
      responses:
        '200': { description: Done., content: { application/json: { schema: ${schema} } } }
components:
  schemas:
    A: ${object(A)}
`;

describe('mock: alternatives of which exactly one may take a value', () => {
  const started = mocks();
  after(() => started.closeAll());

  const ask = async (schema: string): ReturnType<typeof send> => {
    const { url } = await started.start<undefined>({ contract: await contractFrom(contractOf(schema)) });
    return send({ url }, 'GET', '/a', { headers: { prefer: 'code=200' } });
  };

  const SERVED: readonly (readonly [what: string, schema: string, body: unknown])[] = [
    ['a member that only the other names', `{ oneOf: [${object(A)}, ${object(B)}] }`, { b: true }],
    ['one behind a reference', `{ oneOf: [{ $ref: '#/components/schemas/A' }, ${object(B)}] }`, { b: true }],
    ['three of them', `{ oneOf: [${object(A)}, ${object(B)}, ${object('c: { type: object }')}] }`, { b: true, c: 'string' }],
    ['inside of an object', object(`in: { oneOf: [${object(A)}, ${object(B)}] }`, ', required: [in]'), { in: { b: true } }],
  ];
  for (const [what, schema, body] of SERVED) {
    it(`are set apart: ${what}`, async () => {
      const seen = await ask(schema);
      expect([seen.status, seen.body]).to.deep.equal([200, body]);
    });
  }

  it('that exclude each other by themselves stay as short as before', async () => {
    const seen = await ask(`{ oneOf: [${object(A, ', required: [a]')}, ${object('b: { type: string }', ', required: [b]')}] }`);
    expect([seen.status, seen.body]).to.deep.equal([200, { a: 'string' }]);
  });

  it('that nothing sets apart are told as a fault of the contract', async () => {
    for (const more of ['', ', additionalProperties: false']) {
      const seen = await ask(`{ oneOf: [${object(A, more)}, ${object(A, more)}] }`);
      expect([seen.status, seen.at('/type')]).to.deep.equal([501, 'failpath:invalid-answer']);
      expect(seen.at('/violations/0/message')).to.equal(
        'must match exactly one schema in oneOf, but alternatives 1 and 2 take it alike: have them exclude each other, or write anyOf',
      );
    }
  });
});
