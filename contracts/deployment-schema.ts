import { z } from 'zod';
import type { SessionWay } from './sessions.js';
import type { SharedState } from './types.js';

const variable = z.string().regex(/^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/, 'a token is given as ${NAME}, the name of an environment variable');

const address = z
  .string()
  .regex(/^(https?:\/\/|\$\{)/, 'an address begins with http:// or https://, or is ${NAME} of an environment variable');

const identity = (secret: z.ZodString) =>
  z
    .union(
      [
        secret,
        z.strictObject({
          token: z.string().min(1).describe('The credential, as ${NAME} of an environment variable.'),
          public: z
            .boolean()
            .default(false)
            .describe('Says that the token is no secret, such as those of a mock; only then may it stand here in plain text.'),
          organization: z.string().min(1).optional().describe('The organization that the credential belongs to, where it is another one.'),
          maxFileSizeBytes: z.number().int().positive().optional().describe('The stricter file cap of this key, in bytes.'),
        }),
      ],
      'an identity is ${NAME} of an environment variable, or an object with such a `token`',
    )
    .refine((value) => typeof value === 'string' || value.public || secret.safeParse(value.token).success, {
      message: 'a token is given as ${NAME}, the name of an environment variable (or marked `public: true`)',
      path: ['token'],
    });

/** A name, an IPv4 address, or an IPv6 address in brackets, and a port. */
const LISTEN = /^(?:\[[0-9A-Fa-f:.]+\]|[\w.-]+):\d{1,5}$/;

const call = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('POST'),
  url: z
    .string()
    .min(1)
    .describe('Absolute, or relative to the deployment. {{seconds}}, {{organization}} and other parameters are filled in.'),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.unknown().optional().describe('Sent as JSON; a string that is just {{name}} becomes the parameter with its own type.'),
});

/** State that paths share, and the parameters that a call which moves it may name beside {@link COMMON}. */
const SHARED_STATE: Readonly<Record<SharedState, readonly string[]>> = {
  'clock.advance': ['seconds'],
  'quota.set': ['limit', 'used'],
  'credits.set': ['credits'],
  'chain.fault': [],
  'commitment.fault': [],
  'upstream.fault': [],
  'submission.fault': [],
};
const COMMON = ['organization', 'network'];
const SIMULATED = ['code', 'status', 'example'];

/** A misspelt parameter would be filled with nothing, and the call would quietly do something else. */
const onlyParameters = (known: readonly string[]) => {
  return (value: unknown, context: z.RefinementCtx): void => {
    for (const [, name] of JSON.stringify(value ?? null).matchAll(/\{\{(\w+)\}\}/g)) {
      if (!known.includes(name ?? ''))
        context.addIssue(`{{${name}}} is no parameter here: there are ${known.map((one) => `{{${one}}}`).join(', ')}`);
    }
  };
};

const magic = z
  .strictObject({
    operation: z.string().optional().describe('The operation whose request carries the value; by default the faulty one.'),
    headers: z.record(z.string(), z.string()).default({}),
    body: z.record(z.string(), z.unknown()).default({}),
  })
  .refine(({ headers, body }) => Object.keys({ ...headers, ...body }).length > 0, 'a magic value stands in headers, body or both')
  .describe('A value that makes this deployment pretend; what it proves is graded `simulated`.');

const shared = (name: SharedState) =>
  z
    .union(
      [
        z.literal(false).describe('Not allowed.'),
        z.strictObject({ set: call.describe('Brings the state about.'), restore: call.optional().describe('Puts it back.') }),
        z.strictObject({ magic }),
      ],
      'it is met by {set, restore}, by {magic}, or forbidden with false',
    )
    .superRefine(onlyParameters([...SHARED_STATE[name], ...COMMON]))
    .optional();

