import { expect } from 'chai';
import {
  atsSuite,
  createTransport,
  planRun,
  promisesOf,
  rehearse,
  run,
  verifyWebhooks,
  type CauseLine,
  type Deployment,
  type PlannedCause,
  type ProbeLine,
  type Promises,
  type WebhookLine,
} from '../../contracts/index.js';
import { startMock, type Mock } from '../../mocks/index.js';
import type { Failure } from '../../spec/index.js';
import { contract } from '../support/judge.js';
import { deploymentOf, DESCRIBED } from './deployments.js';
import { labelOf, recording, tally, type Recorder } from './recorder.js';

/** The one whose requests depend on what is there. */
const isBounded = ({ code }: Failure): boolean => code === 'api_key.limit_reached';

interface Kept {
  readonly promises: Promises;
  readonly planned: ReturnType<typeof sentBy>;
  readonly lines: readonly CauseLine[];
  readonly probes: readonly ProbeLine[];
  readonly webhooks: readonly WebhookLine[];
  readonly recorder: Recorder;
}

const sentBy = (sent: readonly { readonly label: string; readonly write: boolean; readonly bytes: number }[]) => ({
  labels: tally(sent.map(({ label }) => (label === 'upload' || contract.operation(label) !== undefined ? label : 'no operation'))),
  requests: sent.length,
  writes: sent.filter(({ write }) => write).length,
  bytes: sent.reduce((sum, { bytes }) => sum + bytes, 0),
});

/** Plans, and then runs what was planned; time passes on the mock's clock alone. */
async function keep(mock: Mock, deployment: Deployment, selected: (failure: Failure) => boolean, concurrency: number): Promise<Kept> {
  const plan = await planRun({ contract, suite: atsSuite, deployment, selected });
  const rehearsal = await rehearse(plan, { probes: true, webhooks: true });
  const recorder = recording(createTransport({ timeoutMs: 10_000, connections: 8 }));
  const lines: CauseLine[] = [];
  const probes: ProbeLine[] = [];
  const webhooks: WebhookLine[] = [];
  const wait = (milliseconds: number): Promise<void> => mock.clock.advance(milliseconds);
  try {
    for await (const event of run(plan, { transport: recorder, concurrency, wait, probes: true })) {
      if (event.type === 'path-finished') lines.push(event.line);
      if (event.type === 'probe-finished') probes.push(event.line);
    }
    webhooks.push(...(await verifyWebhooks(plan, { transport: recorder })).lines);
  } finally {
    await recorder.close();
  }
  return { promises: promisesOf(rehearsal), planned: sentBy(rehearsal.sent), lines, probes, webhooks, recorder };
}

const nameOf = ({ failure, cause }: Pick<CauseLine, 'failure' | 'cause'>): string => `${failure.key} (${cause})`;

function plannedCauses({ failures }: Promises): Map<string, PlannedCause> {
  return new Map(
    failures.flatMap(({ operation, status, code, causes }) =>
      causes.map((cause) => [`${operation} ${status} ${code} (${cause.cause})`, cause] as const),
    ),
  );
}

interface Told {
  readonly outcome: string;
  readonly reason: string;
  readonly requests: readonly { readonly phase: string; readonly label: string; readonly method: string }[];
}

const NOTHING: Told = { outcome: 'nothing', reason: '', requests: [] };
const tell = ({ outcome, reason, requests }: Told): string =>
  `${outcome} ${reason} [${requests.map(({ phase, label, method }) => `${phase} ${method} ${label}`).join(', ')}]`;
const compare = (name: string, promise: Told | undefined, seen: Told): string[] =>
  tell(promise ?? NOTHING) === tell(seen) ? [] : [`${name}: planned ${tell(promise ?? NOTHING)}, came to ${tell(seen)}`];

