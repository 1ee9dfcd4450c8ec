import { z } from 'zod';

/** What WireMock says of one text. Just one of the matchers is given; the other members belong to one of them. */
export interface ContentPattern {
  readonly equalTo?: string | undefined;
  readonly caseInsensitive?: boolean | null | undefined;
  readonly contains?: string | undefined;
  readonly doesNotContain?: string | undefined;
  readonly matches?: string | undefined;
  readonly doesNotMatch?: string | undefined;
  readonly absent?: true | '(absent)' | undefined;
  readonly anything?: true | '(always)' | undefined;
  /** A JSON value, or JSON in a text. */
  readonly equalToJson?: unknown;
  readonly ignoreArrayOrder?: boolean | null | undefined;
  readonly ignoreExtraElements?: boolean | null | undefined;
  readonly matchesJsonPath?: string | JsonPathPattern | undefined;
  readonly not?: ContentPattern | undefined;
  readonly and?: readonly ContentPattern[] | undefined;
  readonly or?: readonly ContentPattern[] | undefined;
}

/** What is said of the values that a path leads to. */
export interface JsonPathPattern extends ContentPattern {
  readonly expression: string;
}

/** What is said of several values: at least these, or just these. */
export type MultiValuePattern =
  ContentPattern | { readonly includes: readonly ContentPattern[] } | { readonly hasExactly: readonly ContentPattern[] };

const MATCHERS = [
  'equalTo',
  'contains',
  'doesNotContain',
  'matches',
  'doesNotMatch',
  'absent',
  'anything',
  'equalToJson',
  'matchesJsonPath',
  'not',
  'and',
  'or',
] as const;

/** Options, and the matchers that have them. */
const OPTIONS = { caseInsensitive: 'equalTo', ignoreArrayOrder: 'equalToJson', ignoreExtraElements: 'equalToJson' } as const;

const flag = z.boolean('must be true or false').nullish();
const text = (): z.ZodOptional<z.ZodString> => z.string('must be a text').optional();
const several = z
  .array(
    z.lazy(() => contentPattern),
    'must be a list of matchers',
  )
  .min(1, 'must have at least one matcher')
  .max(100, 'must have at most 100 matchers');

const members = {
  equalTo: text(),
  caseInsensitive: flag,
  contains: text(),
  doesNotContain: text(),
  matches: text(),
  doesNotMatch: text(),
  absent: z.literal([true, '(absent)'], 'must be true').optional(),
  anything: z.literal([true, '(always)'], 'must be true').optional(),
  equalToJson: z.unknown().optional(),
  ignoreArrayOrder: flag,
  ignoreExtraElements: flag,
  matchesJsonPath: z
    .unknown()
    .optional()
    .transform((value, context) => nested(value, context))
    .describe('A JSONPath, or {"expression": "$.title"} with a matcher of what it leads to.'),
  not: z.lazy(() => contentPattern).optional(),
  and: several.optional(),
  or: several.optional(),
};

export const contentPattern: z.ZodType<ContentPattern> = z
  .strictObject(members, 'must be an object such as {"equalTo": "x"}')
  .superRefine(oneMatcher)
  .meta({ id: 'ContentPattern', description: `One of ${MATCHERS.join(', ')}.` });

const jsonPathPattern: z.ZodType<JsonPathPattern> = z
  .strictObject({ expression: z.string('must be a JSONPath'), ...members })
  .superRefine(oneMatcher);

/** Either form of a path; a union of the two would only say that neither fits. */
function nested(value: unknown, context: z.RefinementCtx): string | JsonPathPattern | undefined {
  if (value === undefined || typeof value === 'string') return value;
  const parsed = jsonPathPattern.safeParse(value);
  if (parsed.success) return parsed.data;
  forward(parsed.error.issues, context);
  return z.NEVER;
}

/** What an inner schema has found becomes what the outer one has found; unknown members keep their names. */
function forward(issues: readonly z.core.$ZodIssue[], context: z.RefinementCtx): void {
  for (const { path, message, ...issue } of issues) {
    if (issue.code === 'unrecognized_keys') context.addIssue({ code: issue.code, keys: issue.keys, path: [...path], message, input: {} });
    else context.addIssue({ code: 'custom', path: [...path], message });
  }
}

