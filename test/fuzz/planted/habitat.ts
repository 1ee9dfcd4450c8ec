import { createAtsSandbox, startMock } from '../../../mocks/index.js';
import { contract } from '../../support/judge.js';
import type { Bug } from './bugs.js';
import { startFront } from './front.js';

/** Starts a deployment with a bug, or with the same gateway and none, and closes it after use. */
export async function withBug<T>(bug: Pick<Bug, 'sandbox' | 'front'>, use: (url: string) => Promise<T>): Promise<T> {
  const { sandbox, front: duties } = bug;
  const mock = await startMock({ contract, ...(sandbox && { sandbox: (context) => createAtsSandbox(context, sandbox()) }) });
  const front = await startFront(mock.url, duties?.() ?? {});
  try {
    return await use(front.url);
  } finally {
    await front.close();
    await mock.close({ graceMs: 0 });
  }
}
