import { dirname } from 'node:path';
import type { z } from 'zod';
import { InputError, jsonPointer, readFileSource, type Finding, type Source } from '../spec/index.js';
import { sameIdentities, tokenOf, type Issue } from './identity-check.js';
import { toDeployment } from './deployment-made.js';
import { SHORTEST_SECRET } from './redact.js';
import { baseUrlProblem, deploymentSchema, filledSchema, type DeploymentFile, type HttpWay, type MagicWay } from './deployment-schema.js';
import type { SessionWay } from './sessions.js';
import type { SharedState, Token } from './types.js';

/** An identity of a deployment; a public token is shown in scripts as it is. */
export interface Identity extends Token {
  readonly public: boolean;
}

/** A base URL under test, with its identities and capabilities. */
export interface Deployment {
  /** Without a slash at the end. */
  readonly url: string;
  /** Where scripts of a report go by default, when the deployment itself will be gone by then. */
  readonly replayUrl?: string;
  /** It answers every good request with the contract's example, whatever was done before: the mock of a contract without a sandbox. */
  readonly stateless?: boolean;
  readonly organization: string | undefined;
  readonly network: string;
  /** All that the suite may do; `undefined` where it may do whatever the capabilities say. */
  readonly allow: Allowed | undefined;
  readonly identities: ReadonlyMap<string, Identity>;
  /** Values of environment variables that calls and headers of the file hold, by the variable's name. */
  readonly secrets: ReadonlyMap<string, string>;
  readonly works: {
    readonly own: string | undefined;
    readonly other: string | undefined;
    readonly external: { readonly externalUserRef: string; readonly id: string } | undefined;
    readonly direct: string | undefined;
  };
  readonly keysPerOrganization: number | undefined;
  /** Times to live, where they are others than the contract says. */
  readonly ttls: Ttls;
  /** Things that have expired already. */
  readonly aged: Aged;
  /** How long a revoked key may go on working before that is a finding. */
  readonly revokedWithinSeconds: number;
  /** The longest wait that the suite may make. */
  readonly patienceSeconds: number;
  readonly largestUploadBytes: number;
  /** Capabilities that the deployment refuses although they would be possible. */
  readonly forbidden: ReadonlySet<string>;
  readonly ways: ReadonlyMap<SharedState, HttpWay | MagicWay>;
  /** How each path can have a world of its own, if it can. */
  readonly sessions: SessionWay | undefined;
  readonly simulate: { readonly headers: Readonly<Record<string, string>>; readonly query: Readonly<Record<string, string>> } | undefined;
  /** How the run receives webhooks, if it can. */
  readonly webhooks: WebhookAddress | undefined;
  readonly http: {
    readonly timeoutMs: number;
    readonly rate?: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly ca?: string;
    readonly proxy?: string;
  };
}

export interface Ttls {
  readonly uploadTtlSeconds: number | undefined;
  readonly quoteTtlSeconds: number | undefined;
  readonly partnerSessionTtlSeconds: number | undefined;
}

/** Job ids of the organization under test, and a partner session. */
export interface Aged {
  readonly uploadSession: string | undefined;
  readonly versionUploadSession: string | undefined;
  readonly quote: string | undefined;
  readonly versionQuote: string | undefined;
  readonly partnerSession: { readonly token: Identity; readonly externalUserRef: string } | undefined;
}

/** What a deployment file allows by name; see {@link createPermits}. */
export interface Allowed {
  /** In lower case, with a port where it is not the usual one. */
  readonly hosts: ReadonlySet<string>;
  readonly writes: ReadonlySet<string>;
  readonly revocations: boolean;
}

/** Where webhooks reach a run. */
export interface WebhookAddress {
  readonly listen: { readonly host: string; readonly port: number };
  /** What the deployment calls; by default where the run listens. */
  readonly url: string | undefined;
  readonly timeoutMs: number;
}

/**
 * Reads a deployment file; secrets come from the environment and nowhere else.
 *
 * @example
 * const deployment = loadDeployment('staging.yaml', process.env);
 *
 * @throws {InputError} `deployment-invalid` and `deployment-secret-missing`, each with its place in the file
 */
export function loadDeployment(file: string, environment: Readonly<Record<string, string | undefined>>): Deployment {
  const source = readFileSource(file, {
    problem: 'deployment-invalid',
    why: 'The deployment file says where the API is and who may do what there.',
    option: '--deployment',
  });
  const parsed = deploymentSchema.safeParse(source.value ?? {});
  if (!parsed.success) throw new InputError(parsed.error.issues.map((issue) => invalid(narrowed(issue), source)));
  const filling: Filling = { source, environment, findings: [], secrets: new Map(), plain: new Set() };
  const filled = fillIn(parsed.data, '', filling) as DeploymentFile;
  if (filling.findings.length === 0) filling.findings.push(...checkFilled(parsed.data, filled, source));
  if (filling.findings.length > 0) throw new InputError(filling.findings);
  for (const name of filling.plain) filling.secrets.delete(name);
  return toDeployment(filled, dirname(source.path), filling.secrets);
}