/** Each promise that was not kept, in words. */
function broken({ promises, lines, probes, webhooks }: Kept): string[] {
  const causes = plannedCauses(promises);
  const probed = new Map(promises.probes.map((probe) => [`${probe.kind} ${probe.operation} ${probe.name}`, probe]));
  return [
    ...lines.flatMap((line) => compare(nameOf(line), causes.get(nameOf(line)), { ...line, requests: line.evidence.requests })),
    ...probes.flatMap(({ probe, takenFrom, evidence, ...line }) => {
      const name = `${probe.kind} ${probe.operation.id} ${probe.name}`;
      return compare(name, probed.get(name), { ...line, requests: takenFrom === undefined ? evidence.requests : [] });
    }),
    ...webhooks.flatMap((line) => {
      const promise = promises.webhooks.find(({ webhook }) => webhook === line.webhook.name);
      return compare(line.webhook.name, promise && { ...promise, requests: [] }, { ...line, requests: [] });
    }),
    ...(probes.length === promises.probes.length ? [] : [`${promises.probes.length} probes planned, ${probes.length} made`]),
  ];
}

/** What is not permitted to its end is not begun: how far it would get depends on what runs beside it. */
function begunInVain({ failures, probes }: Promises): string[] {
  return [...failures.flatMap(({ operation, causes }) => causes.map((cause) => ({ operation, name: cause.cause, ...cause }))), ...probes]
    .filter(({ outcome, requests }) => outcome === 'not-capable' && requests.length > 0)
    .map(({ operation, name, reason }) => `${operation} ${name}: ${reason}`);
}

describe('what a plan promises, the run keeps:', function () {
  this.timeout(60_000);
  let mock: Mock;
  beforeEach(async () => {
    mock = await startMock({ port: 0 });
  });
  afterEach(() => mock.close());

  // Every other one in the short form: each is a plan and a whole run.
  const those = DESCRIBED.filter((_, index) => process.env['FAILPATH_LONG'] !== undefined || index % 3 === 0);
  for (const described of those) {
    it(described.name, async () => {
      const concurrency = described.oneAtATime === true ? 1 : 8;
      const kept = await keep(mock, deploymentOf(described, mock), (failure) => !isBounded(failure), concurrency);
      expect(broken(kept).slice(0, 3)).to.deep.equal([]);
      const { requests } = kept.recorder;
      expect({
        labels: tally(requests.map(labelOf)),
        requests: requests.length,
        writes: requests.filter(({ method }) => method !== 'GET').length,
        bytes: requests.reduce((sum, { body }) => sum + (typeof body === 'object' ? body.bytes : 0), 0),
      }).to.deep.equal(kept.planned);
      expect({ requests: kept.promises.costs.requests, bytes: kept.promises.costs.bytes }).to.deep.equal({
        requests: requests.length,
        bytes: kept.planned.bytes,
      });
      expect(begunInVain(kept.promises), 'sent although it cannot be proven').to.deep.equal([]);
      expect(atsSuite.rehearsal?.leaves(kept.recorder.answered)).to.deep.equal(kept.promises.leaves);
    });
  }

  it('where it says the most, it is no more', async () => {
    const [everything] = DESCRIBED;
    if (everything === undefined) throw new Error('there is none');
    const kept = await keep(mock, deploymentOf(everything, mock), isBounded, 8);
    const planned = [...plannedCauses(kept.promises).values()].filter(({ outcome }) => outcome === 'verified');
    const [line] = kept.lines.filter(({ outcome }) => outcome === 'verified');
    expect(planned.map(({ bound }) => bound)).to.deep.equal(['at most']);
    const [most, seen] = [planned[0]?.requests ?? [], line?.evidence.requests ?? []];
    expect(seen.length).to.be.lessThan(most.length);
    const others = (all: readonly { readonly phase: string; readonly label: string }[]): string[] =>
      all.filter(({ phase, label }) => phase !== 'given' || label !== 'createApiKey').map(({ phase, label }) => `${phase} ${label}`);
    expect(others(seen)).to.deep.equal(others(most));
    expect(kept.recorder.requests.length).to.be.lessThan(kept.promises.costs.requests);
    expect(kept.promises.costs.bound).to.equal('at most');
  });
});
