import { z } from 'zod';
import { MOCK_PROBLEMS, type MockProblem } from '../../problem.js';

const ADMIN_TYPES = (Object.keys(MOCK_PROBLEMS) as MockProblem[])
  .filter((name) => name.startsWith('admin-'))
  .map((name) => `failpath:${name}`);

const stubError = z
  .object({
    code: z.int(),
    source: z.object({ pointer: z.string().describe('A JSON pointer into what was sent.') }).optional(),
    title: z.string(),
    detail: z.string().optional(),
  })
  .meta({ id: 'StubError', description: 'One thing that is wrong with an input, as WireMock says it.' });

const shape = {
  type: z.enum(ADMIN_TYPES),
  title: z.string(),
  status: z.int(),
  detail: z.string().describe('What is wrong.'),
};

const problem = z
  .object({
    ...shape,
    why: z.string().optional(),
    remedy: z.string().optional().describe('What to send instead.'),
    routes: z.array(z.string()).optional().describe('For an unknown route: those that there are.'),
    errors: z.array(stubError).optional(),
  })
  .meta({ id: 'Problem', description: 'A refusal (RFC 9457).' });

const refusal = z
  .object({ ...shape, errors: z.array(stubError).min(1) })
  .meta({ id: 'Refusal', description: "A refusal (RFC 9457) with the errors that WireMock's clients look for." });

/** How the control API refuses, by status. */
export const REFUSALS = {
  400: { name: 'BadInput', description: 'The input cannot be used; nothing has changed.', schema: problem },
  401: { name: 'TokenNeeded', description: 'The admin token is missing or wrong.', schema: problem },
  403: { name: 'NotLocal', description: 'The request came by another name than this machine has, or from a web page.', schema: problem },
  404: { name: 'NotThere', description: 'There is no such thing.', schema: problem },
  409: { name: 'Recording', description: 'The mock records a deployment: it would have no effect.', schema: problem },
  422: {
    name: 'Refused',
    description: 'The input cannot be used, or is not supported: each problem by its name and pointer. Nothing has changed.',
    schema: refusal,
  },
} as const;

export type RefusalStatus = keyof typeof REFUSALS;
