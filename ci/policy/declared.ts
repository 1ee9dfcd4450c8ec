import { closest, glob, jsonPointer, type Finding, type Source } from '../../spec/index.js';
import type { Subject } from '../lines.js';
import { compileMatch, globsOf, type Written } from './match.js';
import type { PolicyFile } from './schema.js';

const WHY = 'A policy about what does not exist would seem to say something.';

/** Each member of an entry by the subject's member that it is about. */
const MEMBERS: readonly (readonly [member: keyof Written, of: keyof Subject, kind: Subject['kind'] | undefined])[] = [
  ['operation', 'operation', undefined],
  ['status', 'status', 'cause'],
  ['code', 'code', 'cause'],
  ['cause', 'cause', 'cause'],
  ['probe', 'called', 'probe'],
  ['webhook', 'called', 'webhook'],
];

/** Entries about what the contract does not declare, each with its place: names that are no one's, and entries that nothing fits. */
export function undeclared(file: PolicyFile, source: Source, subjects: readonly Subject[]): Finding[] {
  return (['requirements', 'waivers', 'pending'] as const).flatMap((section) =>
    file[section].flatMap((entry, index) => {
      const at = jsonPointer.join(`/${section}`, index);
      const unknown = MEMBERS.flatMap(([member, of, kind]) =>
        globsOf(entry[member]).flatMap((pattern) => unknownName({ pattern, member, of, kind, at, source, subjects })),
      );
      if (unknown.length > 0) return unknown;
      const { matches } = compileMatch(entry);
      return subjects.some(matches) ? [] : [nothing(`${section}.${index}`, at, source)];
    }),
  );
}

function unknownName(asked: {
  readonly pattern: string;
  readonly member: string;
  readonly of: keyof Subject;
  readonly kind: Subject['kind'] | undefined;
  readonly at: string;
  readonly source: Source;
  readonly subjects: readonly Subject[];
}): Finding[] {
  const { pattern, member, of, kind, at, source, subjects } = asked;
  const known = [...new Set(subjects.filter((one) => kind === undefined || one.kind === kind).map((subject) => subject[of]))];
  if (known.some(glob(pattern))) return [];
  // One status is as near to another as any.
  const near = of === 'status' ? undefined : closest(pattern, known);
  return [
    {
      problem: 'policy-invalid',
      what: `${member} ${JSON.stringify(pattern)} matches nothing that ${kind === 'probe' ? 'is probed' : 'the contract declares'}`,
      why: WHY,
      remedy: near === undefined ? remedyFor(kind, known) : `Did you mean ${near}?`,
      location: source.locate(jsonPointer.join(at, member)),
    },
  ];
}

function remedyFor(kind: Subject['kind'] | undefined, known: readonly string[]): string {
  if (kind !== 'probe' && kind !== 'webhook') return 'See `failpath list` for what there is.';
  return known.length === 0
    ? `Delete it: there are no ${kind}s.`
    : `There is: ${known.slice(0, 10).join(', ')}${known.length > 10 ? ', ...' : ''}.`;
}

function nothing(name: string, at: string, source: Source): Finding {
  return {
    problem: 'policy-invalid',
    what: `${name} matches nothing that the contract declares: each of its parts does, but nothing has them all`,
    why: WHY,
    remedy: 'Correct it, or delete it if what it was about is gone; `failpath list` shows what there is.',
    location: source.locate(at),
  };
}
