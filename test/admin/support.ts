import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { OpenAPIV3_1 } from 'openapi-types';
import { jsonPointer } from '../../spec/index.js';
import { send } from '../mock/support.js';

/** The document that a running mock serves. */
export async function documentOf(mock: { readonly url: string }, init: RequestInit = {}): Promise<OpenAPIV3_1.Document> {
  const seen = await send(mock, 'GET', '/__admin/openapi.json', init);
  if (seen.status !== 200) throw new Error(`${seen.status} ${seen.text}`);
  return seen.body as OpenAPIV3_1.Document;
}

const METHODS = ['get', 'put', 'post', 'delete'] as const;

/** The routes of a document, such as `GET /__admin/clock`. */
export function routesIn(document: OpenAPIV3_1.Document): string[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.filter((method) => item?.[method] !== undefined).map((method) => `${method.toUpperCase()} ${path}`),
  );
}

/** What a value has against a schema of the document. */
export type Judge = (place: readonly string[], value: unknown) => string[];

/**
 * Compiles a document's schemas on demand. Objects that declare members may have no others: whatever the mock says is
 * to be in the document.
 */
export function judgeOf(document: OpenAPIV3_1.Document): Judge {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema({ ...(closed(document) as object), $id: 'document' });
  const compiled = new Map<string, ReturnType<typeof ajv.compile>>();
  return (place, value) => {
    const pointer = jsonPointer.join('', ...place);
    if (jsonPointer.get(document, pointer) === undefined) return [`the document has no ${pointer}`];
    const fragment = place.map((name) => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
    const check = compiled.get(pointer) ?? ajv.compile({ $ref: `document#/${fragment}` });
    compiled.set(pointer, check);
    return check(value) ? [] : (check.errors ?? []).map(sayError);
  };
}

function sayError({ instancePath, message, params }: ErrorObject): string {
  return `${instancePath} ${message} ${JSON.stringify(params)}`;
}

function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const members = Object.fromEntries(Object.entries(node).map(([name, member]) => [name, closed(member)]));
  const open = members['type'] === 'object' && members['properties'] !== undefined && members['additionalProperties'] === undefined;
  return open ? { ...members, additionalProperties: false } : members;
}

/** Where the schema of an answer stands, once references are followed. */
export function answerPlace(document: OpenAPIV3_1.Document, route: string, status: number, type: string): readonly string[] {
  const [method = '', path = ''] = route.split(' ');
  const place = ['paths', path, method.toLowerCase(), 'responses', String(status)];
  const answer = jsonPointer.get(document, jsonPointer.join('', ...place)) as { $ref?: string } | undefined;
  const named = answer?.$ref?.split('/').slice(1) ?? place;
  return [...named, 'content', type.replace(/;.*/, ''), 'schema'];
}
