import { z } from 'zod';
import { closest, InputError, jsonPointer, type ProblemName } from '../../spec/index.js';
import { shorten } from './show.js';

/** Refuses members that it does not know, and says which one was meant; one line for each. */
export function strict<const Shape extends z.core.$ZodLooseShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const names = Object.keys(shape);
  const unknown = (name: string): string => {
    const meant = closest(name.slice(0, 200), names);
    return `there is no member ${JSON.stringify(shorten(name))}; ${meant === undefined ? `there are ${names.join(', ')}` : `did you mean ${meant}?`}`;
  };
  return z.strictObject(shape, { error: (issue) => (issue.code === 'unrecognized_keys' ? issue.keys.map(unknown).join('\n') : undefined) });
}

type Issue = z.core.$ZodIssue;

/** What is wrong with a value, and where in it. */
export interface Misread {
  readonly pointer: string;
  readonly message: string;
}

/** Past so many, the first ones are what to look at. */
export const MAX_FINDINGS = 100;

/** What a schema says is wrong, in the words that help: a misspelled member hides what is then missing. */
export function misreadings(issues: readonly Issue[]): readonly Misread[] {
  const all = issues.map(narrowed);
  const unknown = new Set(all.filter(({ code }) => code === 'unrecognized_keys').map(({ path }) => path.join('/')));
  return all
    .filter(({ code, path }) => code !== 'custom' || !unknown.has(path.join('/')))
    .slice(0, MAX_FINDINGS)
    .flatMap(misreadOf);
}

function misreadOf(issue: Issue): Misread[] {
  const pointer = jsonPointer.join('', ...issue.path.map(String));
  if (issue.code !== 'unrecognized_keys') return [{ pointer, message: issue.message }];
  const messages = issue.message.split('\n');
  return issue.keys.map((key, index) => ({ pointer: jsonPointer.join(pointer, key), message: messages[index] ?? issue.message }));
}

/** Of several ways to write a member, the one whose kind fits: what is wrong with it is what to tell. */
function narrowed(issue: Issue): Issue {
  // Faults explain themselves.
  if (issue.code !== 'invalid_union' || issue.path.at(-1) === 'fault') return issue;
  const ways = issue.errors
    .map((issues) => issues.map(narrowed))
    .filter((parts) => parts.every(({ path, code }) => path.length > 0 || !OTHER_KIND.has(code)))
    .flatMap((parts) => parts.find(isMisspelled) ?? parts[0] ?? []);
  const part = ways.find(isMisspelled) ?? ways[0];
  return part === undefined ? issue : { ...part, path: [...issue.path, ...part.path] };
}

/** Whether a member is nearly one that there is. */
function isMisspelled({ code, message }: Issue): boolean {
  return code === 'unrecognized_keys' && message.includes('did you mean');
}

/** Issues that say that another kind of value was expected. */
const OTHER_KIND: ReadonlySet<string> = new Set(['invalid_type', 'invalid_value', 'invalid_union']);

/** `/rules/0/when/headers` as `rules[0].when.headers`. */
export function dotted(pointer: string): string {
  return jsonPointer
    .split(pointer)
    .map((member, index) => (/^\d+$/.test(member) ? `[${member}]` : index === 0 ? member : `.${member}`))
    .join('');
}

/** What to say of a value that is not as a schema wants it. */
export interface Reading {
  readonly problem: ProblemName;
  /** What the value is, for what is wrong with it as a whole. */
  readonly called: string;
  readonly why: string;
  readonly remedy: string;
}

/**
 * Reads what code passes: the compiler is not there where it is written in JavaScript, and a misspelled member would be none.
 *
 * @example
 * understand(strict({ times: z.number().optional() }), { tims: 3 }, { problem: 'usage', called: 'the options', why, remedy });
 * // InputError: tims: there is no member "tims"; did you mean times?
 *
 * @throws {InputError} with each member that is not understood
 */
export function understand<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  { problem, called, why, remedy }: Reading,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InputError(
    misreadings(parsed.error.issues).map(({ pointer, message }) => ({
      problem,
      what: `${pointer === '' ? called : dotted(pointer)}: ${message}`,
      why,
      remedy,
    })),
  );
}

/** A shape whose members are known by name, and judged elsewhere. */
export function named<const Name extends string>(names: readonly Name[]): { readonly [Key in Name]: z.ZodOptional<z.ZodUnknown> } {
  return Object.fromEntries(names.map((name) => [name, z.unknown().optional()])) as { [Key in Name]: z.ZodOptional<z.ZodUnknown> };
}
