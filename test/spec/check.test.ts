import { expect } from 'chai';
import { checkContract, formatFinding, loadContract } from '../../spec/index.js';
import { edit, findingsOf, mark, removeWritten, SOUND, write } from './contracts.js';

/** Breaks the sound contract, and expects the one finding: its place is where `¶` stands. */
async function expectOne(edits: Readonly<Record<string, string>>, problem: string, what: string, remedy?: string): Promise<void> {
  const { text, place } = mark(edit(SOUND, edits));
  const findings = await findingsOf(write({ 'openapi.yaml': text }));
  expect(findings.map(formatFinding)).to.have.length(1);
  const [finding] = findings;
  expect(`${finding?.location?.line}:${finding?.location?.column} ${finding?.problem}  ${finding?.what}`).to.equal(`${place} ${problem}  ${what}`);
  if (remedy !== undefined) expect(finding?.remedy).to.equal(remedy);
}

const NOT_FOUND = "schema: {$ref: '#/components/schemas/thing.not_found'}";
const NOT_FOUND_EXAMPLE = 'thing.not_found: {value: {error: {code: thing.not_found, message: gone, request_id: req_4}}}';
const LEAST = '{type: object, required: [least], properties: {least: {type: integer}}}';

describe('checkContract', () => {
  after(removeWritten);

  it('finds nothing in a sound contract', async () => {
    expect((await findingsOf(write({ 'openapi.yaml': SOUND }))).map(formatFinding)).to.deep.equal([]);
  });

  it('finds nothing in the contract that is shipped', async () => {
    const contract = await loadContract(new URL('../../openapi.yaml', import.meta.url).pathname);
    expect((await checkContract(contract)).map(formatFinding)).to.deep.equal([]);
  });

  it('tells findings in the order of the file', async () => {
    const findings = await findingsOf(new URL('./golden/broken.yaml', import.meta.url).pathname);
    const places = findings.map(({ location }) => (location?.line ?? 0) * 1000 + (location?.column ?? 0));
    expect(places).to.deep.equal([...places].sort((a, b) => a - b));
  });

  describe('codes', () => {
    it('code-two-statuses: the status that is used less often is the mistake', () =>
      expectOne(
        { "'404':\n          description: No thing.": "'404':\n          description: No thing.", [NOT_FOUND]: "schema: ¶{$ref: '#/components/schemas/key.missing'}", [NOT_FOUND_EXAMPLE]: 'key.missing: {value: {error: {code: key.missing, message: gone, request_id: req_4}}}', 'unknownRoute: thing.not_found': 'unknownRoute: key.missing', '    thing.not_found: {allOf': '    x-thing.not_found: {allOf' },
        'code-two-statuses',
        'x',
      ));

    it('code-repeated: one answer lists a code twice', () =>
      expectOne(
        { "                  - $ref: '#/components/schemas/name.empty'": "                  - $ref: '#/components/schemas/name.empty'\n                  - ¶$ref: '#/components/schemas/name.empty'" },
        'code-repeated',
        '422 of createThing lists name.empty a second time',
        'Merge the two entries, or correct the code of one.',
      ));
  });
});
