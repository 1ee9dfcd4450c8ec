import { basename, extname } from 'node:path';
import {
  atsSuite,
  createDeployment,
  createTransport,
  discoverWorld,
  loadDeployment,
  type Deployment,
  type Suite,
  type Transport,
} from '../contracts/index.js';
import { startMock } from '../mocks/index.js';
import { InputError, type Contract } from '../spec/index.js';

/** A deployment to drive, and how to let go of it. */
export interface Target {
  readonly deployment: Deployment;
  /** Whether an address was asked for its world and gave no answer at all. */
  readonly unanswered: boolean;
  close(): Promise<void>;
}

/** Where to find the deployment: a file, an address, or neither, which is the embedded sandbox. */
export interface TargetOptions {
  readonly deployment?: string;
  readonly url?: string;
}

/** Changes what is known of a deployment before anything is sent to it, such as options of the command line. */
export type Adjust = (deployment: Deployment) => Deployment;

/** The suites that come with failpath, by the contract's `x-failpath.api`. */
const SUITES: Readonly<Record<string, Suite>> = { ats: atsSuite };

/** The failure paths that belong to a contract; an API that failpath does not know has none yet. */
export function suiteOf({ api }: Contract): Suite {
  return SUITES[api ?? ''] ?? { ...atsSuite, name: api ?? 'your-api', paths: [], scenarios: {}, sequences: {}, fuzz: { ids: [] } };
}

/**
 * Finds the deployment that a run drives; without a file or an address, a sandbox is started for it.
 *
 * @example
 * const target = await openTarget(contract, {}, process.env);
 *
 * @throws {InputError} for a deployment file or an address that cannot be used
 */
export async function openTarget(
  contract: Contract,
  options: TargetOptions,
  environment: Readonly<Record<string, string | undefined>>,
  adjust: Adjust = (deployment) => deployment,
): Promise<Target> {
  const stays = (deployment: Deployment, unanswered = false): Target => ({
    deployment: adjust(deployment),
    unanswered,
    close: () => Promise.resolve(),
  });
  if (options.deployment !== undefined && options.url !== undefined) {
    throw usage(
      '--deployment and --url are both given',
      'They name two deployments.',
      'Keep one; the deployment file says the URL as well.',
    );
  }
  if (options.deployment !== undefined) return stays(loadDeployment(options.deployment, environment));
  if (options.url !== undefined) {
    const { deployment, unanswered } = await fromUrl(options.url, adjust);
    return stays(deployment, unanswered);
  }
  const mock = await startMock({ port: 0, contract });
  try {
    const deployment = { ...(await fromUrl(mock.url, adjust)).deployment, replayUrl: REPLAY_URL, webhooks: HERE };
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

/** A bare URL is described by its own well-known world, if it has one; otherwise nothing but the address is known. */
async function fromUrl(url: string, adjust: Adjust): Promise<Pick<Target, 'deployment' | 'unanswered'>> {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw usage(`--url is ${JSON.stringify(url)}`, 'A deployment is reached over http or https.', 'Say --url https://staging.example.com');
  }
  const bare = createDeployment({ url });
  const transport = createTransport({ ...adjust(bare).http, connections: 1 });
  let unanswered = true;
  const send: Transport['send'] = async (...request) => {
    const answer = await transport.send(...request);
    unanswered = false;
    return answer;
  };
  try {
    const world = await discoverWorld(url, { ...transport, send });
    return { deployment: world ?? bare, unanswered };
  } finally {
    await transport.close();
  }
}

/** What policies and records call a deployment: as its file is called, else its host; the embedded one is the `sandbox`. */
export function deploymentName({ deployment, url }: TargetOptions): string {
  if (deployment !== undefined) return basename(deployment, extname(deployment));
  return url === undefined ? 'sandbox' : new URL(url).host;
}

/** A mistake on the command line. */
export function usage(what: string, why: string, remedy: string): InputError {
  return new InputError([{ problem: 'usage', what, why, remedy }]);
}
