import { createAtsSandbox } from '../../mocks/ats/index.js';
import { startMock } from '../../mocks/index.js';
import { contract } from '../support/judge.js';
import { startProxy } from '../support/proxy.js';
import type { Mutant } from './mutant.js';

/**
 * Starts a mutant on a port of its own, and closes it after use.
 *
 * @example
 * await habitat(mutant, (url) => judgeDeployment(url));
 */
export async function habitat<T>(
  { sandbox, proxy: meddling }: Pick<Mutant, 'sandbox' | 'proxy'>,
  use: (url: string) => Promise<T>,
): Promise<T> {
  const mock = await startMock({ contract, ...(sandbox && { sandbox: (context) => createAtsSandbox(context, sandbox()) }) });
  const proxy = meddling && (await startProxy(mock.url, meddling()));
  try {
    return await use(proxy?.url ?? mock.url);
  } finally {
    await proxy?.close();
    await mock.close({ graceMs: 0 });
  }
}
