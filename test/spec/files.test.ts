import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { loadContract } from '../../spec/index.js';
import { findingsOf, refusal, removeWritten, write } from './contracts.js';

describe('loadContract', () => {
  after(removeWritten);

  describe('several files', () => {
    const FILES = {
      'openapi.yaml': `openapi: 3.1.0
info: {title: Parts, version: 1.0.0}
paths:
  /things:
    get:
      operationId: listThings
      responses:
        '200':
          description: All.
          content: {application/json: {schema: {$ref: 'parts/schemas.yaml#/List'}}}
        '404': {$ref: 'parts/answers.yaml#/NotFound'}
  /things/{id}: {$ref: parts/thing.yaml}
`,
      'parts/thing.yaml': `get:
  operationId: getThing
  parameters: [{name: id, in: path, required: true, schema: {type: string}}]
  responses:
    '404': {$ref: 'answers.yaml#/NotFound'}
`,
      'parts/answers.yaml': `NotFound:
  description: Nothing.
  content:
    application/json:
      schema:
        type: object
        properties: {error: {type: object, properties: {code: {const: thing.not_found}}}}
      examples: {gone: {value: {error: {code: thing.not_found}}}}
`,
      'parts/schemas.yaml': `Thing: {type: object, properties: {of: {$ref: '#/List'}}}
List:
  type: array
  items: {$ref: '#/Thing', minimun: 1}
`,
    };

    it('are one contract', async () => {
      const contract = await loadContract(write(FILES));
      expect(contract.failures.map(({ key }) => key)).to.deep.equal(['listThings 404 thing.not_found', 'getThing 404 thing.not_found']);
      expect(contract.operation('listThings')?.successes[0]?.content?.validate([{ of: 'none' }])).to.deep.include({
        pointer: '/0/of',
        keyword: 'type',
        message: 'must be array',
        value: 'none',
      });
    });

    it('keep their own places', async () => {
      const contract = await loadContract(write(FILES));
      const place = (pointer: string): string => {
        const { file, line, column } = contract.locate(pointer);
        return `${file.replace(/^.*\/(?=openapi|parts)/, '')}:${line}:${column}`;
      };
      expect(place('/paths/~1things/get')).to.equal('openapi.yaml:5:5');
      expect(place('/paths/~1things~1{id}/get/parameters/0/name')).to.equal('parts/thing.yaml:3:17');
      const [failure] = contract.failures;
      expect(place(failure?.pointer ?? '')).to.equal('parts/answers.yaml:5:7');
      expect(place(failure?.examples[0]?.pointer ?? '')).to.equal('parts/answers.yaml:8:25');
      expect(place('/components/schemas/List/items')).to.equal('parts/schemas.yaml:4:3');
      expect(place('/components/schemas/Thing/properties/of')).to.equal('parts/schemas.yaml:1:36');
    });

    it('are checked in their own places', async () => {
      const findings = await findingsOf(write(FILES));
      expect(
        findings.map(
          ({ problem, location }) =>
            `${location?.file.replace(/^.*\/(?=openapi|parts)/, '')}:${location?.line}:${location?.column} ${problem}`,
        ),
      ).to.deep.equal(['parts/schemas.yaml:4:28 unsupported-keyword']);
    });

    it('have their structure checked in their own places', async () => {
      const thing = FILES['parts/thing.yaml'].replace('  operationId', '  sumary: Get it.\n  operationId');
      const findings = await findingsOf(write({ ...FILES, 'parts/thing.yaml': thing }));
      const [told] = findings.filter(({ problem }) => problem === 'contract-structure');
      expect(told?.location?.file.replace(/^.*\/(?=parts)/, '')).to.equal('parts/thing.yaml');
      expect(told?.location).to.include({ line: 2, column: 3 });
    });

    it('are told one after the other, in the order of their names', async () => {
      const thing = FILES['parts/thing.yaml'].replace('  operationId', '  sumary: Get it.\n  operationId');
      const answers = FILES['parts/answers.yaml'].replace('  description', '  sumary: None.\n  description');
      const findings = await findingsOf(write({ ...FILES, 'parts/thing.yaml': thing, 'parts/answers.yaml': answers }));
      expect(findings.map(({ location }) => location?.file.replace(/^.*\/(?=parts)/, ''))).to.deep.equal([
        ...['parts/answers.yaml', 'parts/schemas.yaml', 'parts/thing.yaml'],
      ]);
    });

    it('are hashed together', async () => {
      const before = await loadContract(write(FILES));
      const after = await loadContract(write({ ...FILES, 'parts/answers.yaml': FILES['parts/answers.yaml'].replace('Nothing.', 'None.') }));
      expect(after.sha256).not.to.equal(before.sha256);
    });

    it('are refused where their references lead to nothing but each other', async () => {
      const circle = {
        'parts/schemas.yaml': "List: {$ref: 'more.yaml#/List'}\n",
        'parts/more.yaml': "List: {$ref: 'schemas.yaml#/List'}\n",
      };
      const [told = ''] = await refusal(write({ ...FILES, ...circle }));
      expect(told).to.contain('broken-ref  references to other files lead to each other in a circle');
    });

    it('are refused when one is missing', async () => {
      const { 'parts/schemas.yaml': _, ...rest } = FILES;
      expect(await refusal(write(rest))).to.deep.equal(['10:49 broken-ref  parts/schemas.yaml#/List names a file that does not exist']);
    });

    it('are refused when one has nothing at the place', async () => {
      expect(await refusal(write({ ...FILES, 'parts/answers.yaml': 'Other: {}\n' }))).to.deep.equal([
        '11:17 broken-ref  parts/answers.yaml#/NotFound points at nothing',
        '5:13 broken-ref  answers.yaml#/NotFound points at nothing',
      ]);
    });

    it('are refused when one cannot be parsed', async () => {
      expect(await refusal(write({ ...FILES, 'parts/schemas.yaml': 'List: [\n' }))).to.deep.equal([
        '2:1 contract-syntax  Flow sequence in block collection must be sufficiently indented and end with a ]',
      ]);
    });

    it('are all told of that cannot be parsed', async () => {
      const broken = { 'parts/schemas.yaml': 'List: [\n', 'parts/answers.yaml': '\nNotFound: {\n' };
      const told = await refusal(write({ ...FILES, ...broken }));
      expect([...new Set(told.map((line) => line.slice(0, 19)))].sort()).to.deep.equal(['2:1 contract-syntax', '3:1 contract-syntax']);
    });

    describe('lead to each other', () => {
      const root = (paths: string, more = ''): string => `openapi: 3.1.0\ninfo: {title: Parts, version: 1.0.0}\npaths:\n${paths}${more}`;
      const placeIn = async (files: Readonly<Record<string, string>>, pointer: string): Promise<string> => {
        const { file, line, column } = (await loadContract(write(files))).locate(pointer);
        return `${file.slice(file.lastIndexOf('/') + 1)}:${line}:${column}`;
      };
      const THING = '# The last.\nget: {operationId: getThing, responses: {}}\n';

      it('by one reference after the other', async () => {
        const files = {
          'openapi.yaml': root('  /things: {$ref: one.yaml}\n'),
          'one.yaml': '$ref: two.yaml\n',
          'two.yaml': '$ref: three.yaml\n',
          'three.yaml': THING,
        };
        expect(await placeIn(files, '/paths/~1things/get')).to.equal('three.yaml:2:1');
      });

      it('and back to the first', async () => {
        const id = "\ncomponents:\n  schemas:\n    Id: {type: string, default: null}\n    Other: {$ref: 'one.yaml#/x-other'}\n";
        const files = {
          'openapi.yaml': root('  /things: {$ref: one.yaml}\n', id),
          'one.yaml': `x-other: {type: integer}
get:
  operationId: getThing
  parameters:
    - {name: a, in: query, schema: {$ref: 'openapi.yaml#/components/schemas/Id'}}
    - {name: b, in: query, schema: {$ref: 'openapi.yaml#/components/schemas/Other'}}
  responses: {}
`,
        };
        expect(await placeIn(files, '/components/schemas/Id/type')).to.equal('openapi.yaml:8:10');
        expect(await placeIn(files, '/components/schemas/x-other/type')).to.equal('one.yaml:1:11');
        expect(await placeIn(files, '/paths/~1things/get/parameters/1/name')).to.equal('one.yaml:6:8');
      });

      it('and to what a server has, which has its place where it is referred to', async () => {
        const server = createServer((_, response) => response.end('get: {operationId: getThing, responses: {}}\n'));
        await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
        try {
          const { port } = server.address() as AddressInfo;
          const file = write({ 'openapi.yaml': root(`  /things: {$ref: 'http://127.0.0.1:${port}/thing.yaml'}\n`) });
          const contract = await loadContract(file);
          expect(contract.operations.map(({ id }) => id)).to.deep.equal(['getThing']);
          expect(contract.locate('/paths/~1things/get')).to.include({ file, line: 4, column: 3 });
        } finally {
          await new Promise((done) => server.close(done));
        }
      });
    });
  });
});
