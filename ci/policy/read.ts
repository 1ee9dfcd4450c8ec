import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import {
  closest,
  displayName,
  InputError,
  jsonPointer,
  readFileSource,
  type Finding,
  type Location,
  type Source,
} from '../../spec/index.js';
import type { Subject } from '../lines.js';
import { readBaseline } from './baseline.js';
import { dayOf, daysAfter, MOST_DAYS } from './dates.js';
import { undeclared } from './declared.js';
import { compileMatch } from './match.js';
import { plainly } from './plainly.js';
import { MATCH_MEMBERS, policySchema, type PolicyFile } from './schema.js';
import type { Entry, Policy } from './types.js';

/** How a policy is read. */
export interface PolicyOptions {
  /** What there is to speak of: an entry about nothing of it is refused. Not asked where there is no telling. */
  readonly subjects?: readonly Subject[];
  /** Whether the baseline may be missing, because it is about to be written. */
  readonly withoutBaseline?: boolean;
  /** In UTC; by default the clock's. */
  readonly today?: string;
}

/**
 * Reads a policy file, YAML or JSON.
 *
 * @example
 * const policy = readPolicy('failpath.policy.yaml', { subjects: subjectsOf(contract, atsSuite) });
 *
 * @throws {InputError} `policy-invalid`, everything that is wrong with the file, each with its place in it; `baseline-invalid`
 */
export function readPolicy(file: string, { subjects, withoutBaseline = false, today = dayOf(new Date()) }: PolicyOptions = {}): Policy {
  const source = readFileSource(file, {
    problem: 'policy-invalid',
    why: 'A policy that cannot be read decides nothing.',
    option: '--policy',
  });
  const parsed = policySchema.safeParse(source.value ?? {});
  if (!parsed.success) throw new InputError(parsed.error.issues.flatMap((issue) => invalid(issue, source)));
  const { data } = parsed;
  const findings = [...(subjects === undefined ? [] : undeclared(data, source, subjects)), ...tooFar(data, source, today)];
  if (findings.length > 0) throw new InputError(findings);
  const baseline = baselineOf(data, source, withoutBaseline);
  const entry = (section: keyof PolicyFile, index: number): string => placed(source.locate(`/${section}/${index}`));
  return {
    file: source.file,
    sha256: baseline === undefined ? source.sha256 : createHash('sha256').update(`${source.sha256} ${baseline.sha256}`).digest('hex'),
    requirements: data.requirements.map((one, index) => ({ ...made(one, entry('requirements', index)), requires: one.requires })),
    waivers: data.waivers.map(({ outcomes, owner, reason, expires, ...match }, index) => ({
      ...made(match, entry('waivers', index)),
      outcomes: outcomes && new Set(outcomes),
      owner,
      reason,
      expires,
    })),
    pending: data.pending.map(({ until, from = '', days = 0, ...match }, index) => ({
      ...made(match, entry('pending', index)),
      until: until ?? daysAfter(from, days),
    })),
    baseline,
    promotion: new Map(Object.entries(data.promotion)),
  };
}

/** What is let pass beyond a year from today is let pass for good, whatever is said of it. */
function tooFar({ waivers, pending }: PolicyFile, source: Source, today: string): Finding[] {
  const last = daysAfter(today, MOST_DAYS);
  const days: readonly (readonly [pointer: string, name: string, day: string])[] = [
    ...waivers.map(({ expires }, index) => [`/waivers/${index}/expires`, `waivers.${index}.expires`, expires] as const),
    ...pending.map(({ until, from = '', days: counted = 0 }, index) => {
      const member = until === undefined ? 'from' : 'until';
      return [`/pending/${index}/${member}`, `pending.${index}.${member}`, until ?? daysAfter(from, counted)] as const;
    }),
  ];
  return days
    .filter(([, , day]) => day > last)
    .map(([pointer, name, day]) => ({
      problem: 'policy-invalid',
      what: `${name}: it holds until ${day}, more than ${MOST_DAYS} days from today (${today})`,
      why: 'What is let pass for years is never looked at again.',
      remedy: `Say ${last} at the latest; it can be given anew then.`,
      location: source.locate(pointer),
    }));
}

function made(match: Parameters<typeof compileMatch>[0], where: string): Entry {
  return { ...compileMatch(match), where };
}

function placed({ file, line, column }: Location): string {
  return `${file}:${line}:${column}`;
}

function baselineOf(
  { baseline }: PolicyFile,
  source: Source,
  mayBeMissing: boolean,
): (Policy['baseline'] & { sha256: string }) | undefined {
  if (baseline === undefined) return undefined;
  const path = resolve(dirname(source.path), baseline);
  return { path, file: displayName(path), ...readBaseline(path, { mayBeMissing, named: source.locate('/baseline'), policy: source.file }) };
}

type Issue = z.core.$ZodIssue;

function invalid(issue: Issue, source: Source): Finding[] {
  const { path, message } = innermost(issue);
  const names = issue.code === 'unrecognized_keys' ? issue.keys : [undefined];
  return names.map((name) => {
    const full = name === undefined ? path : [...path, name];
    return {
      problem: 'policy-invalid',
      what: `${full.length === 0 ? 'the policy' : full.join('.')}: ${name === undefined ? plainly(message) : 'there is no such member here'}`,
      why: 'A policy that is misread would let pass what it must not.',
      remedy: remedyFor(name, path),
      location: source.locate(jsonPointer.join('', ...full.map(String))),
    };
  });
}

/** Of the ways to write a member, the one that was meant: the first whose kind fits and whose parts do not. */
function innermost(issue: Issue): { readonly path: readonly PropertyKey[]; readonly message: string } {
  if (issue.code !== 'invalid_union') return issue;
  const [part] = issue.errors.find((issues) => issues.length > 0 && issues.every(({ path }) => path.length > 0)) ?? [];
  return part === undefined ? issue : { path: [...issue.path, ...part.path], message: part.message };
}

const SECTIONS = Object.keys(policySchema.shape);
const MEMBERS = ['deployment', ...MATCH_MEMBERS, 'requires', 'outcomes', 'owner', 'reason', 'expires', 'until', 'from', 'days'];

function remedyFor(name: string | undefined, path: readonly PropertyKey[]): string {
  const near = name === undefined ? undefined : closest(name, path.length === 0 ? SECTIONS : MEMBERS);
  if (near !== undefined) return `Did you mean ${near}?`;
  return 'Write it as docs/policy.md shows; schemas/policy.schema.json completes it in editors.';
}