/** What only shows once the variables are filled in. */
function checkFilled(file: DeploymentFile, filled: DeploymentFile, source: Source): Finding[] {
  const problem = baseUrlProblem(filled.url);
  const short = Object.entries(filled.identities)
    .filter(([, identity]) => typeof identity === 'string' || !identity.public)
    .filter(([, identity]) => tokenOf(identity).length < SHORTEST_SECRET);
  const session = filled.aged.partnerSession;
  const tooShort = (path: readonly string[]): Finding =>
    invalid({ path, message: `a token of fewer than ${SHORTEST_SECRET} characters cannot be kept out of reports` }, source);
  return [
    ...(problem === undefined ? [] : [invalid({ path: ['url'], message: problem }, source)]),
    ...short.map(([name]) => tooShort(['identities', name, ...(typeof file.identities[name] === 'object' ? ['token'] : [])])),
    ...(session?.public === false && session.token.length < SHORTEST_SECRET ? [tooShort(['aged', 'partnerSession', 'token'])] : []),
    ...sameIdentities(filled).map((issue) => invalid(issue, source)),
  ];
}

/**
 * A deployment from the members of a deployment file, its variables filled in already.
 *
 * @example
 * createDeployment({ url: 'http://127.0.0.1:4010', organization: '...', identities: { active: { token: '...', public: true } } });
 *
 * @throws {InputError} `deployment-invalid`
 */
export function createDeployment(members: Partial<DeploymentFile> & { url: string }): Deployment {
  const parsed = filledSchema.safeParse(members);
  if (!parsed.success) throw new InputError(parsed.error.issues.map((issue) => invalid(narrowed(issue))));
  const problem = baseUrlProblem(members.url);
  const issues: Issue[] = [...(problem === undefined ? [] : [{ path: ['url'], message: problem }]), ...sameIdentities(parsed.data)];
  if (issues.length > 0) throw new InputError(issues.map((issue) => invalid(issue)));
  return toDeployment(parsed.data, process.cwd(), new Map());
}

interface Filling {
  readonly source: Source;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly findings: Finding[];
  readonly secrets: Map<string, string>;
  /** Names of variables that stand where reports show them, such as in `url`: those are no secrets. */
  readonly plain: Set<string>;
}

/** Where a variable holds a credential. Those of identities are known by the identity's name instead. */
const SECRET_PLACES = /^\/(capabilities|simulate|http)\//;

/** Where it is the credential of an identity. */
const TOKEN_PLACES = /^\/identities\/[^/]+(\/token)?$|^\/aged\/partnerSession\/token$/;

/** Replaces `${NAME}` by the environment's value in every string of the file. */
function fillIn(value: unknown, at: string, filling: Filling): unknown {
  if (typeof value === 'string') return value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => valueOf(name, at, filling));
  if (Array.isArray(value)) return value.map((item, index) => fillIn(item, jsonPointer.join(at, index), filling));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillIn(item, jsonPointer.join(at, key), filling)]));
}

function valueOf(name: string, at: string, { source, environment, findings, secrets, plain }: Filling): string {
  const value = environment[name];
  if (value !== undefined && value !== '') {
    if (SECRET_PLACES.test(at)) secrets.set(name, value);
    else if (!TOKEN_PLACES.test(at)) plain.add(name);
    return value;
  }
  findings.push({
    problem: 'deployment-secret-missing',
    what: `${at.slice(1).replaceAll('/', '.')} needs the environment variable ${name}, which is not set`,
    why: 'Secrets come from the environment, so that none stands in a file.',
    remedy: `Set it (export ${name}=...), or delete the entry: its failures are then reported as not-capable.`,
    location: source.locate(at),
  });
  return '';
}

/** Of the ways to write a member, the one that was meant: the first whose kind fits and whose parts do not. */
function narrowed(issue: z.core.$ZodIssue): Issue {
  if (issue.code === 'unrecognized_keys') {
    const [name = ''] = issue.keys;
    return { path: [...issue.path, name], message: `there is no member ${issue.keys.map((key) => JSON.stringify(key)).join(', ')} here` };
  }
  if (issue.code !== 'invalid_union') return issue;
  const [part] = issue.errors.find((issues) => issues.length > 0 && issues.every(({ path }) => path.length > 0)) ?? [];
  return part === undefined ? issue : narrowed({ ...part, path: [...issue.path, ...part.path] });
}

function invalid({ path, message }: Issue, source?: Source): Finding {
  const at = jsonPointer.join('', ...path.map(String));
  return {
    problem: 'deployment-invalid',
    what: `${path.length === 0 ? 'the deployment' : path.join('.')}: ${message}`,
    why: 'A deployment that is misread would be judged wrongly.',
    remedy: 'Write it as docs/deployments.md shows; schemas/deployment.schema.json completes it in editors.',
    ...(source === undefined ? {} : { location: source.locate(at) }),
  };
}
