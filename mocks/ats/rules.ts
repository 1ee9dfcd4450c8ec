import * as credentials from './rules/credentials.js';
import * as jobs from './rules/jobs.js';
import * as keys from './rules/keys.js';
import * as requests from './rules/requests.js';
import type { Rule } from './rules/rule.js';

/** Every check that the sandbox makes, by name: the only place where anything is refused. */
export type Rules = Readonly<Record<RuleName, Rule>>;
export type RuleName = keyof typeof credentials | keyof typeof requests | keyof typeof jobs | keyof typeof keys;

export const RULES: Rules = Object.freeze({ ...credentials, ...requests, ...jobs, ...keys });

/** The rules that decide whether a caller is let in. */
export const CREDENTIAL_RULES: ReadonlySet<string> = new Set(Object.keys(credentials));
