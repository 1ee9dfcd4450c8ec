import { basename, extname } from 'node:path';
import { createDeployment, createTransport, discoverWorld, loadDeployment, type Deployment, type Transport } from '../contracts/index.js';
import { hasSandbox, startMock } from '../mocks/index.js';
import type { Contract } from '../spec/index.js';
import type { Io } from './io.js';
import { makeReady, type ReadyOptions } from './ready.js';
import { usage } from './usage.js';

/** A deployment to drive, and how to let go of it. */
export interface Target {
  readonly deployment: Deployment;
  /** Whether an address was asked for its world and gave no answer at all. */
  readonly unanswered: boolean;
  close(): Promise<void>;
}

/** Where to find the deployment: a file, an address, or neither, which is the embedded sandbox. */
export interface TargetOptions extends ReadyOptions {
  readonly deployment?: string;
  readonly url?: string;
}

/** Changes what is known of a deployment before anything is sent to it, such as options of the command line. */
export type Adjust = (deployment: Deployment) => Deployment;

/**
 * Finds the deployment that a run drives; without a file or an address, a sandbox is started for it.
 *
 * @example
 * const target = await openTarget(contract, {}, io);
 *
 * @throws {InputError} for a deployment file or an address that cannot be used
 * @throws {Unready} for a deployment that was waited for in vain
 */
export async function openTarget(
  contract: Contract,
  options: TargetOptions,
  io: Pick<Io, 'env' | 'err' | 'errIsTerminal' | 'onInterrupt'>,
  adjust: Adjust = (deployment) => deployment,
): Promise<Target> {
  const { deployment: file, url } = options;
  if (file !== undefined && url !== undefined) {
    throw usage(
      '--deployment and --url are both given',
      'They name two deployments.',
      'Keep one; the deployment file says the URL as well.',
    );
  }
  if (file === undefined && url === undefined) {
    refuseForSandbox(options);
    return openSandbox(contract, adjust);
  }
  const known = file === undefined ? bare(url ?? '') : loadDeployment(file, io.env);
  const started = await makeReady(adjust(known), options, io);
  try {
    const found = file === undefined ? await askWorld(known, adjust) : { deployment: known, unanswered: false };
    return { ...found, deployment: adjust(found.deployment), close: () => started.end() };
  } catch (error) {
    await started.end();
    throw error;
  }
}

async function openSandbox(contract: Contract, adjust: Adjust): Promise<Target> {
  const mock = await startMock({ port: 0, contract });
  try {
    const deployment = {
      ...(await askWorld(bare(mock.url), adjust)).deployment,
      replayUrl: REPLAY_URL,
      webhooks: HERE,
      stateless: !hasSandbox(contract),
    };
    return { deployment: adjust(deployment), unanswered: false, close: () => mock.close() };
  } catch (error) {
    // A server that goes on listening would keep the process alive.
    await mock.close();
    throw error;
  }
}

/** An embedded sandbox reaches whatever listens beside it. */
const HERE = { listen: { host: '127.0.0.1', port: 0 }, url: undefined, timeoutMs: 10_000 };

/** Where `failpath mock` listens: an embedded sandbox is gone when its report is read. */
const REPLAY_URL = 'http://127.0.0.1:4010';

/** What is started or waited for is a deployment; the embedded sandbox is there by itself. */
function refuseForSandbox({ start, wait, waitFor }: ReadyOptions): void {
  const [flag] = Object.entries({ '--start': start, '--wait': wait, '--wait-for': waitFor }).find(([, value]) => value !== undefined) ?? [];
  if (flag !== undefined)
    throw usage(
      `${flag} is given without --url or --deployment`,
      'The embedded sandbox starts by itself.',
      'Say where the deployment is: --url http://127.0.0.1:3000.',
    );
}

/** Of an address alone, nothing else is known. */
function bare(url: string): Deployment {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return createDeployment({ url });
  throw usage(`--url is ${JSON.stringify(url)}`, 'A deployment is reached over http or https.', 'Say --url https://staging.example.com');
}

/** An address may describe itself, by its own well-known world. */
async function askWorld(known: Deployment, adjust: Adjust): Promise<Pick<Target, 'deployment' | 'unanswered'>> {
  const transport = createTransport({ ...adjust(known).http, connections: 1 });
  let unanswered = true;
  const send: Transport['send'] = async (...request) => {
    const answer = await transport.send(...request);
    unanswered = false;
    return answer;
  };
  try {
    const world = await discoverWorld(known.url, { ...transport, send });
    return { deployment: world ?? known, unanswered };
  } finally {
    await transport.close();
  }
}

/** What policies and records call a deployment: as its file is called, else its host; the embedded one is the `sandbox`. */
export function deploymentName({ deployment, url }: TargetOptions): string {
  if (deployment !== undefined) return basename(deployment, extname(deployment));
  return url === undefined ? 'sandbox' : new URL(url).host;
}
