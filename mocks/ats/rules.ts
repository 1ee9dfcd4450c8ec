import * as credentials from './rules/credentials.js';
import * as jobs from './rules/jobs.js';
import * as keys from './rules/keys.js';
import * as partners from './rules/partners.js';
import * as requests from './rules/requests.js';
import type { Rule } from './rules/rule.js';

/** Every check that the sandbox makes, by name: the only place where anything is refused. */
export type Rules = Readonly<Record<RuleName, Rule>>;
export type RuleName = keyof typeof credentials | keyof typeof requests | keyof typeof jobs | keyof typeof keys | keyof typeof partners;

export const RULES: Rules = Object.freeze({ ...credentials, ...requests, ...jobs, ...keys, ...partners });

/** The rules that decide whether a caller is let in. */
export const CREDENTIAL_RULES: ReadonlySet<string> = new Set(Object.keys(credentials));

/** The rules that pass on what the contract itself says. */
export const CONTRACT_RULES: ReadonlySet<RuleName> = new Set<RuleName>(['body', 'query']);
