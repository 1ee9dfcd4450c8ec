import { glob } from '../../spec/index.js';
import type { Subject } from '../lines.js';
import type { Entry } from './types.js';

type Globs = string | number | readonly (string | number)[] | undefined;

/** What an entry of a policy file says that it is about. */
export interface Written {
  readonly deployment?: Globs;
  readonly operation?: Globs;
  readonly status?: Globs;
  readonly code?: Globs;
  readonly cause?: Globs;
  readonly probe?: Globs;
  readonly webhook?: Globs;
}

/** An entry is about causes, unless it names probes or webhooks. */
export function compileMatch({ deployment, operation, status, code, cause, probe, webhook }: Written): Omit<Entry, 'where'> {
  const kind: Subject['kind'] = webhook !== undefined ? 'webhook' : probe !== undefined ? 'probe' : 'cause';
  const tests: readonly [keyof Subject, (text: string) => boolean][] = [
    ['operation', anyOf(operation)],
    ['status', anyOf(status)],
    ['code', anyOf(code)],
    ['cause', anyOf(cause)],
    ['called', anyOf(probe ?? webhook)],
  ];
  return {
    deployments: globsOf(deployment),
    appliesAt: anyOf(deployment),
    matches: (subject) => subject.kind === kind && tests.every(([member, test]) => test(subject[member])),
  };
}

/** The globs of one member, as texts. */
export function globsOf(globs: Globs): readonly string[] {
  if (globs === undefined) return [];
  return typeof globs === 'object' ? globs.map(String) : [String(globs)];
}

function anyOf(globs: Globs): (text: string) => boolean {
  if (globs === undefined) return () => true;
  const compiled = globsOf(globs).map(glob);
  return (text) => compiled.some((one) => one(text));
}
