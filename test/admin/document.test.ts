import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConfig, lint } from '@redocly/openapi-core';
import { expect } from 'chai';
import type { OpenAPIV3_1 } from 'openapi-types';
import type { Mock, SandboxFactory } from '../../mocks/index.js';
import { mocks, send } from '../mock/support.js';
import { documentOf, routesIn } from './support.js';

/** What Redocly has against a document: by its rules for what is wrong, and by those for what is poor. */
async function lintDocument(document: unknown, rules: 'spec' | 'recommended'): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'document-'));
  try {
    const ref = join(folder, 'openapi.json');
    writeFileSync(ref, JSON.stringify(document));
    const problems = await lint({ ref, config: await createConfig({ extends: [rules] }) });
    return problems.map(({ ruleId, message, location: [place] }) => `${ruleId}: ${message} ${place?.pointer ?? ''}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const routesOf = async (mock: Mock<unknown>, init: RequestInit = {}): Promise<string[]> => {
  const { routes } = (await send(mock, 'GET', '/__admin', init)).body as { routes: string[] };
  return routes;
};

function operationsIn(document: OpenAPIV3_1.Document): OpenAPIV3_1.OperationObject[] {
  return Object.values(document.paths ?? {}).flatMap((item) =>
    [item?.get, item?.put, item?.post, item?.delete].flatMap((one) => one ?? []),
  );
}

describe('control API: document', () => {
  const started = mocks();
  let mock: Mock;
  let document: OpenAPIV3_1.Document;
  before(async () => {
    mock = await started.start();
    document = await documentOf(mock);
  });
  after(() => started.closeAll());

  it('is OpenAPI 3.1', async () => {
    expect(document.openapi).to.equal('3.1.0');
    expect(await lintDocument(document, 'spec')).to.deep.equal([]);
  });

  it('is good OpenAPI; routes that are not supported have no success', async () => {
    const problems = await lintDocument(document, 'recommended');
    const unsupported = operationsIn(document).filter(({ deprecated }) => deprecated === true);
    expect(unsupported).to.have.lengthOf(7);
    expect(problems.filter((problem) => !problem.startsWith('operation-2xx-response'))).to.deep.equal([]);
    expect(problems).to.have.lengthOf(unsupported.length);
    expect(await lintDocument({ ...document, paths: { '/x': { get: { responses: [] } } } }, 'spec')).to.have.lengthOf.at.least(1);
  });

  it('has the routes of the mock, all of them and no others', async () => {
    expect(routesIn(document).sort()).to.deep.equal(await routesOf(mock));
    const { routes } = (await send(mock, 'GET', '/__admin/nix')).body as { routes: string[] };
    expect(routesIn(document).sort()).to.deep.equal(routes);
  });

  it('says of each what it does, in a group that is described, under a name of its own', () => {
    const operations = operationsIn(document);
    const groups = (document.tags ?? []).map(({ name }) => name);
    expect(operations.filter(({ tags, responses }) => tags?.length !== 1 || responses === undefined)).to.deep.equal([]);
    expect(operations.flatMap(({ tags = [] }) => tags).filter((tag) => !groups.includes(tag))).to.deep.equal([]);
    expect(operations.filter(({ summary = '' }) => summary === '' || /^[A-Z]+ \//.test(summary))).to.deep.equal([]);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).to.equal(operations.length);
  });

  it('uses all of its components', () => {
    const text = JSON.stringify(document);
    const names = Object.entries(document.components ?? {}).flatMap(([kind, members]) =>
      Object.keys(members).map((name) => `#/components/${kind}/${name}`),
    );
    expect(names.filter((name) => !text.includes(`"${name}"`))).to.deep.equal([]);
    expect(names).to.include('#/components/schemas/StubMapping');
  });

  it('knows the operations and codes of the contract', () => {
    const { operation, code } = (document.components?.schemas ?? {}) as Record<string, { anyOf?: { enum?: string[] }[]; enum?: string[] }>;
    expect(operation?.anyOf?.[0]?.enum).to.deep.equal(mock.contract.operations.map(({ id }) => id));
    expect(code?.enum).to.include('common.service_unavailable');
  });

  it('asks for a token where the mock does, and knows no secret', async () => {
    expect(document.security).to.deep.equal([]);
    expect(Object.keys(document.components?.responses ?? {}))
      .to.include('NotLocal')
      .and.to.not.include('TokenNeeded');
    const guarded = await started.start({ adminToken: 'open sesame', host: '0.0.0.0' });
    expect((await send(guarded, 'GET', '/__admin/openapi.json')).status).to.equal(401);
    const seen = await documentOf(guarded, { headers: { authorization: 'Bearer open sesame' } });
    expect(seen.security).to.deep.equal([{ adminToken: [] }]);
    expect(Object.keys(seen.components?.responses ?? {}))
      .to.include('TokenNeeded')
      .and.to.not.include('NotLocal');
    expect(JSON.stringify(seen)).to.not.include('sesame');
    expect(await lintDocument(seen, 'spec')).to.deep.equal([]);
  });

  it('has no routes of a sandbox that is not there', async () => {
    const bare = await started.start<undefined>({ sandbox: false });
    const seen = await documentOf(bare);
    expect(
      routesIn(document)
        .filter((route) => !routesIn(seen).includes(route))
        .sort(),
    ).to.deep.equal([
      'DELETE /__admin/webhooks',
      ...['GET /__admin/faults', 'GET /__admin/organizations/{id}', 'GET /__admin/webhooks', 'GET /__admin/webhooks/settings'],
      ...['GET /__admin/webhooks/{id}', 'POST /__admin/webhooks/{id}/replay', 'PUT /__admin/faults', 'PUT /__admin/organizations/{id}'],
      'PUT /__admin/webhooks/settings',
    ]);
    expect(Object.keys(seen.components?.schemas ?? {})).to.not.include('Faults');
    expect(await lintDocument(seen, 'spec')).to.deep.equal([]);
  });

  it('lists a route of somebody else’s sandbox that says nothing of itself', async () => {
    const sandbox: SandboxFactory = () => ({
      answer: () => undefined,
      particulars: () => ({}),
      elsewhere: () => undefined,
      identity: () => 'none',
      identities: [],
      knows: () => false,
      remembers: () => [],
      world: {},
      admin: [{ method: 'PUT', path: '/weather/:place', handle: () => ({ status: 200, body: {} }) }],
      reset: () => undefined,
    });
    const seen = await documentOf(await started.start({ sandbox }));
    expect(seen.paths?.['/__admin/weather/{place}']?.put?.summary).to.equal('PUT /__admin/weather/{place}');
    expect(await lintDocument(seen, 'spec')).to.deep.equal([]);
  });
});
