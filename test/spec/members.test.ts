import { expect } from 'chai';
import type { Operation } from '../../spec/index.js';
import { bodyMember, magicPlace } from '../../spec/magic.js';
import { alternatives, codesAt, follow, memberSchemas } from '../../spec/members.js';

describe('members of a document', () => {
  it('are followed through references to what is meant', () => {
    const document = { a: { $ref: '#/b' }, b: { $ref: '#/c' }, c: { type: 'string' }, d: { $ref: 'other.yaml' }, e: { $ref: 5 } };
    expect(follow(document, '/a')).to.deep.equal({ value: { type: 'string' }, pointer: '/c' });
    expect(follow(document, '/d')).to.deep.equal({ value: { $ref: 'other.yaml' }, pointer: '/d' });
    expect(follow(document, '/e')).to.deep.equal({ value: { $ref: 5 }, pointer: '/e' });
    expect(follow(document, '/none')).to.deep.equal({ value: undefined, pointer: '/none' });
    expect(follow({ a: null }, '/a')).to.deep.equal({ value: null, pointer: '/a' });
  });

  it('are followed no further than anything sensible leads', () => {
    const chain = (length: number): Record<string, unknown> =>
      Object.fromEntries(Array.from({ length }, (_, index) => [index, index === length - 1 ? 'end' : { $ref: `#/${index + 1}` }]));
    expect(follow(chain(32), '/0')).to.deep.equal({ value: 'end', pointer: '/31' });
    expect(follow(chain(33), '/0')).to.deep.equal({ value: undefined, pointer: '/32' });
    expect(follow({ a: { $ref: '#/a' } }, '/a').value).to.equal(undefined);
  });
});

describe('the alternatives of an error answer', () => {
  it('are those of oneOf and of anyOf, to the last', () => {
    const document = { a: { anyOf: [{ type: 'string' }, { $ref: '#/b' }] }, b: { oneOf: [{}, {}] }, c: { allOf: [{}] } };
    expect(alternatives(document, '/a')).to.deep.equal(['/a/anyOf/0', '/b/oneOf/0', '/b/oneOf/1']);
    expect(alternatives(document, '/c')).to.deep.equal(['/c']);
    expect(alternatives({ a: { oneOf: 5 } }, '/a')).to.deep.equal(['/a']);
    expect(alternatives({ a: null }, '/a')).to.deep.equal(['/a']);
  });
});

describe('the codes of an error answer', () => {
  const coded = (code: unknown): unknown => ({ properties: { error: { properties: { code } } } });
  const codes = (schema: unknown): string[] => codesAt({ schema }, '/schema', ['error', 'code']);

  it('are a constant or a choice, each once', () => {
    expect(codes(coded({ const: 'a.b' }))).to.deep.equal(['a.b']);
    expect(codes(coded({ enum: ['a.b', 'a.c', 'a.b'] }))).to.deep.equal(['a.b', 'a.c']);
    expect(codes(coded({ const: 'a.b', enum: ['a.c'] }))).to.deep.equal(['a.b']);
    expect(codes(coded({ type: 'string' }))).to.deep.equal([]);
  });
  it('are texts', () => {
    expect(codes(coded({ enum: ['a.b', 7, null] }))).to.deep.equal(['a.b']);
    expect(codes(coded({ const: 404 }))).to.deep.equal([]);
  });
  it('are found in what is put together, not in alternatives', () => {
    expect(codes({ allOf: [{}, coded({ const: 'a.b' })] })).to.deep.equal(['a.b']);
    expect(codes({ properties: { error: { allOf: [{ properties: { code: { const: 'a.b' } } }] } } })).to.deep.equal(['a.b']);
    expect(codes({ oneOf: [coded({ const: 'a.b' })] })).to.deep.equal([]);
  });
  it('are none where there is no schema', () => {
    for (const schema of [null, true, 'x', { properties: null }, { properties: { error: null } }]) expect(codes(schema)).to.deep.equal([]);
    expect(memberSchemas({}, '/none', [])).to.deep.equal([]);
  });
});

describe('magic values', () => {
  it('stand beside the reference to a schema, or in the schema', () => {
    const document = { beside: { $ref: '#/schema', 'x-magic': 'a' }, bare: { $ref: '#/schema' }, schema: { 'x-magic': 'b' } };
    expect(magicPlace(document, { pointer: '/beside' })).to.equal('/beside/x-magic');
    expect(magicPlace(document, { pointer: '/bare' })).to.equal('/schema/x-magic');
  });

  it('are put into members that bodies have in parts and alternatives as well', () => {
    const parts = ['allOf', 'oneOf', 'anyOf'];
    const schema = Object.fromEntries(parts.map((keyword) => [keyword, [{ properties: { name: { title: keyword } } }]]));
    const document = { post: { requestBody: { content: { 'application/json': { schema } } } } };
    const operation = { pointer: '/post', body: { json: { mediaType: 'application/json' } } } as unknown as Operation;
    expect(bodyMember(document, operation, '/name').map(({ value }) => value['title'])).to.deep.equal(parts);
    expect(bodyMember(document, { ...operation, body: undefined }, '/name')).to.deep.equal([]);
  });
});
