import fc from 'fast-check';
import { Bench } from './support.js';

const ROUTES = [
  'POST /mappings',
  'POST /mappings/import',
  'POST /mappings/find-by-metadata',
  'POST /mappings/remove-by-metadata',
  'PUT /mappings/x',
  'POST /requests/count',
  'POST /requests/find',
  'POST /requests/remove',
  'POST /requests/remove-by-metadata',
  'POST /near-misses/request',
  'POST /near-misses/request-pattern',
  'PUT /scenarios/s/state',
  'POST /settings',
] as const;

const NAMES = [
  'request',
  'response',
  'mappings',
  'method',
  'url',
  'urlPattern',
  'headers',
  'bodyPatterns',
  'status',
  'metadata',
  'id',
  'scenarioName',
];
const MATCHERS = ['equalTo', 'matches', 'equalToJson', 'matchesJsonPath', 'expression', 'not', 'and', 'absent', 'hasExactly', '__proto__'];

/** JSON that is sometimes nearly a stub. */
const { input } = fc.letrec((tie) => ({
  input: fc.oneof(
    { maxDepth: 6 },
    fc.constantFrom('GET', '/a', '$.a', '$[', '(', '{}', 'x', true, null, 0, -1, 503, 1e9),
    fc.string(),
    fc.dictionary(fc.constantFrom(...NAMES, ...MATCHERS), tie('input'), { maxKeys: 4 }),
    fc.array(tie('input'), { maxLength: 3 }),
  ),
}));

describe('wiremock: garbage', () => {
  const numRuns = process.env['FAILPATH_LONG'] === '1' ? 20_000 : 1_000;

  it('is refused or understood, and nothing else', async () => {
    const bench = new Bench();
    bench.ask('/a?b=1', { method: 'POST', body: '{"a":[{"b":1}]}' });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...ROUTES), input, async (route, body) => {
        const [method, path = ''] = route.split(' ');
        const answer = await bench.later(method as 'POST' | 'PUT', path, body);
        JSON.stringify(answer.body);
        return [200, 201, 404, 422].includes(answer.status);
      }),
      { numRuns, seed: 3 },
    );
    bench.ask('/a', { method: 'POST', body: '{"a":' });
  });
});
