import type { z } from 'zod';
import { bracedPath } from '../answers.js';
import { definitionsOf } from '../../script/index.js';
import type { AdminRoute, RouteDoc } from '../../types.js';
import { GROUPS } from './groups.js';
import { REFUSALS, type RefusalStatus } from './refusals.js';
import type { DocumentSubject } from './routes.js';
import { schemasOf, type JsonSchema, type Schemas } from './schemas.js';

const JSON_TYPE = 'application/json';
const PROBLEM_TYPE = 'application/problem+json';
const TOKEN = 'adminToken';

/**
 * Describes routes of the control API as an OpenAPI 3.1 document.
 *
 * @example
 * documentOf(routes, { contract, version: '1.0.0', refuses: [403] }).openapi; // '3.1.0'
 */
export function documentOf(routes: readonly AdminRoute[], subject: DocumentSubject): Readonly<Record<string, unknown>> {
  const { contract, version, refuses } = subject;
  const docs = routes.flatMap(({ doc }) => doc ?? []);
  const schemas = schemasOf([...docs.flatMap(schemasIn), ...Object.values(REFUSALS).map(({ schema }) => schema)]);
  const known = definitionsOf(contract);
  const components = Object.entries(schemas.components).map(([id, schema]) => [id, { ...schema, ...known[id] }]);
  const byToken = refuses.includes(401);
  return {
    openapi: '3.1.0',
    info: {
      title: 'failpath control API',
      version,
      description: `Steers the mock of ${contract.title}: rules, stubs, time, and what has arrived. Refusals are ${PROBLEM_TYPE}.`,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: byToken ? [{ [TOKEN]: [] }] : [],
    tags: Object.entries(GROUPS)
      .filter(([name]) => docs.some(({ group }) => group === name))
      .map(([name, description]) => ({ name, description })),
    paths: pathsOf(routes, schemas, refuses),
    components: {
      schemas: Object.fromEntries(components) as Readonly<Record<string, JsonSchema>>,
      responses: refusalsOf(schemas, usedRefusals(docs, refuses)),
      ...(byToken
        ? { securitySchemes: { [TOKEN]: { type: 'http', scheme: 'bearer', description: 'The mock prints it at its start.' } } }
        : {}),
    },
  };
}

function schemasIn({ query = {}, body, answers }: RouteDoc): z.ZodType[] {
  return [...Object.values(query), ...(body === undefined ? [] : [body]), ...Object.values(answers)];
}

type Refuses = readonly RefusalStatus[];

function usedRefusals(docs: readonly RouteDoc[], everywhere: Refuses): Refuses {
  const statuses = Object.keys(REFUSALS).map((status) => Number(status) as RefusalStatus);
  return statuses.filter(
    (status) => status === 400 || everywhere.includes(status) || docs.some(({ refuses }) => refuses?.some((one) => one === status)),
  );
}

function refusalsOf(schemas: Schemas, statuses: Refuses): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    statuses.map((status) => {
      const { name, description, schema } = REFUSALS[status];
      return [name, { description, content: { [PROBLEM_TYPE]: { schema: schemas.of(schema) } } }];
    }),
  );
}

function pathsOf(routes: readonly AdminRoute[], schemas: Schemas, refuses: Refuses): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) (paths[bracedPath(route.path)] ??= {})[route.method.toLowerCase()] = operationOf(route, schemas, refuses);
  return Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function operationOf(route: AdminRoute, schemas: Schemas, refuses: Refuses): Readonly<Record<string, unknown>> {
  const { path, doc } = route;
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  const inQuery = Object.entries(doc?.query ?? {}).map(([name, schema]) => ({ name, in: 'query', ...describedSchema(schemas.of(schema)) }));
  const parameters = [...inPath, ...inQuery];
  return {
    operationId: idOf(route),
    summary: doc?.summary ?? `${route.method} ${bracedPath(path)}`,
    ...(doc?.description === undefined ? {} : { description: doc.description }),
    ...(doc === undefined ? {} : { tags: [doc.group] }),
    ...(doc?.unsupported === true ? { deprecated: true } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(doc?.body === undefined ? {} : { requestBody: bodyOf(doc.body, schemas) }),
    responses: responsesOf(doc, schemas, refuses),
  };
}

/** What a parameter is about stands beside its schema. */
function describedSchema({ description, ...schema }: JsonSchema): Readonly<Record<string, unknown>> {
  return { ...(description === undefined ? {} : { description }), schema };
}

function bodyOf(body: z.ZodType, schemas: Schemas): Readonly<Record<string, unknown>> {
  return { required: !body.safeParse(undefined).success, content: { [JSON_TYPE]: { schema: schemas.of(body) } } };
}

const DESCRIPTIONS: Readonly<Record<string, string>> = { 201: 'It has been added.', 503: 'Not now.' };
const NOTHING_SAID = { 200: { description: 'Done.' } };

function responsesOf(doc: RouteDoc | undefined, schemas: Schemas, everywhere: Refuses): Readonly<Record<string, unknown>> {
  const answers = Object.entries(doc?.answers ?? {}).map(([status, schema]) => {
    const content = { [doc?.mediaType ?? JSON_TYPE]: { schema: schemas.of(schema) } };
    return [status, { description: DESCRIPTIONS[status] ?? 'Done.', content }] as const;
  });
  // A body that is no JSON is refused by every route.
  const refusals = ([400, ...everywhere, ...(doc?.refuses ?? [])] as const).map((status) => {
    return [String(status), { $ref: `#/components/responses/${REFUSALS[status].name}` }] as const;
  });
  return {
    ...(doc === undefined ? NOTHING_SAID : {}),
    ...Object.fromEntries([...answers, ...refusals].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** Such as `putOrganizationsById`. */
function idOf({ method, path }: AdminRoute): string {
  const words = path
    .split('/')
    .slice(2)
    .flatMap((part) => (part.startsWith(':') ? ['by', part.slice(1)] : part.split(/[^A-Za-z\d]+/)));
  const name = words.map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`).join('');
  return `${method.toLowerCase()}${name === '' ? 'Index' : name}`;
}