const schema = (secret: z.ZodString): z.ZodType<DeploymentFile> =>
  z
    .strictObject({
      url: address.describe('Base URL of the deployment under test; paths of the contract are appended to it.'),
      organization: z.string().min(1).optional().describe('The organization under test, active.'),
      network: z.enum(['testnet', 'mainnet']).default('testnet'),
      allowMainnet: z.boolean().default(false).describe('Mainnet costs real credits, so it must be allowed by name.'),
      identities: z
        .record(z.string(), identity(secret))
        .default({})
        .describe(
          'active, readOnly, registerOnly, revoked, otherOrg, inactiveOrg, deletedOrg, smallFiles, otherKeySameOrg; admin for an administrator.',
        ),
      works: z
        .strictObject({
          own: z.union([z.string(), z.number()]).optional().describe('ats_id of a registered work of the organization.'),
          other: z.union([z.string(), z.number()]).optional().describe('ats_id of a work of the organization of identity otherOrg.'),
          external: z
            .strictObject({
              externalUserRef: z.string().min(1).describe('The external user that the work was registered for.'),
              id: z.string().min(1).describe('The id of the work, a UUID; not its ats_id.'),
            })
            .optional()
            .describe('A registered work of an external user of the organization.'),
          direct: z
            .string()
            .min(1)
            .optional()
            .describe('The id, a UUID, of a work of the organization that was registered without an external user.'),
        })
        .default({}),
      limits: z
        .strictObject({ keysPerOrganization: z.number().int().positive().optional() })
        .default({})
        .describe('Limits that this deployment sets otherwise than the contract says.'),
      uploads: z
        .strictObject({
          maxBytes: z
            .number()
            .int()
            .nonnegative()
            .default(16 * 1024 * 1024),
        })
        .prefault({})
        .describe('The largest upload that the suite may make.'),
      capabilities: z
        .strictObject({
          'key.create': z.literal(false).optional(),
          'key.revoke': z.literal(false).optional(),
          ...(Object.fromEntries(Object.keys(SHARED_STATE).map((name) => [name, shared(name as SharedState)])) as Record<
            SharedState,
            ReturnType<typeof shared>
          >),
        })
        .default({}),
      sessions: z
        .strictObject({
          open: call.describe('Opens a session.'),
          close: call
            .superRefine(onlyParameters(['session']))
            .optional()
            .describe('Ends it: {{session}} is its id.'),
          id: z.string().startsWith('/').default('/id').describe('Where the answer to `open` has the id, as a JSON pointer.'),
          header: z.string().min(1).describe('The header of requests that names their session.'),
        })
        .optional()
        .describe('Lets every path have a world of its own, so that all of them run side by side.'),
      simulate: z
        .strictObject({ headers: z.record(z.string(), z.string()).default({}), query: z.record(z.string(), z.string()).default({}) })
        .refine(({ headers, query }) => Object.keys({ ...headers, ...query }).length > 0, 'say how to ask: in headers, query or both')
        .superRefine(onlyParameters(SIMULATED))
        .optional()
        .describe(
          'How to ask this deployment for a failure that it cannot be driven to: {{code}}, {{status}}, {{example}}. Graded `simulated`.',
        ),
      webhooks: z
        .strictObject({
          listen: z
            .string()
            .regex(LISTEN, 'an address to listen on is host:port, such as 127.0.0.1:8080; port 0 is any')
            .default('127.0.0.1:0')
            .describe('Where this run listens, host:port; port 0 is any that is free.'),
          url: address.optional().describe('What the deployment calls to reach it; not needed where both are on one machine.'),
          timeoutSeconds: z
            .number()
            .positive()
            .max(3600)
            .default(30)
            .describe('How long a webhook may take after its transaction has ended.'),
        })
        .optional()
        .describe('Lets the run receive webhooks, and check them.'),
      http: z
        .strictObject({
          timeoutSeconds: z.number().positive().max(600).default(30),
          rate: z.number().positive().optional().describe('At most so many requests per second.'),
          headers: z.record(z.string(), z.string()).default({}).describe('Sent with every request.'),
          ca: z.string().optional().describe('PEM file of certificate authorities to trust, relative to this file.'),
          proxy: address.optional().describe('URL of an HTTP proxy.'),
        })
        .prefault({}),
    })
    .refine((file) => file.network === 'testnet' || file.allowMainnet, {
      message: 'mainnet costs real credits: say `allowMainnet: true` as well if that is meant',
      path: ['network'],
    });

/** The deployment file: a base URL under test, with its identities and capabilities. */
export const deploymentSchema: z.ZodType<DeploymentFile> = schema(variable);

/** As {@link deploymentSchema}, once the variables are filled in. */
export const filledSchema: z.ZodType<DeploymentFile> = schema(z.string().min(1));

/** A request to an admin or test endpoint, with `{{parameters}}`. */
export interface CallTemplate {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** State that an HTTP call brings about, and another one puts back. */
export interface HttpWay {
  readonly set: CallTemplate;
  readonly restore?: CallTemplate | undefined;
}

/** A value in a request that makes the deployment pretend. */
export interface MagicWay {
  readonly magic: {
    readonly operation?: string | undefined;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Readonly<Record<string, unknown>>;
  };
}

export interface DeploymentFile {
  url: string;
  organization?: string | undefined;
  network: 'testnet' | 'mainnet';
  allowMainnet: boolean;
  identities: Record<
    string,
    string | { token: string; public: boolean; organization?: string | undefined; maxFileSizeBytes?: number | undefined }
  >;
  works: {
    own?: string | number | undefined;
    other?: string | number | undefined;
    external?: { externalUserRef: string; id: string } | undefined;
    direct?: string | undefined;
  };
  limits: { keysPerOrganization?: number | undefined };
  uploads: { maxBytes: number };
  capabilities: Partial<Record<SharedState, false | HttpWay | MagicWay | undefined>> & {
    'key.create'?: false | undefined;
    'key.revoke'?: false | undefined;
  };
  sessions?: SessionWay | undefined;
  simulate?: { headers: Record<string, string>; query: Record<string, string> } | undefined;
  webhooks?: { listen: string; url?: string | undefined; timeoutSeconds: number } | undefined;
  http: {
    timeoutSeconds: number;
    rate?: number | undefined;
    headers: Record<string, string>;
    ca?: string | undefined;
    proxy?: string | undefined;
  };
}

/**
 * What is wrong with a base URL; `undefined` when nothing is.
 *
 * @example
 * baseUrlProblem('https://api.example.com/?v=1'); // 'it ends in a query or a fragment, ...'
 */
export function baseUrlProblem(url: string): string | undefined {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
    return `${JSON.stringify(url.replace(/\/\/.*@/, '//...@'))} is no URL of http or https`;
  const { username, password, search, hash } = new URL(url);
  if (username !== '' || password !== '') return 'it holds a credential, which would show in reports: give it in http.headers';
  if (search !== '' || hash !== '') return 'it ends in a query or a fragment, but paths are appended to it';
  return undefined;
}

/**
 * The deployment file's JSON Schema, for editors; `schemas/deployment.schema.json` holds it.
 *
 * @example
 * JSON.stringify(deploymentJsonSchema());
 */
export function deploymentJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(deploymentSchema, { io: 'input' });
  return { $schema, title: 'failpath deployment file', ...schema };
}
