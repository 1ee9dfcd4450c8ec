import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, startFailpath, temporaryFile, temporaryFolder, type Running } from '../support/cli.js';
import { answerOf, claimIn, contradictions, type Answer, type Claim } from './claims.js';

/** A fenced block of a Markdown page. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** Of its first line, from 1. */
  readonly line: number;
  /** The `##` heading that it stands below. */
  readonly section: string;
}

export interface Page {
  /** From the project's folder. */
  readonly file: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

/** Reads a page of the project. */
export function readPage(file: string): Page {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return { file, text, blocks: blocksOf(text) };
}

/** The fenced blocks of a Markdown text, in their order. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let section = '';
  let open: { language: string; line: number; lines: string[] } | undefined;
  for (const [index, line] of markdown.split('\n').entries()) {
    const fence = /^```(\w*)\s*$/.exec(line);
    if (open !== undefined && fence !== null) {
      blocks.push({ language: open.language, text: open.lines.join('\n'), line: open.line, section });
      open = undefined;
    } else if (open !== undefined) open.lines.push(line);
    else if (fence !== null) open = { language: fence[1] ?? '', line: index + 2, lines: [] };
    else section = /^## (.*\S)/.exec(line)?.[1] ?? section;
  }
  return blocks;
}

/** `npx failpath mock` with flags, on a line of its own. */
const SERVER = /^npx failpath mock\b([^#\n]*)/m;
const DEFAULT_PORT = '4010';

/** The mocks that the pages start: the flags of each, by the port that it has there. */
export function serversOf(blocks: readonly Block[]): ReadonlyMap<string, readonly string[]> {
  const servers = new Map<string, readonly string[]>();
  for (const { text, language } of blocks) {
    const words = language === 'sh' ? SERVER.exec(text)?.[1]?.split(/\s+/).filter(Boolean) : undefined;
    if (words === undefined) continue;
    const at = words.indexOf('--port');
    const port = at < 0 ? DEFAULT_PORT : (words[at + 1] ?? DEFAULT_PORT);
    servers.set(port, at < 0 ? words : words.toSpliced(at, 2));
  }
  return servers;
}

/** Running mocks, by the port that the pages give them. */
export interface Servers {
  readonly urls: ReadonlyMap<string, string>;
  stop(): Promise<void>;
}

/** Starts mocks as processes, each on a free port. */
export async function startServers(servers: ReadonlyMap<string, readonly string[]>): Promise<Servers> {
  const running = new Map<string, Running>();
  const stop = async (): Promise<void> => {
    for (const server of running.values()) server.kill('SIGTERM');
    await Promise.all([...running.values()].map(({ ended }) => ended));
  };
  for (const [port, flags] of servers) running.set(port, startFailpath(['mock', ...flags, '--port', '0']));
  try {
    const urls = [...running].map(async ([port, server]) => [port, (await server.printed(/https?:\/\/[\d.]+:\d+/))[0]] as const);
    return { urls: new Map(await Promise.all(urls)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Runs blocks of a page in one shell, one after the other, and compares what the page says with what happened.
 *
 * @returns What is wrong, each with its line; nothing when the page tells the truth.
 */
export async function runShell(page: Pick<Page, 'file'>, blocks: readonly Block[], { urls }: Pick<Servers, 'urls'>): Promise<string[]> {
  const folder = temporaryFolder();
  const { script, lines } = scriptOf(blocks, urls);
  writeFileSync(join(folder, 'script.sh'), script);
  writeFileSync(join(folder, 'count'), '0\n');
  const { exitCode, stderr } = await bash(folder);
  const place = (line: number): string => `${page.file}:${line}`;
  const problems = exitCode === 0 ? [] : [`${page.file}: the shell ended with ${exitCode}: ${stderr.trim()}`];
  const claims = claimsIn(folder);
  for (const { line } of claims.filter(({ request }) => request === 0))
    problems.push(`${place(line)}: says what nothing was answered with`);
  for (const [index, { answer, scriptLine }] of answersIn(folder).entries()) {
    const about = claims.filter(({ request }) => request === index + 1);
    for (const { line, claim } of about) problems.push(...contradictions(claim, answer).map((what) => `${place(line)}: ${what}`));
    if (about.every(({ claim }) => claim.kind === 'header') && answer.status >= 300) {
      problems.push(`${place(lines[scriptLine - 1] ?? 0)}: says nothing of ${answer.status} ${answer.code ?? ''} ${answer.body}`);
    }
  }
  return problems;
}

/** What stands in front of every script: a `curl` that keeps the answers, and a command that keeps what the page says. */
const PRELUDE = String.raw`set -euo pipefail
curl() {
  local n=$(($(<count) + 1)) argument arguments=()
  echo $n >count
  echo "${'$'}{BASH_LINENO[${'$'}{#BASH_LINENO[@]}-2]}" >$n.line
  : >$n.body
  for argument; do [ "$argument" = -i ] || arguments+=("$argument"); done
  command curl -sS -D $n.headers -o $n.body "${'$'}{arguments[@]}"
  cat $n.body
}
__claim() { printf '%s\t%s\t%s\n' "$(<count)" "$1" "$2" >>claims; }`;

/** A script, and the line of the page that each of its lines comes from. */
function scriptOf(blocks: readonly Block[], urls: Servers['urls']): { script: string; lines: number[] } {
  const script = PRELUDE.split('\n');
  const lines = script.map(() => 0);
  const add = (text: string, line: number): void => {
    script.push(text);
    lines.push(line);
  };
  for (const { language, text, line } of blocks) {
    if (language === 'json') add(claimCommand(line, JSON.stringify(JSON.parse(text))), line);
    if (language !== 'sh' || SERVER.test(text)) continue;
    for (const [index, source] of text.split('\n').entries()) {
      const found = claimIn(source);
      if (found === undefined || found.before !== '') add(at(found?.before ?? source, urls), line + index);
      if (found !== undefined) add(claimCommand(line + index, found.text), line + index);
    }
  }
  return { script: `${script.join('\n')}\n`, lines };
}

function claimCommand(line: number, text: string): string {
  return `__claim ${line} '${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** The source with the mocks where they really are. */
function at(source: string, urls: Servers['urls']): string {
  return source.replaceAll(/http:\/\/127\.0\.0\.1:(\d+)/g, (_, port: string) => {
    const url = urls.get(port);
    if (url === undefined) throw new Error(`The page never starts a mock on port ${port}.`);
    return url;
  });
}

function bash(folder: string): Promise<{ exitCode: number | null; stderr: string }> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder };
  const child = spawn('bash', ['script.sh'], { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, stderr }));
  });
}

function answersIn(folder: string): { answer: Answer; scriptLine: number }[] {
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const count = readdirSync(folder).filter((name) => name.endsWith('.headers')).length;
  return Array.from({ length: count }, (_, index) => ({
    answer: answerOf(read(`${index + 1}.headers`), read(`${index + 1}.body`)),
    scriptLine: Number(read(`${index + 1}.line`)),
  }));
}

function claimsIn(folder: string): { request: number; line: number; claim: Claim }[] {
  const file = join(folder, 'claims');
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((row) => {
      const [request = '', line = '', text = ''] = row.split('\t');
      const claim = claimIn(`# ${text}`)?.claim ?? { kind: 'body', body: JSON.parse(text) as unknown };
      return { request: Number(request), line: Number(line), claim };
    });
}

const packages = createRequire(join(ROOT, 'package.json'));

/** Runs a TypeScript block as a module whose `failpath` is this project, and compares its claims with its fetches, in order. */
export async function runTypeScript(page: Pick<Page, 'file'>, block: Block): Promise<string[]> {
  const index = pathToFileURL(join(ROOT, 'index.ts')).href;
  // Other packages are those of this project.
  const found = (name: string): string => (name === 'failpath' ? index : pathToFileURL(packages.resolve(name)).href);
  const source = block.text.replaceAll(/from '(\w[\w-]*)'/g, (_, name: string) => `from '${found(name)}'`);
  const file = temporaryFile('block.mts', source);
  const answers = await recordFetches(() => import(pathToFileURL(file).href));
  const claims = block.text.split('\n').flatMap((source, offset) => {
    const found = claimIn(source.replace('//', '#'));
    return found === undefined ? [] : [{ line: block.line + offset, claim: found.claim }];
  });
  return claims.flatMap(({ line, claim }, position) => {
    const answer = answers[position];
    const wrong = answer === undefined ? ['nothing was fetched'] : contradictions(claim, answer);
    return wrong.map((what) => `${page.file}:${line}: ${what}`);
  });
}

async function recordFetches(run: () => Promise<unknown>): Promise<Answer[]> {
  const answers: Answer[] = [];
  const original = globalThis.fetch;
  globalThis.fetch = async (...request) => {
    const response = await original(...request);
    const head = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\r\n');
    answers.push(answerOf(`HTTP/1.1 ${response.status}\r\n${head}\r\n\r\n`, await response.clone().text()));
    return response;
  };
  try {
    await run();
  } finally {
    globalThis.fetch = original;
  }
  return answers;
}
