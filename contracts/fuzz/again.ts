import type { Operation } from '../../spec/index.js';
import { isSame } from './finding.js';
import type { Findings } from './findings.js';
import { toCurl } from './curl.js';
import { judge } from './judge.js';
import type { Pool } from './pool.js';
import type { FuzzSession } from './session.js';
import type { Finding } from './types.js';

interface Known {
  readonly finding: Finding;
  readonly poolOf: (operation: Operation) => Promise<Pool>;
}

/**
 * Sends what was found before, to each of the operations that have shown it, and takes it up again where it is still there.
 *
 * @returns why it cannot be told whether it is gone, if so
 */
export async function again(session: FuzzSession, findings: Findings, { finding, poolOf }: Known): Promise<string | undefined> {
  const { also = [], ...own } = finding;
  let why = await once(session, findings, { finding: own, poolOf });
  for (const { request, ...elsewhere } of also)
    why = (await once(session, findings, { finding: { ...own, ...elsewhere, requests: [request] }, poolOf })) ?? why;
  return why;
}

async function once(session: FuzzSession, findings: Findings, { finding, poolOf }: Known): Promise<string | undefined> {
  const { context, bench } = session;
  const [request] = finding.requests;
  const operation = context.contract.operation(finding.operation);
  if (request === undefined || operation === undefined || finding.requests.length > 1) return undefined;
  const pool = await poolOf(operation);
  const base = await pool.take();
  const { values } = base;
  const { refused } = pool;
  const sent = await session.send(request, values);
  const judged = sent === undefined ? undefined : judge(bench, request, finding.expects ?? 'declared', sent);
  pool.giveBack(base, judged?.succeeded === true || (sent !== undefined && 'silent' in sent));
  const { wrong, edge } = judged ?? {};
  if (wrong === undefined) {
    const why = whyUnknown({ edge, unsent: sent === undefined, refused: refused?.passing === true ? refused.came : undefined }, operation);
    if (why === undefined) return undefined;
    const says = `nobody knows whether it is gone (${finding.cause}): ${why}`;
    session.emit({ type: 'note', says, remedy: 'Give the deployment what a good request needs, and try it again.' });
    return says;
  }
  // What is declared may pass: then it was no finding in the first place.
  const curl = toCurl(request, { deployment: context.deployment, redactor: context.redactor, values });
  findings.take({
    ...finding,
    kind: wrong.kind,
    curl,
    times: 1,
    ...(isSame({ ...wrong, kind: finding.kind }, wrong) ? {} : { remedy: wrong.remedy }),
  });
  return undefined;
}

/** Where a good request cannot get in, a bad one did not either. */
function whyUnknown(
  { edge, unsent, refused }: { readonly edge: string | undefined; readonly unsent: boolean; readonly refused: string | undefined },
  { id }: Operation,
): string | undefined {
  if (unsent) return 'its request could not be sent: a credential is not given, or the deployment file does not allow it';
  if (edge !== undefined) return `something in front of the application answers: ${edge}`;
  return refused === undefined ? undefined : `a good ${id} is answered with ${refused}`;
}
