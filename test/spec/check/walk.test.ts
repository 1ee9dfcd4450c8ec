import { expect } from 'chai';
import { edit, findingsOf, removeWritten, SOUND, write } from '../contracts.js';
import { expectNone, expectOne } from './support.js';

/** A schema with a mistake: told where it is a schema, and nowhere else. */
const WRONG = 'schema: {type: strng}';
const WHAT = '"strng" is none of array, boolean, integer, null, number, object, string';

describe('checkContract: what is a schema', () => {
  after(removeWritten);

  const SCHEMAS: readonly [where: string, edits: Record<string, string>][] = [
    ['of a header that is named like an extension', { '        Retry-After:': `        x-rate: {${mark(WRONG)}}\n        Retry-After:` }],
    ['of a header that is named like data', { '        Retry-After:': `        value: {${mark(WRONG)}}\n        Retry-After:` }],
    ['of a header that is named schema', { '        Retry-After:': `        schema: {${mark(WRONG)}}\n        Retry-After:` }],
    ['of a parameter', { 'schema: {type: integer}, example: 7': mark(WRONG) }],
  ];
  for (const [where, edits] of SCHEMAS) it(`that ${where}`, () => expectOne(edits, 'schema-invalid', WHAT, 'Did you mean string?'));

  const DATA: readonly [where: string, edits: Record<string, string>][] = [
    ['in an example', { 'lamp: {value: {id: 7, name: Lamp}}': `lamp: {value: {id: 7, name: Lamp, ${WRONG}}}` }],
    ['in a note at an operation', { '      operationId: getThing\n': `      operationId: getThing\n      x-notes: {${WRONG}}\n` }],
    ['in a note at the document', { 'x-failpath:': `x-notes: {${WRONG}}\nx-failpath:` }],
  ];
  for (const [where, edits] of DATA) it(`not what looks like one ${where}`, () => expectNone(edits));

  const NOTHING = (type: string): string => `Expected type \`${type}\` (object) but got \`null\``;
  it('not what is left empty, which is told as that', async () => {
    const told = async (edits: Record<string, string>): Promise<string[]> =>
      (await findingsOf(write({ 'openapi.yaml': edit(SOUND, edits) }))).map(({ what }) => what);
    expect(await told({ 'schema: {type: integer}, example: 7': 'schema: , example: 7' })).to.deep.equal([NOTHING('Schema')]);
    expect(await told({ '  examples:\n    lamp': '  links:\n  examples:\n    lamp' })).to.deep.equal([NOTHING('NamedLinks')]);
    expect(await told({ 'id: {type: integer}\n': 'id:\n' })).to.deep.equal(['null must be object,boolean']);
  });
});

function mark(schema: string): string {
  return schema.replace('strng', '¶strng').replace('type: ¶', '¶type: ');
}
