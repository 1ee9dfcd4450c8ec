import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { InputError, readFileText } from '../../spec/index.js';
import type { Elsewhere, Finding, FuzzRequest } from './types.js';

/** The version of the format; what another one says is not guessed at. */
const VERSION = 1;

const EXPECTATIONS = ['declared', 'refused', 'accepted'] as const;

const request = z.object({
  operation: z.string(),
  method: z.string().regex(/^[A-Z]+$/),
  target: z.string().startsWith('/'),
  headers: z.array(z.tuple([z.string(), z.string()])),
  body: z.string().optional(),
  as: z.string().nullable(),
});

const elsewhere = z.object({ operation: z.string().min(1), request, expects: z.enum(EXPECTATIONS).optional() });

const kept = z.object({
  failpathFinding: z.literal(VERSION),
  cause: z.string().min(1),
  kind: z.enum(['server-error', 'undeclared', 'accepted', 'leak', 'no-answer', 'control', 'invariant']),
  operation: z.string().min(1),
  says: z.string(),
  remedy: z.string(),
  expects: z.enum(EXPECTATIONS).optional(),
  requests: z.array(request).min(1),
  also: z.array(elsewhere).optional(),
  sequence: z
    .array(z.object({ does: z.string(), with: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])) }))
    .optional(),
});

/**
 * A finding as it is kept: what is needed to try it again, and nothing that was answered. Credentials stand in it by the names of
 * their identities.
 *
 * @example
 * writeFileSync(fileNameOf(finding), toText(finding));
 */
export function toText({ cause, kind, operation, says, remedy, expects, requests, also, sequence }: Finding): string {
  const others = also?.map((one) => ({ operation: one.operation, expects: one.expects, request: one.request }));
  const kept = { failpathFinding: VERSION, cause, kind, operation, says, remedy, expects, requests, also: others, sequence };
  return `${JSON.stringify(kept, null, 2)}\n`;
}

/** The name of the file of a finding: the same for the same cause. */
export function fileNameOf({ kind, operation, cause }: Finding): string {
  const hash = createHash('sha256').update(cause).digest('hex').slice(0, 8);
  // What any operation may show has the same name whichever was the first.
  const where = cause.startsWith('* ') ? 'any' : operation.replaceAll(/\W/g, '_');
  return `${kind}-${where}-${hash}.json`;
}

/**
 * Reads a finding that was kept.
 *
 * @throws {InputError} `finding-unreadable`
 */
export function readFinding(file: string): Finding {
  const unreadable = (why: string): InputError =>
    new InputError([
      {
        problem: 'finding-unreadable',
        what: `${file}: ${why}`,
        why: 'A finding that is misread would be taken for gone.',
        remedy: 'Name a file that `failpath fuzz --corpus` has written, or delete it.',
      },
    ]);
  let value: unknown;
  try {
    value = JSON.parse(readFileText(file));
  } catch (error) {
    throw unreadable(error instanceof SyntaxError ? 'it is no JSON' : (error as Error).message);
  }
  const parsed = kept.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw unreadable([issue?.path.join('.') ?? '', issue?.message ?? ''].filter((part) => part !== '').join(': '));
  }
  const { expects, requests, also, sequence, failpathFinding: _, ...rest } = parsed.data;
  return {
    ...rest,
    requests: requests.map(toRequest),
    replay: file,
    answer: undefined,
    discrepancies: [],
    curl: '',
    times: 0,
    ...(expects === undefined ? {} : { expects }),
    ...(also === undefined ? {} : { also: also.map(toElsewhere) }),
    ...(sequence === undefined ? {} : { sequence }),
  };
}

const toRequest = (one: z.infer<typeof request>): FuzzRequest => ({ ...one, body: one.body });

function toElsewhere({ operation, request: one, expects }: z.infer<typeof elsewhere>): Elsewhere {
  return { operation, request: toRequest(one), ...(expects === undefined ? {} : { expects }) };
}

/**
 * Reads all findings of a folder, in the order of their names; a folder that is not there yet has none.
 *
 * @throws {InputError} `finding-unreadable`
 */
export function readCorpus(folder: string): readonly Finding[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .map((name) => readFinding(join(folder, name)));
}

/**
 * Makes a folder and what it is in, if need be, and sees that it can be written to. One step at a time: where a file system says that
 * a folder which is there is not, making all at once never ends.
 *
 * @throws {Error} that of the file system
 */
function makeFolder(folder: string): void {
  if (!existsSync(folder)) {
    const parent = dirname(folder);
    if (parent !== folder) makeFolder(parent);
    mkdirSync(folder);
  }
  if (!statSync(folder).isDirectory()) throw new Error(`${folder} is no folder`);
  accessSync(folder, constants.W_OK);
}

/** Keeps findings in a folder, which is made if need be; each has a file of its own. Returns the files. */
export function writeCorpus(folder: string, findings: readonly Finding[]): readonly string[] {
  makeFolder(folder);
  return findings.map((finding) => {
    const file = join(folder, fileNameOf(finding));
    writeFileSync(file, toText(finding));
    return file;
  });
}
