import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { parse } from 'yaml';
import { InputError, jsonPointer, loadContract, checkContract, type Finding } from '../../spec/index.js';
import { removeWritten, write } from './contracts.js';

type Json = Record<string, unknown>;

const ATS = parse(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8')) as Json;

/** Every place of a document but its root. */
function places(node: unknown, pointer = ''): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, member]) => {
    const at = jsonPointer.join(pointer, name);
    return [at, ...places(member, at)];
  });
}

const PLACES = places(ATS);
const REFS = Object.entries(ATS['components'] as Json).flatMap(([kind, members]) =>
  Object.keys(members as Json).map((name) => `#/components/${kind}/${name}`),
);
const NAMES = ['x', '$ref', 'default', '4XX', 'x-causes', 'x-violations', 'allOf', 'oneOf', 'value', '__proto__', '/a*', ''];

interface Mutation {
  readonly pointer: string;
  readonly kind: 'delete' | 'replace' | 'rename';
  readonly value: unknown;
  readonly name: string;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  pointer: fc.constantFrom(...PLACES),
  kind: fc.constantFrom('delete' as const, 'replace' as const, 'replace' as const, 'rename' as const),
  value: fc.oneof(
    fc.constantFrom(...REFS).map(($ref) => ({ $ref })),
    fc.constantFrom<unknown>(
      null,
      true,
      false,
      0,
      -1,
      1.5,
      '',
      'x',
      '[',
      [],
      {},
      [null],
      [[]],
      ['x'],
      { $ref: '#' },
      { $ref: 5 },
      { $ref: '#x' },
      { type: 'strng' },
    ),
    fc.jsonValue({ maxDepth: 2 }),
  ),
  name: fc.constantFrom(...NAMES),
});

function mutate(document: Json, { pointer, kind, value, name }: Mutation): void {
  const members = jsonPointer.split(pointer);
  const last = members.pop() ?? '';
  const parent = jsonPointer.get(document, jsonPointer.join('', ...members)) as Json | undefined;
  if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, last)) return;
  if (kind === 'replace') parent[last] = value;
  else {
    const before = parent[last];
    delete parent[last];
    if (kind === 'rename') Object.defineProperty(parent, name, { value: before, enumerable: true, configurable: true, writable: true });
  }
}

/** All that is told about a document; whatever else is thrown is a fault of ours. */
async function told(file: string): Promise<readonly Finding[]> {
  try {
    const contract = await loadContract(file);
    contract.route('GET', '/v1/transactions/1');
    return await checkContract(contract);
  } catch (error) {
    if (error instanceof InputError) return error.findings;
    throw error;
  }
}

describe('a contract that has been tampered with', () => {
  after(removeWritten);

  it('loads or is refused, and is checked, with a place for everything that is told', async function () {
    this.timeout(120_000);
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), async (mutations) => {
        const document = structuredClone(ATS);
        for (const each of mutations) mutate(document, each);
        const findings = await told(write({ 'openapi.json': JSON.stringify(document, undefined, 1) }));
        for (const { what, why, remedy, location } of findings) {
          expect([what, why, remedy].every((text) => text !== '')).to.equal(true);
          expect(location?.line, what).to.be.greaterThan(0);
          expect(location?.column, what).to.be.greaterThan(0);
        }
      }),
      { numRuns: process.env['FAILPATH_LONG'] === undefined ? 20 : 200, endOnFailure: true },
    );
  });
});
