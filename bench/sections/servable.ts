import { Agent, request } from 'node:http';
import type { Contract, Operation } from '../../spec/index.js';
import { residentBytes } from '../measure/proc.js';
import { launch } from '../measure/spawn.js';
import { failpath } from '../servers/failpath.js';
import type { Context } from './types.js';

/** Answers that a plain request cannot have: the switch to another protocol. */
const SWITCHES = 101;

interface Asked {
  readonly asked: number;
  /** What was not answered with the status that was asked for. */
  readonly missing: readonly string[];
  readonly residentMb: number;
}

function statusOf(agent: Agent, origin: string, { method, path }: Operation, status: number): Promise<number> {
  const url = `${origin}${path.replaceAll(/\{[^}]+\}/g, '1')}`;
  return new Promise((resolve) => {
    const sent = request(url, { method, agent, headers: { prefer: `code=${status}` } }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
      answer.on('error', () => resolve(0));
    });
    sent.on('error', () => resolve(0));
    sent.end();
  });
}

/** Asks a mock of the contract for each response that it declares. */
export async function notServable(context: Context, contract: Contract, file: string): Promise<Asked> {
  const running = await launch(failpath('--contract', file), context.pins);
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  try {
    const all = contract.operations.flatMap((operation) => operation.answers.map(({ status }) => [operation, status] as const));
    const pairs = all.filter(([, status]) => status !== SWITCHES);
    const missing: string[] = [];
    const queue = pairs.values();
    const worker = async (): Promise<void> => {
      for (const [operation, status] of queue) {
        const got = await statusOf(agent, running.url, operation, status);
        if (got !== status) missing.push(`${operation.method} ${operation.path} ${status}: ${got}`);
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    return { asked: pairs.length, missing, residentMb: residentBytes(running.pid) / 2 ** 20 };
  } finally {
    agent.destroy();
    await running.stop();
  }
}
