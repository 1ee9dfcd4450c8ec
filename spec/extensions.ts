import { z } from 'zod';
import type { Finding } from './errors.js';
import { join } from './pointer.js';
import { closest } from './refs.js';
import type { Contract, DeliveryTerms, EnvelopePointers, Limit } from './types.js';

/** The root member `x-failpath`: what OpenAPI has no words for. */
export interface Extension {
  api?: string | undefined;
  envelope: EnvelopePointers;
  refusals: { unknownRoute?: string | undefined; malformedBody?: string | undefined; invalidBody?: string | undefined };
  limits: Record<string, Limit>;
  webhooks?: DeliveryTerms | undefined;
  /** JSON pointers of the members of request bodies in which magic values are looked for. */
  magic: string[];
}

const pointer = z.string().regex(/^(\/[^/]*)+$/, 'must be a JSON pointer such as /error/code');

const extension: z.ZodType<Extension> = z.strictObject({
  api: z.string().min(1).optional(),
  envelope: z
    .strictObject({
      code: pointer.default('/error/code'),
      message: pointer.default('/error/message'),
      details: pointer.default('/error/details'),
      requestId: pointer.default('/error/request_id'),
    })
    .prefault({}),
  refusals: z
    .strictObject({
      unknownRoute: z.string().optional(),
      malformedBody: z.string().optional(),
      invalidBody: z.string().optional(),
    })
    .default({}),
  limits: z
    .record(z.string(), z.looseObject({ value: z.number(), unit: z.string().default(''), description: z.string().default('') }))
    .default({}),
  webhooks: z
    .strictObject({ timeoutSeconds: z.number().positive(), retryAfterSeconds: z.array(z.number().min(0)), skewSeconds: z.number().min(0) })
    .optional(),
  magic: z.array(pointer).default([]),
});

/** Reads `x-failpath`; what is wrong with it comes back as findings with their places. */
export function readExtension(value: unknown, locate: Contract['locate']): { extension: Extension; findings: Finding[] } {
  // What is read once is read before code for it has been made.
  const parsed = extension.safeParse(value ?? {}, { jitless: true });
  if (parsed.success) return { extension: parsed.data, findings: [] };
  const findings = parsed.error.issues.flatMap((issue): Finding[] => {
    const path = ['x-failpath', ...issue.path.map(String)];
    const finding = (members: readonly string[], what: string, meant?: string): Finding => ({
      problem: 'contract-extension',
      what: `${members.join('.')}${what}`,
      why: 'x-failpath says where the envelope keeps its members; a mistake there would misread every error.',
      remedy: meant === undefined ? 'Write it as docs/contract.md shows.' : `Did you mean ${meant}?`,
      location: locate(join('', ...members)),
    });
    if (issue.code !== 'unrecognized_keys') return [finding(path, `: ${issue.message}`)];
    return issue.keys.map((key) => finding([...path, key], ' is not read', closest(key, MEMBERS)));
  });
  return { extension: extension.parse({}), findings };
}

/** The words of x-failpath, for who has misspelt one. */
const MEMBERS: readonly string[] = [
  ...['api', 'envelope', 'refusals', 'limits', 'webhooks', 'magic'],
  ...['code', 'message', 'details', 'requestId'],
  ...['unknownRoute', 'malformedBody', 'invalidBody'],
  ...['timeoutSeconds', 'retryAfterSeconds', 'skewSeconds'],
];
