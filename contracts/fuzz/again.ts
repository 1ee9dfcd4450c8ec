import { provide } from './bases.js';
import { isSame } from './finding.js';
import type { Findings } from './findings.js';
import { toCurl } from './curl.js';
import { judge } from './judge.js';
import type { FuzzSession } from './session.js';
import type { Finding } from './types.js';

/** Sends what was found before, and takes it up again if it is still there. */
export async function again(session: FuzzSession, findings: Findings, finding: Finding): Promise<void> {
  const { context, bench } = session;
  const [request] = finding.requests;
  const operation = context.contract.operation(finding.operation);
  if (request === undefined || operation === undefined || finding.requests.length > 1) return;
  const { values } = await provide(context, operation);
  const sent = await session.send(request, values);
  if (sent === undefined) return;
  const { wrong } = judge(bench, request, finding.expects ?? 'declared', sent);
  if (wrong === undefined) return;
  // What is declared may pass: then it was no finding in the first place.
  const curl = toCurl(request, { deployment: context.deployment, redactor: context.redactor, values });
  findings.take({
    ...finding,
    kind: wrong.kind,
    curl,
    times: 1,
    ...(isSame({ ...wrong, kind: finding.kind }, wrong) ? {} : { remedy: wrong.remedy }),
  });
}
