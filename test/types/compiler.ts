import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../support/cli.js';

/** One complaint of the compiler: where in the text it points, and what it says, on one line for each step of its reasons. */
export interface Complaint {
  readonly at: string;
  readonly says: string;
}

/** A TypeScript project in memory, whose one program may import everything of this repository. */
export interface Compiler {
  /** What the compiler says about a program; nothing when it compiles. */
  complaints(program: string): readonly Complaint[];
  /** What an editor offers at `¦` in a program. */
  completions(program: string): readonly string[];
  /** What an editor shows for what stands before `¦`: its type and its documentation. */
  hover(program: string): string;
}

const { options: OPTIONS } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile).config,
  ts.sys,
  ROOT,
);

/** What matters to a library, and not to a script. */
const RELAXED: ts.CompilerOptions = { isolatedDeclarations: false, declaration: false, noUnusedLocals: false, erasableSyntaxOnly: false };

/**
 * A compiler with this project's options, for programs in a folder of the repository; it keeps what it has read, so that the
 * second program takes milliseconds.
 *
 * @example
 * createCompiler().complaints("const one: 1 = 'one';"); // [{ at: 'one', says: "Type '\"one\"' is not assignable to type '1'." }]
 *
 * @param files more files, by their paths in the repository
 */
export function createCompiler(files: Readonly<Record<string, string>> = {}): Compiler {
  const path = join(ROOT, 'test', 'types', 'program.ts');
  const texts = new Map(Object.entries(files).map(([file, text]) => [join(ROOT, file), text]));
  const snapshots = new Map<string, ts.IScriptSnapshot>();
  let version = 0;
  const textOf = (file: string): string | undefined => texts.get(file) ?? read(file);
  const service = ts.createLanguageService({
    getScriptFileNames: () => [path],
    getScriptVersion: (file) => (file === path ? String(version) : '0'),
    getScriptSnapshot: (file) => {
      const known = file === path ? undefined : snapshots.get(file);
      if (known !== undefined) return known;
      const text = textOf(file);
      const snapshot = text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      if (snapshot !== undefined) snapshots.set(file, snapshot);
      return snapshot;
    },
    getCurrentDirectory: () => ROOT,
    getCompilationSettings: () => ({ ...OPTIONS, ...RELAXED, types: ['node'] }),
    getDefaultLibFileName: (options) => ts.getDefaultLibFilePath(options),
    fileExists: (file) => texts.has(file) || ts.sys.fileExists(file),
    readFile: textOf,
    directoryExists: (folder) => ts.sys.directoryExists(folder),
  });
  const load = (program: string): number => {
    texts.set(path, program.replace('¦', ''));
    version += 1;
    return program.indexOf('¦');
  };

  return {
    complaints: (program) => {
      load(program);
      return [...service.getSyntacticDiagnostics(path), ...service.getSemanticDiagnostics(path)].map(
        ({ start = 0, length = 0, messageText }) => ({
          at: program.slice(start, start + length),
          says: ts.flattenDiagnosticMessageText(messageText, '\n'),
        }),
      );
    },
    completions: (program) => service.getCompletionsAtPosition(path, load(program), {})?.entries.map(({ name }) => name) ?? [],
    hover: (program) => {
      const info = service.getQuickInfoAtPosition(path, load(program) - 1);
      return `${ts.displayPartsToString(info?.displayParts)}\n${ts.displayPartsToString(info?.documentation)}`;
    },
  };
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
