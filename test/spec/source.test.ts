import { join } from 'node:path';
import { expect } from 'chai';
import { InputError, loadContract } from '../../spec/index.js';
import { displayName, readSource } from '../../spec/source.js';
import { edit, findingsOf, load, refusal, removeWritten, SOUND, write } from './contracts.js';

describe('the source of a contract', () => {
  after(removeWritten);

  it('is called as people see it: by its place in the working folder, or else by its whole path', () => {
    const here = process.cwd();
    expect(displayName(join(here, 'a', 'b.yaml'))).to.equal(join('a', 'b.yaml'));
    expect(displayName(join(here, '..', 'b.yaml'))).to.equal(join(here, '..', 'b.yaml'));
    expect(displayName(join(here, 'a..'))).to.equal('a..');
    expect(displayName(here)).to.equal(here);
  });

  it('is read as JSON where its name says so, and as YAML otherwise', () => {
    const twice = '{"a": 1,\n "a": 2}';
    expect(readSource(write({ 'a.json': twice })).value).to.deep.equal({ a: 2 });
    expect(() => readSource(write({ 'a.yaml': twice }))).to.throw(InputError, 'Map keys must be unique');
    expect(readSource(write({ 'a.yaml': 'a: 1' })).value).to.deep.equal({ a: 1 });
  });

  it('is read as YAML where it only calls itself JSON, and refused where it is neither', async () => {
    expect(readSource(write({ 'a.json': '{a: 1, # one\n}' })).value).to.deep.equal({ a: 1 });
    expect(await refusal(write({ 'a.json': '{\n "openapi": "3.1.0",\n "paths": {]}\n}' })).then(([first]) => first)).to.match(
      /^3:\d+ contract-syntax/,
    );
  });

  it('may use an anchor many times', () => {
    const uses = Array.from({ length: 300 }, () => '*a').join(', ');
    expect(readSource(write({ 'a.yaml': `a: &a {x: 1}\nb: [${uses}]\n` })).value).to.have.nested.property('b[299].x', 1);
  });

  it('may take over members of what an anchor names', () => {
    const { value, locate } = readSource(write({ 'a.yaml': 'a: &a {x: 1, y: 1}\nb: {<<: *a, y: 2}\n' }));
    expect(value).to.deep.equal({ a: { x: 1, y: 1 }, b: { x: 1, y: 2 } });
    expect(locate('/b/y')).to.include({ line: 2, column: 13 });
  });

  it('has places of keys of every kind', () => {
    const { locate } = readSource(write({ 'a.yaml': `1: a\ntrue: {b: c}\n"d e": f\n'g': h\n&i j: k\nnull: l\n` }));
    expect(['/1', '/true/b', '/d e', '/g', '/j', '/null'].map((pointer) => locate(pointer).line)).to.deep.equal([1, 2, 3, 4, 5, 6]);
  });

  it('has a hash of its bytes', () => {
    const { sha256 } = readSource(write({ 'a.yaml': '{}' }));
    expect(sha256).to.equal('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
  });
});

describe('a contract', () => {
  after(removeWritten);

  it('is called by its file where it has no title', async () => {
    for (const info of ['', 'info: {}\n', 'info: {title: [a], version: {}}\n']) {
      const { title, version, file } = await load(`openapi: 3.1.0\n${info}paths: {}\n`);
      expect([title, version]).to.deep.equal([file, '']);
    }
    const { title, version } = await load('openapi: 3.1.10\ninfo: {title: 7, version: 1.5}\npaths: {}\n');
    expect([title, version]).to.deep.equal(['7', '1.5']);
  });

  it('is of a version that begins with 3.0 or 3.1', async () => {
    for (const version of ['13.1.0', '3.2.0', '3.1', '3.1.x', 'v3.1.0']) {
      expect(await refusal(write({ 'openapi.yaml': `info: {}\nopenapi: '${version}'\npaths: {}\n` }))).to.deep.equal([
        `2:1 contract-version  openapi is "${version}"`,
      ]);
    }
  });

  it('has one version, which is a text', async () => {
    for (const version of ['3.1', '[3.1.0]', 'null'])
      expect((await refusal(write({ 'openapi.yaml': `openapi: ${version}\ninfo: {}\npaths: {}\n` }))).join()).to.match(
        /^1:1 contract-version {2}openapi is /,
      );
  });

  it('has paths in a map', async () => {
    for (const paths of ['null', 'text', '5']) {
      expect(await refusal(write({ 'openapi.yaml': `openapi: 3.1.0\ninfo: {}\npaths: ${paths}\n` }))).to.deep.equal([
        '3:1 contract-structure  the document has no paths',
      ]);
    }
  });

  it('routes requests to its operations', async () => {
    const contract = await load(SOUND);
    for (const _ of ['first', 'again']) {
      const found = contract.route('GET', '/things/7');
      expect([found?.operation.id, found?.params['id']]).to.deep.equal(['getThing', '7']);
      expect(contract.route('DELETE', '/things/7')).to.equal(undefined);
    }
  });

  it('is put together as soon as one of its references leads to another file', async () => {
    const unauthorized = {
      '    Unauthorized:\n      description: No key.':
        "    Unauthorized:\n      $ref: 'answers.yaml#/No'\n    Other:\n      description: No key.",
    };
    const answer =
      'No: {description: No., content: {application/json: {schema: {properties: {error: {properties: {code: {const: key.other}}}}}}}}\n';
    const contract = await loadContract(write({ 'openapi.yaml': edit(SOUND, unauthorized), 'answers.yaml': answer }));
    expect(contract.operation('getThing')?.failures.map(({ code }) => code)).to.include('key.other');
    expect(contract.sha256).to.match(/^[0-9a-f]{64}$/);
  });

  it('is refused where only one of two parsers reads a part of it', async () => {
    const root = `openapi: 3.1.0\ninfo: {}\npaths:\n  /a: {$ref: a.yaml}\n`;
    const file = write({ 'openapi.yaml': root, 'a.yaml': 'x-list: [\n]\nget: {responses: {}}\n' });
    const told = await findingsOf(file);
    expect(told.map(({ location, problem, what }) => `${location?.line}:${location?.column} ${problem}  ${what}`).join('\n')).to.match(
      /^1:1 contract-syntax {2}.*deficient indentation/i,
    );
    expect(told.map(({ why, remedy }) => `${why} ${remedy}`)).to.deep.equal([
      'A file that cannot be parsed declares nothing. Correct the syntax of the file.',
    ]);
  });
});
