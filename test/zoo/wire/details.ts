import type { OpenAPIV3_1 } from 'openapi-types';
import type { Contract, Failure } from '../../../spec/index.js';
import { contract } from '../../support/judge.js';
import type { Mutant } from '../mutant.js';
import { telling, withError, withValue, type Rewrite } from './rewrite.js';

/** What the contract promises of the details of a code. */
interface Promised {
  readonly code: string;
  readonly members: readonly string[];
}

const memberOf = (schema: OpenAPIV3_1.SchemaObject | undefined, name: string): OpenAPIV3_1.SchemaObject | undefined =>
  schema?.properties?.[name];

const detailsOf = ({ schema }: Failure): OpenAPIV3_1.SchemaObject | undefined => memberOf(memberOf(schema, 'error'), 'details');

/** The codes whose details must be there, each with the members that must be in them. */
function promised({ failures }: Contract): readonly Promised[] {
  const byCode = new Map(failures.map((failure) => [failure.code, detailsOf(failure)?.required ?? []]));
  return [...byCode].flatMap(([code, members]) => (members.length === 0 ? [] : [{ code, members }]));
}

const wrong = (name: string, breaks: string, code: string, says: RegExp, rewrite: Rewrite, lines = [`* ${code}`]): Mutant => ({
  name,
  class: 'wire',
  breaks,
  lines,
  outcome: 'violated',
  says,
  proxy: () => telling([code], rewrite),
});

const at = (pointer: string): RegExp => new RegExp(`^${pointer}: `);

/** A value of another type, as APIs confuse them: a number as a text, one thing as a list, a list as its first thing. */
const mistyped = (value: unknown): unknown => {
  if (typeof value === 'number') return String(value);
  return Array.isArray(value) ? (value as readonly unknown[])[0] : [value];
};

const ofCode = ({ code, members }: Promised): Mutant[] => [
  wrong(`${code} without details`, `The details of ${code} are not there.`, code, at('/error/details'), (answer) =>
    withError(answer, { details: undefined }),
  ),
  wrong(`${code} with null details`, `The details of ${code} are null.`, code, at('/error/details'), (answer) =>
    withError(answer, { details: null }),
  ),
  ...members.flatMap((member): Mutant[] => {
    const pointer = `/error/details/${member}`;
    return [
      wrong(`${code} without details.${member}`, `The details of ${code} lack ${member}.`, code, at(pointer), (answer) =>
        withValue(answer, pointer, () => undefined),
      ),
      wrong(
        `${code} with details.${member} of another type`,
        `In the details of ${code}, ${member} has another type than the declared one.`,
        code,
        at(pointer),
        (answer) => withValue(answer, pointer, mistyped),
      ),
    ];
  }),
];

const FORBIDDEN = 'common.forbidden';
const CREDITS = ['network', 'required_credits', 'available_credits'];

/** Members that need not be there, and must be of their type where they are. */
const optional: readonly Mutant[] = [...CREDITS, 'parameter'].map((member) =>
  wrong(
    `${FORBIDDEN} with details.${member} of another type`,
    `In the details of ${FORBIDDEN}, ${member} has another type than the declared one.`,
    FORBIDDEN,
    at(`/error/details/${member}`),
    (answer) => withValue(answer, `/error/details/${member}`, mistyped),
    CREDITS.includes(member) ? [`confirm* ${FORBIDDEN}`] : [`listExternalUserWorks ${FORBIDDEN}`, `downloadVersionFile ${FORBIDDEN}`],
  ),
);

const FIELDS = '/error/details/fields';

const fields: readonly Mutant[] = [
  wrong('fields empty', 'The list of what is wrong is empty.', 'common.validation_failed', at(FIELDS), (answer) =>
    withValue(answer, FIELDS, () => []),
  ),
  ...['pointer', 'message'].map((member) =>
    wrong(
      `field without its ${member}`,
      `What is wrong is listed without its ${member}.`,
      'common.validation_failed',
      at(`${FIELDS}/0/${member}`),
      (answer) => withValue(answer, `${FIELDS}/0/${member}`, () => undefined),
    ),
  ),
];

const untrue = (name: string, breaks: string, code: string, pointer: string, value: unknown): Mutant =>
  wrong(name, breaks, code, /expected .*, saw /, (answer) => withValue(answer, pointer, () => value));

/** Of the right type, and not true. */
const lies: readonly Mutant[] = [
  untrue(
    'size that is not that of the upload',
    'The size of audio that is too large is some number.',
    'registration.audio_too_large',
    '/error/details/size_bytes',
    1,
  ),
  untrue(
    "the platform's maximum in place of the key's",
    'The maximum that is told is not the one that applies.',
    'registration.audio_too_large',
    '/error/details/max_bytes',
    524_288_000,
  ),
  untrue(
    'another scope than the missing one',
    'The scope that is told is none that would help.',
    'api_key.scope_denied',
    '/error/details/required',
    'works:admin',
  ),
  untrue(
    'a scope that was recognised',
    'The scope that is told is a good one.',
    'api_key.unknown_scope',
    '/error/details/value',
    'works:read',
  ),
];

/** What is wrong with the details of a code, for each code that promises some and for each member. */
export const DETAILS: readonly Mutant[] = [...promised(contract).flatMap(ofCode), ...optional, ...fields, ...lies];
