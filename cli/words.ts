import { SEVERITIES } from '../ci/index.js';

// What options may say, and what else the command line has to know of commands: whoever asks for `--help` loads none of them.

/** What a shell expects of a command that was interrupted. */
export const INTERRUPTED_EXIT = 130;

/** Where verdicts are recorded. */
export const STORE = 'failpath-store';

/** Whose CI a new project may have. */
export const CI_SYSTEMS = ['github', 'gitlab', 'jenkins', 'shell', 'none'] as const;

/** What the error catalogue is written as. */
export const DOCS_FORMATS = ['markdown', 'html', 'json'] as const;

/** What types of a contract are written as. */
export const TYPES_FORMATS = ['types', 'client', 'json-schema'] as const;

/** From which change on `diff` fails. */
export const DIFF_FAIL_ON: readonly string[] = [...SEVERITIES, 'never'];