function oneMatcher(pattern: object, context: z.RefinementCtx): void {
  const given = MATCHERS.filter((name) => Object.hasOwn(pattern, name) && (pattern as ContentPattern)[name] !== undefined);
  // A matcher that is not known is named already.
  const isNamed = given.length === 0 && context.issues.some(({ code }) => code === 'unrecognized_keys');
  if (given.length !== 1 && !isNamed) {
    const said = given.length === 0 ? 'names no matcher' : `names ${given.join(' and ')}`;
    context.addIssue({ code: 'custom', message: `${said}; it must name one of ${MATCHERS.join(', ')}` });
  }
  for (const [option, matcher] of Object.entries(OPTIONS)) {
    const value = (pattern as Readonly<Record<string, unknown>>)[option];
    if (value === undefined || value === null || given.includes(matcher)) continue;
    context.addIssue({ code: 'custom', path: [option], message: `is an option of ${matcher}` });
  }
}

const manyValues = z.union([z.strictObject({ includes: several }), z.strictObject({ hasExactly: several })]);

/** As JSON Schema, which cannot see into a function. */
const CONTENT = { $ref: '#/$defs/ContentPattern' };
const many = (name: string): object => ({
  type: 'object',
  properties: { [name]: { type: 'array', items: CONTENT } },
  required: [name],
});

const multiValuePattern = z
  .unknown()
  .transform((value, context): MultiValuePattern => {
    const isMany = typeof value === 'object' && value !== null && ('includes' in value || 'hasExactly' in value);
    const parsed = isMany ? manyValues.safeParse(value) : contentPattern.safeParse(value);
    if (parsed.success) return parsed.data;
    forward(parsed.error.issues, context);
    return z.NEVER;
  })
  .meta({
    id: 'MultiValuePattern',
    description: 'Of one of the values, or with includes or hasExactly of several.',
    anyOf: [CONTENT, many('includes'), many('hasExactly')],
  });

const named = <T extends z.ZodType>(pattern: T): z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, T>>> =>
  z.record(z.string(), pattern, 'must be an object of names and matchers').nullish();

/** How many ways there are to say which URL is meant; one of them at most is used. */
export const URL_MEMBERS = ['url', 'urlPath', 'urlPattern', 'urlPathPattern', 'urlPathTemplate'] as const;

const nullableText = z.string('must be a text').nullish();

export const requestPattern = z
  .strictObject(
    {
      method: z.stringFormat('method', /^[A-Za-z]+$/, 'must be one method, such as GET, or ANY').nullish(),
      url: nullableText,
      urlPath: nullableText,
      urlPattern: nullableText,
      urlPathPattern: nullableText,
      urlPathTemplate: nullableText,
      pathParameters: named(contentPattern),
      queryParameters: named(multiValuePattern),
      formParameters: named(multiValuePattern),
      headers: named(multiValuePattern),
      cookies: named(contentPattern),
      basicAuthCredentials: z.strictObject({ username: z.string(), password: z.string() }).nullish(),
      bodyPatterns: z.array(contentPattern, 'must be a list of matchers').max(100, 'must have at most 100 matchers').nullish(),
    },
    'must be a request pattern such as {"method": "GET", "urlPath": "/v1/works"}',
  )
  .superRefine((pattern, context) => {
    const urls = URL_MEMBERS.filter((name) => typeof pattern[name] === 'string');
    if (urls.length > 1) context.addIssue({ code: 'custom', message: `names ${urls.join(' and ')}, of which only one can be given` });
    const parameters = Object.keys(pattern.pathParameters ?? {});
    const [unknown] = parameters.filter((name) => !(pattern.urlPathTemplate ?? '').includes(`{${name}}`));
    if (unknown === undefined) return;
    context.addIssue({ code: 'custom', path: ['pathParameters', unknown], message: 'is no variable of urlPathTemplate' });
  })
  .meta({ id: 'RequestPattern', description: 'What a request must be; what is left out does not matter.' });

/** A request pattern as WireMock's clients write it; `null` is as good as nothing. */
export type RequestPattern = z.output<typeof requestPattern>;

/** A request as it is logged, of which only what rules look at matters. */
export const loggedInput = z
  .looseObject({
    method: z.string().max(50).nullish(),
    url: z.string('must be a path with its query').max(100_000).startsWith('/', 'must begin with a slash').nullish(),
    absoluteUrl: z.url('must be a URL').max(100_000).nullish(),
    headers: z.record(z.string(), z.union([z.string(), z.array(z.string())]), 'must be an object of texts').nullish(),
    cookies: z.unknown().optional(),
    body: z.string('must be a text').nullish(),
  })
  .meta({ id: 'AskedRequest', description: 'A request, as far as rules look at it.' });
