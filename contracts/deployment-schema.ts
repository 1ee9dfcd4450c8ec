import { z } from 'zod';
import { closest } from '../spec/index.js';
import { IDENTITIES, type DeploymentFile } from './deployment-file.js';
import type { SharedState } from './types.js';

export { baseUrlProblem, type CallTemplate, type DeploymentFile, type HttpWay, type MagicWay } from './deployment-file.js';

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

/** A name, an IPv4 address, or an IPv6 address in brackets, and a port where it is not the usual one; parts may be ${NAME}. */
const HOST = /^(?:\$\{[A-Za-z_]\w*\}|[A-Za-z0-9._-]|\[[0-9A-Fa-f:.]+\])+(?::\d{1,5})?$/;

const allow = z
  .strictObject({
    hosts: z
      .array(z.string().regex(HOST, 'a host is a name, with :port where it is not the usual one: no scheme, no path, no wildcard'))
      .default([])
      .describe('Hosts that requests may go to; that of `url` and that of upload URLs as well.'),
    writes: z
      .array(z.string().min(1))
      .default([])
      .describe('Operations by operationId, `upload` for uploads, capabilities such as `clock.advance` for their calls.'),
    revocations: z.boolean().default(false).describe('Whether keys may be revoked, and whatever else the contract has a DELETE for.'),
  })
  .optional()
  .describe('All that the suite may do: whatever is not named is refused before it is sent. Applies wherever it stands.');

const jobId = z.string().min(1).optional();

const aged = (secret: z.ZodString) =>
  z.strictObject({
    uploadSession: jobId.describe('job_id of an upload session of works/init that has expired.'),
    versionUploadSession: jobId.describe('job_id of an upload session of versions/init that has expired.'),
    quote: jobId.describe('job_id of a quote of works/prepare that has expired.'),
    versionQuote: jobId.describe('job_id of a quote of versions/prepare that has expired.'),
    partnerSession: z
      .strictObject({
        token: z.string().min(1).describe('The expired token, as ${NAME} of an environment variable.'),
        public: z.boolean().default(false).describe('Says that the token is no secret.'),
        externalUserRef: z.string().min(1).describe('The external user that it was opened for.'),
      })
      .refine((value) => value.public || secret.safeParse(value.token).success, {
        message: 'a token is given as ${NAME}, the name of an environment variable (or marked `public: true`)',
        path: ['token'],
      })
      .optional()
      .describe('A partner session of the organization that has expired.'),
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

/** A misspelt identity would be missing, and nobody would look for it here. */
const spelledRight = (identities: object, context: z.RefinementCtx): void => {
  for (const name of Object.keys(identities)) {
    if ((IDENTITIES as readonly string[]).includes(name)) continue;
    const near = closest(name, IDENTITIES);
    if (near !== undefined)
      context.addIssue({ code: 'custom', path: [name], message: `no path asks for such an identity. Did you mean ${near}?` });
  }
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
      production: z.boolean().default(false).describe('Permits only what `allow` names; without `allow` that is nothing.'),
      allow,
      identities: z
        .record(z.string(), identity(secret))
        .superRefine(spelledRight)
        .default({})
        .describe(`${IDENTITIES.slice(0, -1).join(', ')}; admin for an administrator.`),
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
        .strictObject({
          keysPerOrganization: z.number().int().positive().optional(),
          uploadTtlSeconds: z.number().positive().optional().describe('How long an upload session lives here.'),
          quoteTtlSeconds: z.number().positive().optional().describe('How long a quote binds here.'),
          partnerSessionTtlSeconds: z.number().positive().optional().describe('How long a partner session lives here.'),
        })
        .default({})
        .describe('Limits that this deployment sets otherwise than the contract says.'),
      aged: aged(secret).default({}).describe('Things that have expired already, for a deployment whose clock stands for itself.'),
      patienceSeconds: z
        .number()
        .nonnegative()
        .max(7200)
        .default(60)
        .describe('The longest that the suite may wait for something to expire.'),
      revocation: z
        .strictObject({
          withinSeconds: z.number().nonnegative().max(600).default(5).describe('How long a revoked key may go on working; 0: not at all.'),
        })
        .prefault({})
        .describe('Whether this deployment lets a revoked key in for a while, such as one that caches keys.'),
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
          id: z
            .string()
            .regex(/^\//, 'a JSON pointer begins with /')
            .default('/id')
            .describe('Where the answer to `open` has the id, as a JSON pointer.'),
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
