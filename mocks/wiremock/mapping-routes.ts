import { addAll } from '../script/add-all.js';
import type { Rule } from '../script/types.js';
import type { AdminAnswer, AdminRoute } from '../types.js';
import { DONE, notFound, ok, refused, route } from './answers.js';
import { bodyContent, compileContent } from './content.js';
import { mappingDocs as docs } from './docs.js';
import { errorAt, RefusedInput, Unsuitable, type StubError } from './errors.js';
import { fromRule } from './from-rule.js';
import { parseWith } from './request-pattern.js';
import { contentPattern } from './schema.js';
import { filterInSlices } from './slices.js';
import { stubImport } from './stub-schema.js';
import { toRule, type ToRuleOptions } from './to-rule.js';
import type { StubJson, WireMockSubject } from './types.js';

/** Where rules of this API come from. */
export const SOURCE = 'admin';

/** The routes of stubs, which are the rules of this mock. */
export function mappingRoutes(subject: WireMockSubject): readonly AdminRoute[] {
  const { scripts } = subject;
  const options: ToRuleOptions = { mayProxyTo: (base) => subject.mayProxyTo?.(base) ?? false };
  const read = (stub: unknown, more: ToRuleOptions = {}): Rule => toRule(stub, SOURCE, { ...options, ...more });
  const find = (id: string): Rule | undefined => scripts.rules.find((rule) => rule.id === id);
  const known = (id: string, then: (rule: Rule) => AdminAnswer): AdminAnswer => {
    const rule = find(id);
    return rule === undefined ? notFound(`There is no stub ${JSON.stringify(id.slice(0, 60))}`) : then(rule);
  };
  return [
    route('GET', '/mappings', ({ query }) => listed(inOrder(scripts.rules), query), docs.list),
    route(
      'POST',
      '/mappings',
      ({ body }) => {
        const rule = read(body);
        scripts.add(rule);
        return { status: 201, body: rule.stub };
      },
      docs.add,
    ),
    route(
      'DELETE',
      '/mappings',
      () => {
        scripts.clear();
        return DONE;
      },
      docs.clear,
    ),
    route(
      'POST',
      '/mappings/reset',
      () => {
        resetMappings(subject);
        return DONE;
      },
      docs.reset,
    ),
    route('POST', '/mappings/import', ({ body }) => importStubs(subject, body, read), docs.import),
    route(
      'POST',
      '/mappings/find-by-metadata',
      async ({ body }) => {
        const found = await withMetadata(scripts.rules, body);
        return ok({ mappings: inOrder(found).map(fromRule), meta: { total: found.length } });
      },
      docs.findByMetadata,
    ),
    route(
      'POST',
      '/mappings/remove-by-metadata',
      async ({ body }) => {
        for (const { id } of await withMetadata(scripts.rules, body)) scripts.remove(id);
        return DONE;
      },
      docs.removeByMetadata,
    ),
    route('GET', '/mappings/:id', ({ params }) => known(params['id'] ?? '', (rule) => ok(fromRule(rule))), docs.show),
    route(
      'PUT',
      '/mappings/:id',
      ({ params, body }) =>
        known(params['id'] ?? '', ({ id }) => {
          const rule = read(withoutId(body), { id });
          scripts.add(rule);
          return ok(rule.stub);
        }),
      docs.change,
    ),
    route(
      'DELETE',
      '/mappings/:id',
      ({ params }) =>
        known(params['id'] ?? '', ({ id }) => {
          scripts.remove(id);
          return DONE;
        }),
      docs.remove,
    ),
  ];
}

/** Every stub of this API is gone, and every rule that files declare is there again, in its first state. */
export function resetMappings(subject: Pick<WireMockSubject, 'scripts' | 'restoreDefaults'>): void {
  subject.scripts.clear();
  subject.scripts.resetScenarios();
  subject.restoreDefaults();
}

/** The id in the path is the one that counts. */
function withoutId(stub: unknown): unknown {
  if (typeof stub !== 'object' || stub === null || Array.isArray(stub)) return stub;
  const { id: _, uuid: __, ...others } = stub as StubJson;
  return others;
}

/** As they are asked: by priority, the newest first. */
function inOrder(rules: readonly Rule[]): Rule[] {
  return rules.toReversed().sort((a, b) => a.priority - b.priority);
}

function listed(rules: readonly Rule[], query: URLSearchParams): AdminAnswer {
  const limit = countIn(query, 'limit') ?? rules.length;
  const offset = countIn(query, 'offset') ?? 0;
  return ok({ mappings: rules.slice(offset, offset + limit).map(fromRule), meta: { total: rules.length } });
}

/** @throws {RefusedInput} */
export function countIn(query: URLSearchParams, name: string): number | undefined {
  const written = query.get(name);
  if (written === null) return undefined;
  if (/^\d{1,9}$/.test(written)) return Number(written);
  throw new RefusedInput([{ code: 10, title: 'Not usable', detail: `${name} is not a whole number. Say, for instance, ?${name}=10.` }]);
}

/**
 * The rules whose stub has metadata as a content pattern says.
 *
 * @throws {RefusedInput}
 */
export async function withMetadata(rules: readonly Rule[], body: unknown): Promise<Rule[]> {
  const pattern = parseWith(contentPattern, body);
  try {
    const { matches } = compileContent(pattern);
    const holds = ({ stub }: Rule): boolean => {
      const metadata = stub?.['metadata'];
      return metadata !== undefined && metadata !== null && matches(bodyContent(JSON.stringify(metadata), () => metadata));
    };
    return await filterInSlices(rules, holds);
  } catch (error) {
    if (error instanceof Unsuitable) throw new RefusedInput([errorAt([], 'Not usable', error.message)]);
    throw error;
  }
}

/** All of them, or none: half an import would be a state that nobody has asked for. */
function importStubs({ scripts }: WireMockSubject, body: unknown, read: (stub: unknown, options: ToRuleOptions) => Rule): AdminAnswer {
  const { mappings, importOptions } = parseWith(stubImport, body);
  const errors: StubError[] = [];
  const rules = mappings.flatMap((stub, index): Rule[] => {
    try {
      return [read(stub, { path: ['mappings', index] })];
    } catch (error) {
      if (!(error instanceof RefusedInput)) throw error;
      errors.push(...error.errors);
      return [];
    }
  });
  if (errors.length > 0) return refused(422, errors);
  const before = scripts.rules;
  const present = new Set(before.map(({ id }) => id));
  // As a listing has them: the first is asked first, so it is added last.
  const added = rules.toReversed().filter(({ id }) => importOptions?.duplicatePolicy !== 'IGNORE' || !present.has(id));
  addAll(scripts, added);
  if (importOptions?.deleteAllNotInImport === true) {
    const kept = new Set(rules.map(({ id }) => id));
    for (const { id } of before) if (!kept.has(id)) scripts.remove(id);
  }
  return DONE;
}
