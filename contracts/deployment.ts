import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InputError, jsonPointer, readSource, type Finding, type Source } from '../spec/index.js';
import { deploymentSchema, type DeploymentFile, type HttpWay, type MagicWay } from './deployment-schema.js';
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
  readonly organization: string | undefined;
  readonly network: string;
  readonly identities: ReadonlyMap<string, Identity>;
  readonly works: { readonly own: string | undefined; readonly other: string | undefined };
  readonly keysPerOrganization: number | undefined;
  readonly largestUploadBytes: number;
  /** Capabilities that the deployment refuses although they would be possible. */
  readonly forbidden: ReadonlySet<string>;
  readonly ways: ReadonlyMap<SharedState, HttpWay | MagicWay>;
  readonly simulate: { readonly headers: Readonly<Record<string, string>>; readonly query: Readonly<Record<string, string>> } | undefined;
  readonly http: {
    readonly timeoutMs: number;
    readonly rate?: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly ca?: string;
    readonly proxy?: string;
  };
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
  const source = readDeploymentSource(file);
  const parsed = deploymentSchema.safeParse(source.value ?? {});
  if (!parsed.success) {
    throw new InputError(
      parsed.error.issues.map((issue) => {
        const at = jsonPointer.join('', ...issue.path.map(String));
        return finding('deployment-invalid', `${at === '' ? 'the file' : at.slice(1).replaceAll('/', '.')}: ${issue.message}`, source, at);
      }),
    );
  }
  const findings: Finding[] = [];
  const filled = fillIn(parsed.data, '', source, environment, findings) as DeploymentFile;
  if (findings.length > 0) throw new InputError(findings);
  return toDeployment(filled, dirname(source.path));
}

/**
 * A deployment from the members of a deployment file, its variables filled in already.
 *
 * @example
 * createDeployment({ url: 'http://127.0.0.1:4010', organization: '...', identities: { active: { token: '...', public: true } } });
 */
export function createDeployment(members: Partial<DeploymentFile> & { url: string }): Deployment {
  return toDeployment(deploymentSchema.parse(members), process.cwd());
}

function toDeployment(file: DeploymentFile, folder: string): Deployment {
  const identities = Object.entries(file.identities).map(([name, value]): [string, Identity] => {
    const { token, organization, maxFileSizeBytes, ...rest } = typeof value === 'string' ? { token: value, public: false } : value;
    const owner = organization ?? file.organization;
    return [
      name,
      {
        name,
        value: token,
        public: rest.public,
        ...(owner === undefined ? {} : { organization: owner }),
        ...(maxFileSizeBytes === undefined ? {} : { maxFileSizeBytes }),
      },
    ];
  });
  const ways = Object.entries(file.capabilities).filter(([, way]) => typeof way === 'object') as [SharedState, HttpWay | MagicWay][];
  const { timeoutSeconds, rate, headers, ca, proxy } = file.http;
  return Object.freeze({
    url: file.url.replace(/\/+$/, ''),
    organization: file.organization,
    network: file.network,
    identities: new Map(identities),
    works: { own: file.works.own?.toString(), other: file.works.other?.toString() },
    keysPerOrganization: file.limits.keysPerOrganization,
    largestUploadBytes: file.uploads.maxBytes,
    forbidden: new Set(Object.entries(file.capabilities).flatMap(([name, way]) => (way === false ? [name] : []))),
    ways: new Map(ways),
    simulate: file.simulate,
    http: {
      timeoutMs: timeoutSeconds * 1000,
      headers,
      ...(rate === undefined ? {} : { rate }),
      ...(ca === undefined ? {} : { ca: readCa(resolve(folder, ca)) }),
      ...(proxy === undefined ? {} : { proxy }),
    },
  });
}

function readDeploymentSource(file: string): Source {
  try {
    return readSource(file);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      error.findings.map((found) => ({
        ...found,
        problem: 'deployment-invalid',
        why: 'The deployment file says where the API is and who may do what there.',
        remedy: found.location === undefined ? 'Name an existing file with --deployment.' : found.remedy,
      })),
    );
  }
}

/** Replaces `${NAME}` by the environment's value in every string of the file. */
function fillIn(
  value: unknown,
  at: string,
  source: Source,
  environment: Readonly<Record<string, string | undefined>>,
  findings: Finding[],
): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => {
      const filled = environment[name];
      if (filled !== undefined && filled !== '') return filled;
      findings.push({
        problem: 'deployment-secret-missing',
        what: `${at.slice(1).replaceAll('/', '.')} needs the environment variable ${name}, which is not set`,
        why: 'Secrets come from the environment, so that none stands in a file.',
        remedy: `Set it (export ${name}=...), or delete the entry: its failures are then reported as not-capable.`,
        location: source.locate(at),
      });
      return '';
    });
  }
  if (Array.isArray(value)) return value.map((item, index) => fillIn(item, jsonPointer.join(at, index), source, environment, findings));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, fillIn(item, jsonPointer.join(at, key), source, environment, findings)]),
  );
}

function readCa(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new InputError([
      {
        problem: 'deployment-invalid',
        what: `the certificate file ${file} cannot be read: ${(error as Error).message}`,
        why: 'Without it the deployment would not be trusted.',
        remedy: 'Correct http.ca, or the --ca option.',
      },
    ]);
  }
}

function finding(problem: Finding['problem'], what: string, source: Source, at: string): Finding {
  return {
    problem,
    what,
    why: 'A deployment that is misread would be judged wrongly.',
    remedy: 'Write it as docs/deployments.md shows; schemas/deployment.schema.json completes it in editors.',
    location: source.locate(at),
  };
}
