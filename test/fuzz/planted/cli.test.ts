import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { failpath } from '../../support/cli.js';
import { BUGS } from './bugs.js';
import type { Duties, Fronted } from './front.js';
import { withBug } from './habitat.js';
import { joined } from './rules.js';

/** All of them at once, as a deployment has them. */
function allOf(bugs: typeof BUGS): Parameters<typeof withBug>[0] {
  const fronts = bugs.flatMap(({ front }) => (front === undefined ? [] : [front()]));
  const lines = fronts.find((duties) => duties.lines !== undefined)?.lines;
  const duties: Duties = {
    before: async (request) => {
      let came: Fronted = request;
      for (const { before } of fronts) came = (await before?.(came)) ?? came;
      return came;
    },
    ...(lines === undefined ? {} : { lines }),
  };
  return { sandbox: () => joined(bugs.flatMap(({ sandbox }) => (sandbox === undefined ? [] : [sandbox()]))), front: () => duties };
}

interface Told {
  readonly kind: string;
  readonly operation: string;
  readonly curl: string;
  readonly again: string;
}

/** The findings of a report: its first line, the line for a shell, and the one that runs it again. */
function told(report: string): readonly Told[] {
  return report
    .split('\n\n')
    .filter((section) => section.startsWith('✗'))
    .map((section) => {
      const lines = section.split('\n');
      const [, kind = '', operation = ''] = /^✗ (\S+) {2}(\S+)/.exec(section) ?? [];
      const lineOf = (start: string): string => lines.find((line) => line.startsWith(start))?.trim() ?? '';
      return { kind, operation, curl: lineOf('  curl'), again: lineOf('  again: failpath ').replace('again: failpath ', '') };
    });
}

const exec = promisify(execFile);

/** The words of a command, as a shell has them. */
const wordsOf = async (command: string): Promise<string[]> =>
  (await exec('bash', ['-c', `printf '%s\\n' ${command}`])).stdout.trimEnd().split('\n');

const statusOf = async (curl: string): Promise<string> =>
  /^HTTP\/1\.1 (\d{3})/.exec(
    (await exec('timeout', ['2', 'bash', '-c', curl]).catch((error: unknown) => error as { stdout: string })).stdout,
  )?.[1] ?? 'silent';

describe('planted bugs: the command', function () {
  this.timeout(60_000);
  const isSequence = ({ kind }: { readonly kind: string }): boolean => kind === 'invariant';
  // What hangs takes its time each time.
  const single = BUGS.filter((bug) => !isSequence(bug) && bug.kind !== 'no-answer');

  it('finds eight in one run, each in one line that shows it, and again by its number', () =>
    withBug(allOf(single), async (url) => {
      const operations = [...new Set(single.map(({ operation }) => operation))].flatMap((operation) => ['--operation', operation]);
      const args = ['fuzz', '--url', url, ...operations, '--seed', '7', '--requests', '1200', '--timeout', '8'];
      const { exitCode, stdout } = await failpath(args);
      const found = told(stdout);
      expect(exitCode, stdout).to.equal(1);
      const sorted = (all: readonly Pick<Told, 'kind' | 'operation'>[]): string[] =>
        all.map(({ kind, operation }) => `${kind} ${operation}`).toSorted();
      expect(sorted(found), stdout).to.deep.equal(sorted(single));
      const overflow = found.find(({ curl }) => curl.includes('max_file_size_bytes'));
      expect(overflow?.curl).to.match(/"max_file_size_bytes":[^,]+\}'$/);
      expect(await statusOf(overflow?.curl ?? '')).to.equal('500');
      expect(overflow?.again).to.match(/--timeout 8 --operation \S+ --operation \S+ .*--replay 7:\d+$/);
      const again = await failpath(await wordsOf(overflow?.again ?? ''));
      expect([again.exitCode, told(again.stdout).map(({ curl }) => curl)]).to.deep.equal([1, [overflow?.curl]]);
    }));

  it('finds the one that only a sequence shows, and again by its number', () => {
    const bugs = BUGS.filter(isSequence);
    return withBug(allOf(bugs), async (url) => {
      const { exitCode, stdout } = await failpath(['fuzz', '--url', url, '--only', 'sequences', '--seed', '7', '--requests', '300']);
      const [finding, ...others] = told(stdout);
      expect([exitCode, finding?.kind, others]).to.deep.equal([1, 'invariant', []]);
      expect(finding?.again).to.match(/--replay 7:s\d+$/);
      const again = await failpath(await wordsOf(finding?.again ?? ''));
      expect([again.exitCode, told(again.stdout).map(({ kind, operation }) => [kind, operation])]).to.deep.equal([
        1,
        [['invariant', 'initWork']],
      ]);
    });
  });
});
