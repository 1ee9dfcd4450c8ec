import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { EXIT } from '../../ci/index.js';
import { InputError, makeFolder, packageFile, version } from '../../spec/index.js';
import type { Io } from '../io.js';
import type { CI_SYSTEMS } from '../words.js';

export interface InitOptions {
  readonly ci: (typeof CI_SYSTEMS)[number];
  readonly json?: boolean;
}

/** Where each CI system looks for its file, and where failpath has it. */
const CI_FILES: Readonly<Record<Exclude<InitOptions['ci'], 'none'>, readonly [file: string, template: string]>> = {
  github: ['.github/workflows/failpath.yml', 'ci/github/workflow.yml'],
  gitlab: ['.gitlab-ci.yml', 'ci/gitlab/failpath.yml'],
  jenkins: ['Jenkinsfile', 'ci/jenkins/Jenkinsfile'],
  shell: ['failpath.sh', 'ci/shell/failpath.sh'],
};

/** A file of the new project. */
interface Made {
  readonly file: string;
  /** Whether it was written; what was there already stays as it is. */
  readonly written: boolean;
}

/** `failpath init`: a contract, its failure paths, and CI in place. */
export function init(folder: string, { ci, json }: InitOptions, io: Io): number {
  const hasContract = existsSync(join(folder, 'openapi.yaml'));
  const texts: readonly (readonly [file: string, text: string])[] = [
    ['openapi.yaml', template('assets/project/openapi.yaml')],
    ['failpath.suite.js', hasContract ? NO_PATHS_YET : template('assets/project/failpath.suite.js')],
    ['package.json', packageJson(folder)],
    ['.gitignore', 'node_modules/\nfailpath-report/\nfailpath-store/\n'],
    ...(ci === 'none' ? [] : [[CI_FILES[ci][0], template(CI_FILES[ci][1])] as const]),
  ];
  const made = texts.map(([file, text]): Made => ({ file, written: write(join(folder, file), text) }));
  if (json === true) io.out(`${JSON.stringify({ folder: resolve(folder), files: made }, null, 2)}\n`);
  else io.out(report(folder, made, hasContract));
  return EXIT.proven;
}

const template = (path: string): string => readFileSync(packageFile(path), 'utf8');

/** For a contract that is there already: its paths are its author's to write. */
const NO_PATHS_YET = `/**
 * The failure paths of this API: how a deployment is driven to each failure that openapi.yaml declares, cause by cause.
 * \`npx failpath list\` names them; each wants a path such as
 *
 *   {
 *     operation: 'createLamp',
 *     code: 'lamp.name_empty',
 *     cause: 'empty',
 *     when: (request) => ({ ...request, body: { ...request.body, name: '' } }),
 *   },
 *
 * @type {import('failpath').SuiteParts}
 */
export default {
  paths: [],
};
`;

function packageJson(folder: string): string {
  const name = basename(resolve(folder))
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const description = {
    name: name === '' ? 'my-api' : name,
    private: true,
    type: 'module',
    scripts: { test: 'failpath verify' },
    devDependencies: { failpath: `^${version()}` },
  };
  return `${JSON.stringify(description, null, 2)}\n`;
}

/** Whether there was none yet: what somebody has written is never overwritten. */
function write(path: string, text: string): boolean {
  try {
    makeFolder(dirname(path));
    writeFileSync(path, text, { flag: 'wx' });
    if (text.startsWith('#!')) chmodSync(path, 0o755);
    return true;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && existsSync(path)) return false;
    throw new InputError([
      {
        problem: 'output-unwritable',
        what: `${path} cannot be written: ${message}`,
        why: 'A new project is files in a folder.',
        remedy: 'Name a folder that can be written to.',
      },
    ]);
  }
}

function report(folder: string, made: readonly Made[], hasContract: boolean): string {
  const files = made.map(({ file, written }) => `  ${written ? 'written' : 'kept   '}  ${file}`).join('\n');
  const enter = folder === '.' ? [] : [`cd ${/^[\w./-]+$/.test(folder) ? folder : JSON.stringify(folder)}`];
  const steps = hasContract
    ? [
        'npx failpath check     # is the contract that was here sound?',
        'npx failpath list      # the failures that want a path in failpath.suite.js',
      ]
    : ['npx failpath verify    # drives the embedded mock through every failure', 'npx failpath mock      # serves the contract'];
  return `${files}\n\nNext:\n${[...enter, ...steps].map((step) => `  ${step}\n`).join('')}`;
}
