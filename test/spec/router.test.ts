import { expect } from 'chai';
import type { Operation } from '../../spec/index.js';
import { createRouter, isRoutable } from '../../spec/router.js';

function router(...routes: readonly string[]): (request: string) => string | undefined {
  const operations = routes.map((route) => {
    const [method = '', path = ''] = route.split(' ');
    return { id: route, method, path } as Operation;
  });
  const find = createRouter(operations);
  return (request) => {
    const [method = '', path = ''] = request.split(' ');
    const found = find(method, path);
    return found && `${found.operation.id} ${JSON.stringify(found.params)}`;
  };
}

describe('the router', () => {
  it('tells methods and paths apart', () => {
    const route = router('GET /things', 'POST /things', 'GET /things/{id}');
    expect(route('GET /things')).to.equal('GET /things {}');
    expect(route('POST /things')).to.equal('POST /things {}');
    expect(route('GET /things/7')).to.equal('GET /things/{id} {"id":"7"}');
    for (const unknown of ['DELETE /things', 'GET /thing', 'GET /things/', 'GET /things/7/8', 'GET /THINGS', 'NONSENSE /things']) {
      expect(route(unknown), unknown).to.equal(undefined);
    }
  });

  it('prefers a fixed segment to a parameter, whatever the order', () => {
    const route = router('GET /works/{id}', 'GET /works/init', 'GET /{any}/init');
    expect(route('GET /works/init')).to.equal('GET /works/init {}');
    expect(route('GET /works/other')).to.equal('GET /works/{id} {"id":"other"}');
    expect(route('GET /else/init')).to.equal('GET /{any}/init {"any":"else"}');
  });

  it('decodes parameters, and names them as the document does', () => {
    const route = router('GET /{a-b}/{a.b}/{a_b}');
    expect(route('GET /%C3%A9/x%2Fy/a%20b')).to.equal('GET /{a-b}/{a.b}/{a_b} {"a-b":"é","a.b":"x/y","a_b":"a b"}');
    expect(route('GET /%zz/x/y')).to.equal(undefined);
  });

  it('knows parameters as long as a token, and none that is empty', () => {
    const route = router('GET /keys/{key}', 'GET /keys/{key}/use');
    const key = 'k'.repeat(4096);
    expect(route(`GET /keys/${key}`)).to.equal(`GET /keys/{key} {"key":"${key}"}`);
    expect(route(`GET /keys/${key}/use`)).to.equal(`GET /keys/{key}/use {"key":"${key}"}`);
    expect(route('GET /keys/')).to.equal(undefined);
    expect(route('GET /keys//use')).to.equal(undefined);
  });

  it('knows parameters that share their segment with text', () => {
    const route = router(
      'POST /works/{id}:confirm',
      'GET /works/{id}',
      'GET /files/{name}.{type}',
      "GET /Users('{id}')",
      'GET /compare/{base}...{head}',
      'GET /span/{from}to{until}',
    );
    expect(route('GET /span/1to2')).to.equal('GET /span/{from}to{until} {"from":"1","until":"2"}');
    expect(route('POST /works/7:confirm')).to.equal('POST /works/{id}:confirm {"id":"7"}');
    expect(route('GET /works/7:confirm')).to.equal('GET /works/{id} {"id":"7:confirm"}');
    expect(route('GET /files/a.json')).to.equal('GET /files/{name}.{type} {"name":"a","type":"json"}');
    expect(route("GET /Users('7')")).to.equal(`GET /Users('{id}') {"id":"7"}`);
    expect(route('GET /compare/main...dev')).to.equal('GET /compare/{base}...{head} {"base":"main","head":"dev"}');
  });

  it('takes the first of two paths that differ in names only', () => {
    const route = router('GET /things/{id}', 'GET /things/{name}');
    expect(route('GET /things/7')).to.equal('GET /things/{id} {"id":"7"}');
  });

  it('leaves out what no request can reach', () => {
    const route = router('GET /a*', 'GET no-slash', 'GET /a?b', 'GET /ok');
    expect(route('GET /ok')).to.equal('GET /ok {}');
    expect(route('GET /abc')).to.equal(undefined);
    expect(['/a*', 'no-slash', '/a?b', '/a#b', '/ok/{id}'].map(isRoutable)).to.deep.equal([false, false, false, false, true]);
  });

  it('finds each of a thousand routes', () => {
    const routes = Array.from({ length: 1000 }, (_, index) => `GET /r${index}/{id}/s${index % 7}`);
    const route = router(...routes);
    for (const [index, name] of routes.entries()) expect(route(`GET /r${index}/x/s${index % 7}`)).to.equal(`${name} {"id":"x"}`);
  });
});
