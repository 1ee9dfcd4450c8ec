import fc from 'fast-check';
import type { OpenAPIV3_1 } from 'openapi-types';
import { mocks } from '../mock/support.js';
import { answerPlace, documentOf, judgeOf, routesIn } from './support.js';

/** Every member that some schema of the document has: garbage that is made of them gets further than any other. */
function membersIn(node: unknown, found = new Set<string>()): Set<string> {
  if (typeof node !== 'object' || node === null) return found;
  const { properties } = node as { readonly properties?: object };
  for (const name of Object.keys(properties ?? {})) found.add(name);
  for (const member of Object.values(node)) membersIn(member, found);
  return found;
}

const WORDS = [
  'GET',
  '/a',
  '/v1/transactions/x',
  '$.a',
  '$[',
  '(',
  '{}',
  'x',
  'ok',
  '5m',
  'Started',
  'prepareWork',
  '2026-01-01T00:00:00Z',
];
const VALUES = [true, false, null, 0, -1, 1.5, 503, 1e9, 1e308];
const IDS = ['1', '5afe0000-0000-4000-8000-000000000001', '__proto__', '%00', '%', 'a%2Fb', '%f0%9f%98%80', 'x'.repeat(5_000)];

function garbageOf(document: OpenAPIV3_1.Document): fc.Arbitrary<unknown> {
  const names = fc.constantFrom(...membersIn(document.components), '__proto__', 'constructor');
  return fc.letrec((tie) => ({
    input: fc.oneof(
      { maxDepth: 6 },
      fc.constantFrom(...WORDS, ...VALUES),
      fc.string(),
      fc.dictionary(names, tie('input'), { maxKeys: 5 }),
      fc.array(tie('input'), { maxLength: 3 }),
    ),
  })).input;
}

describe('control API: garbage', function () {
  const isLong = process.env['FAILPATH_LONG'] === '1';
  this.timeout(isLong ? 600_000 : 60_000);
  const started = mocks();
  after(() => started.closeAll());

  it('is answered as the document says, whatever it is', async () => {
    const mock = await started.start();
    const document = await documentOf(mock);
    const judge = judgeOf(document);
    const query = fc.dictionary(
      fc.constantFrom('limit', 'offset', 'since', 'unmatched', 'matchingStub'),
      fc.oneof(fc.string(), fc.constantFrom('1', '0', '-1', '2026-01-01')),
    );
    const isListed = (answer: unknown): boolean => typeof answer === 'object' && answer !== null && 'routes' in answer;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...routesIn(document)),
        fc.oneof(
          fc.constantFrom(...IDS),
          fc.string().map((text) => encodeURIComponent(`x${text}`)),
        ),
        query,
        garbageOf(document),
        async (route, id, search, body) => {
          const [method = '', template = ''] = route.split(' ');
          const path = template.replace(/\{\w+\}/, () => id);
          const response = await fetch(`${mock.url}${path}?${new URLSearchParams(search).toString()}`, {
            method,
            ...(method === 'GET' ? {} : { body: JSON.stringify(body) }),
          });
          const { status, headers } = response;
          const type = headers.get('content-type') ?? '';
          const answer: unknown = type.startsWith('text/') ? await response.text() : await response.json();
          // An id may make it another route, or none.
          if (template.includes('{') && status === 404 && isListed(answer)) return;
          const problems = judge(answerPlace(document, route, status, type), answer);
          if (problems.length > 0) throw new Error(`${status} ${JSON.stringify(answer).slice(0, 500)}: ${problems.join('; ')}`);
        },
      ),
      { numRuns: isLong ? 20_000 : 500, seed: 3, interruptAfterTimeLimit: isLong ? 500_000 : 50_000, markInterruptAsFailure: true },
    );
  });
});
