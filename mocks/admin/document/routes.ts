import { z } from 'zod';
import type { Contract } from '../../../spec/index.js';
import { ADMIN, ok, route, routeName } from '../answers.js';
import type { AdminRoute } from '../../types.js';
import { documentOf } from './document.js';

/** What the document says besides the routes. */
export interface DocumentSubject {
  readonly contract: Contract;
  readonly version: string;
  /** How requests are refused before any route is asked. */
  readonly refuses: readonly (401 | 403)[];
}

/** Where the document is. */
const PATH = '/openapi.json';

/** Routes, and with them an index of them all and the document that describes them, each written when it is first asked for. */
export function withDocument(routes: readonly AdminRoute[], subject: DocumentSubject): readonly AdminRoute[] {
  const { title } = subject.contract;
  let document: Readonly<Record<string, unknown>> | undefined;
  const all: readonly AdminRoute[] = [
    ...routes,
    route('GET', '', () => ok({ mock: title, document: `${ADMIN}${PATH}`, routes: all.map(routeName).sort() }), {
      group: 'mock',
      summary: 'All routes',
      answers: { 200: z.object({ mock: z.string(), document: z.string(), routes: z.array(z.string()) }) },
    }),
    route('GET', PATH, () => ok((document ??= documentOf(all, subject))), {
      group: 'mock',
      summary: 'These routes as an OpenAPI 3.1 document',
      answers: { 200: z.looseObject({ openapi: z.string() }) },
    }),
  ];
  return all;
}
