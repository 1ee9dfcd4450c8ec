import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { parse } from 'yaml';
import { atsSuite, deploymentJsonSchema, loadDeployment } from '../../contracts/index.js';
import { atsContract, repository, withFiles } from './support.js';

const page = readFileSync(join(repository, 'docs/deployments.md'), 'utf8');
const SCHEMA = join(repository, 'schemas/deployment.schema.json');
const schema = JSON.parse(readFileSync(SCHEMA, 'utf8')) as Readonly<Record<string, unknown>>;
const EXAMPLES = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, yaml = '']) => yaml);

/** The rows of the table whose first column has this title. */
function table(title: string): string[][] {
  const [, rows = ''] = new RegExp(`^\\| ${title} [^\\n]*\\n\\|[-| ]+\\n((?:\\|.*\\n)+)`, 'm').exec(page) ?? [];
  return rows
    .trimEnd()
    .split('\n')
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}
const names = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

describe('the JSON Schema of deployment files', () => {
  it('is current (else: UPDATE_GOLDENS=1)', () => {
    const current = deploymentJsonSchema();
    if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(SCHEMA, `${JSON.stringify(current, null, 2)}\n`);
    expect(JSON.parse(readFileSync(SCHEMA, 'utf8'))).to.deep.equal(current);
  });

  it('says what it is, for editors', () => {
    expect(schema).to.include({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'failpath deployment file',
      type: 'object',
    });
  });

  const validate = new Ajv2020({ strict: false }).compile(schema);
  it('accepts what is accepted, and refuses what it can', () => {
    const table: readonly [yaml: string, valid: boolean][] = [
      ['url: https://h', true],
      ['url: ${URL}', true],
      ['url: h', false],
      ['organization: org', false],
      ['{url: https://h, identities: {active: "${KEY}"}}', true],
      ['{url: https://h, identities: {active: plain}}', false],
      ['{url: https://h, capabilities: {clock.advance: {set: {url: /c}}}}', true],
      ['{url: https://h, capabilities: {clock.advance: {set: {}}}}', false],
      ['{url: https://h, capabilities: {clock.stop: false}}', false],
      ['{url: https://h, unknown: 1}', false],
    ];
    for (const [yaml, valid] of table) expect(validate(parse(yaml)), yaml).to.equal(valid);
  });

  it('accepts every example of the page', () => {
    for (const yaml of EXAMPLES) expect(validate(parse(yaml)), `${yaml}\n${JSON.stringify(validate.errors)}`).to.equal(true);
  });
});

describe('docs/deployments.md', () => {
  it('has examples that can be loaded', async () => {
    expect(EXAMPLES).to.have.length.of.at.least(3);
    for (const yaml of EXAMPLES) {
      const variables = [...yaml.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name);
      const environment = Object.fromEntries(variables.map((name) => [name, `value-of-${name.toLowerCase().replaceAll('_', '-')}`]));
      const { url } = await withFiles({ 'staging.yaml': yaml, 'staging-ca.pem': '' }, (folder) =>
        loadDeployment(join(folder, 'staging.yaml'), environment),
      );
      expect(url).to.match(/^https:\/\//);
    }
  });

  it('explains every member of a file', () => {
    const explained = new Set(table('member').flatMap(([member]) => names(member)));
    const members = Object.keys(schema['properties'] as object);
    for (const member of members)
      expect(
        [...explained].some((name) => name === member || name.startsWith(`${member}.`)),
        member,
      ).to.equal(true);
    for (const name of explained) expect(members, name).to.include(name.split('.')[0]);
  });

  it('shows every member of a file', () => {
    const shown = new Set(EXAMPLES.flatMap((yaml) => Object.keys(parse(yaml) as object)));
    expect([...shown]).to.have.members(Object.keys(schema['properties'] as object));
  });

  it('lists every capability with the codes that need it, and no other', async () => {
    const contract = await atsContract();
    const needed = new Map<string, Set<string>>();
    const add = (need: string, code?: string): void => {
      // Uploads that everything needs are said in words.
      if (need === 'upload:1044') return;
      const codes = needed.get(need) ?? new Set<string>();
      if (code !== undefined) codes.add(code);
      needed.set(need, codes);
    };
    for (const { needs = [], code } of atsSuite.paths) for (const need of needs) add(need, code);
    // What has to expire rests on it.
    add('clock.advance');
    for (const { needs } of Object.values(atsSuite.scenarios)) for (const need of needs) add(need);
    for (const { needs } of Object.values(atsSuite.webhooks?.triggers ?? {})) for (const need of needs) add(need);
    const rows = table('capability').map(([capability, codes]) => [names(capability)[0], names(codes).sort()]);
    expect(Object.fromEntries(rows)).to.deep.equal(Object.fromEntries([...needed].map(([need, codes]) => [need, [...codes].sort()])));
    const declared = new Set(contract.failures.map(({ code }) => code));
    for (const [, codes] of rows) for (const code of codes ?? []) expect(declared.has(code), code).to.equal(true);
  });

  it('lists every identity that a path asks for', () => {
    const listed = table('identity').flatMap(([identity]) => names(identity));
    const asked = atsSuite.paths.flatMap(({ needs = [] }) =>
      needs.flatMap((need) => (need.startsWith('identity:') ? [need.slice('identity:'.length)] : [])),
    );
    expect(listed).to.include.members([...new Set(asked), 'admin', 'otherOrg', ...Object.values(atsSuite.identityOf)]);
  });

  it('leads to headings that are there', () => {
    const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
    for (const [, anchor = ''] of page.matchAll(/\]\(#([^)]+)\)/g)) expect(headings).to.include(anchor);
  });
});
