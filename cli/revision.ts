import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { displayName, InputError, loadContract, type Contract } from '../spec/index.js';
import { sound } from './contract.js';
import { usage } from './usage.js';

const run = promisify(execFile);
/** What a contract may be spread over. */
const DOCUMENT = /\.(ya?ml|json)$/i;

/**
 * Loads a contract that must be sound from a file, or from a file as it was at a revision of git: `main:openapi.yaml`, `HEAD~3:./api/openapi.yaml`.
 *
 * @example
 * const { name, contract } = await loadRevision('main:openapi.yaml');
 *
 * The path after the colon begins at the top of the repository, or with `./` at the working folder, as git reads it.
 *
 * @throws {InputError} `usage` where there is no repository, revision or file; what `loadContract` throws, and every finding of one that is not sound
 */
export async function loadRevision(named: string): Promise<{ readonly name: string; readonly contract: Contract }> {
  const colon = named.indexOf(':');
  // A drive's letter is no revision.
  if (existsSync(named) || colon < 2) return { name: named, contract: await sound(await loadContract(named)) };
  const revision = named.slice(0, colon);
  const top = await git(['rev-parse', '--show-toplevel'], named, 'this folder is in no repository of git');
  const commit = await git(['rev-parse', '--verify', '--quiet', `${revision}^{tree}`], named, `git knows no revision ${revision}`);
  const path = named.slice(colon + 1);
  const file = path.startsWith('./') || path.startsWith('../') ? relative(top, resolve(path)) : path;
  const listed = await git(['-C', top, 'ls-tree', '-r', '-z', '--name-only', commit], named, `git cannot list ${revision}`);
  const files = listed.split('\0').filter((one) => DOCUMENT.test(one));
  if (!files.includes(file)) throw refusal(named, `there is no ${file} at ${revision}`);
  const folder = mkdtempSync(join(tmpdir(), 'failpath-revision-'));
  try {
    return { name: named, contract: await checkedOut(folder, { top, commit, file, files, named }) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Only what the contract may refer to is written, with an index of its own, so that the repository's stays as it is. */
async function checkedOut(
  folder: string,
  { top, commit, file, files, named }: Record<'top' | 'commit' | 'file' | 'named', string> & { readonly files: readonly string[] },
): Promise<Contract> {
  const env = { ...process.env, GIT_INDEX_FILE: join(folder, 'index') };
  const why = 'git cannot read its files';
  await git(['-C', top, 'read-tree', commit], named, why, env);
  const tree = join(folder, 'tree');
  for (let from = 0; from < files.length; from += 500) {
    await git(['-C', top, 'checkout-index', `--prefix=${tree}/`, '--', ...files.slice(from, from + 500)], named, why, env);
  }
  try {
    const contract = await sound(await loadContract(join(tree, file)));
    // Places are looked up later: what they need is read while the files are there.
    contract.locate('');
    return contract;
  } catch (error) {
    throw error instanceof InputError ? inRevision(error, named.slice(0, named.indexOf(':')), tree) : error;
  }
}

/** Findings with files as the revision has them: where they are written to says nothing to anybody. */
function inRevision({ findings }: InputError, revision: string, tree: string): InputError {
  const [absolute, near] = [`${tree}/`, `${displayName(tree)}/`];
  const named = (text: string): string => text.replaceAll(absolute, `${revision}:`).replaceAll(near, `${revision}:`);
  return new InputError(
    findings.map(({ location, ...found }) => ({
      ...{ ...found, what: named(found.what), why: named(found.why), remedy: named(found.remedy) },
      ...(location === undefined ? {} : { location: { ...location, file: named(location.file) } }),
    })),
  );
}

async function git(args: readonly string[], named: string, why: string, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  try {
    const { stdout } = await run('git', [...args], { env, maxBuffer: 256 * 1024 * 1024 });
    return stdout.replace(/\r?\n$/, '');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw refusal(named, 'git is not installed');
    throw refusal(named, why);
  }
}

function refusal(named: string, why: string): Error {
  return usage(
    `${named} is neither a file nor a revision's`,
    `There is no such file, and ${why}.`,
    'Name a file, or say <revision>:<path> in a repository: failpath diff main:openapi.yaml',
  );
}
