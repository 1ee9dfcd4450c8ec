import { readdirSync, statSync, watch as watchFolder } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { displayName, InputError, type Finding } from '../../spec/index.js';
import { findingOf, NOT_READ, ScriptError } from './errors.js';
import { parseScript, readScriptSource, type ParseOptions } from './parse.js';
import type { Rule, Scripts } from './types.js';
import { watchByName } from './watched-folder.js';

/** What happened to a script file. */
export type ScriptEvent =
  | { readonly type: 'loaded'; readonly file: string; readonly rules: number }
  /** A file of a watched folder is gone, and its rules with it. */
  | { readonly type: 'removed'; readonly file: string }
  /** What was saved cannot be used; the rules are those of the last save that could. */
  | { readonly type: 'kept'; readonly file: string; readonly findings: readonly Finding[] }
  /** Changes in a folder cannot be seen. */
  | { readonly type: 'unwatched'; readonly folder: string; readonly why: string };

export interface LoadOptions extends ParseOptions {
  /** Files, and folders whose `.yaml`, `.yml` and `.json` files are meant. */
  readonly paths: readonly string[];
  readonly scripts: Pick<Scripts, 'replace'>;
}

export interface WatchOptions extends LoadOptions {
  readonly onEvent: (event: ScriptEvent) => void;
  /** Calls back once, later; returns how to call it off. */
  readonly later?: ((callback: () => void, milliseconds: number) => () => void) | undefined;
  /** Calls back whenever something in a folder may have changed; returns how to stop. */
  readonly watch?: ((folder: string, changed: () => void, failed: (why: string) => void) => () => void) | undefined;
}

export interface ScriptWatcher {
  /** Looks at every file now. */
  reload(): void;
  /** Adds the rules that were read last again, in their first state. */
  restore(): void;
  close(): void;
}

/** Editors write a file in several steps. */
const SETTLE_MS = 100;
const GONE = 'the folder is gone; the rules stay as they are until it is back';

/**
 * Loads script files: all of them, or none.
 *
 * @example
 * loadScripts({ paths: ['scripts'], scripts, contract });
 *
 * @throws {InputError} `script-invalid`, with the findings of every file
 */
export function loadScripts(options: LoadOptions): void {
  new Loader(options, () => undefined).start();
}

/**
 * Loads script files and loads them again when they change, each as a whole: what cannot be used is reported, and changes nothing.
 *
 * @example
 * const watcher = watchScripts({ paths: ['scripts'], scripts, contract, onEvent: (event) => console.error(event) });
 * watcher.close();
 *
 * @throws {InputError} `script-invalid`, for files that cannot be used at the start
 */
export function watchScripts({ onEvent, later = callLater, watch = watchChanges, ...options }: WatchOptions): ScriptWatcher {
  const loader = new Loader(options, onEvent);
  let callOff: (() => void) | undefined;
  // Not put off by further changes: a folder where something always happens would never be looked at.
  const changed = (): void => {
    callOff ??= later(() => {
      callOff = undefined;
      watched.forEach((folder) => folder.look());
      loader.reload();
    }, SETTLE_MS);
  };
  const folders = new Set(options.paths.map((path) => (isFolder(path) ? resolve(path) : dirname(resolve(path)))));
  const watched = Array.from(folders, (folder) => {
    const unwatched = (why: string): void => onEvent({ type: 'unwatched', folder: displayName(folder), why });
    return watchByName(folder, { later, changed, watch: () => watch(folder, changed, unwatched), gone: () => unwatched(GONE) });
  });
  const close = (): void => {
    callOff?.();
    watched.forEach((folder) => folder.stop());
  };
  // Only now, so that no change is missed in between.
  try {
    loader.start();
  } catch (error) {
    close();
    throw error;
  }
  return { reload: () => loader.reload(), restore: () => loader.restore(), close };
}

/** What is in use of a file, and what was wrong with it since. */
interface Loaded {
  readonly sha256: string | undefined;
  readonly complaint: string | undefined;
  readonly rules: readonly Rule[];
}

class Loader {
  readonly #options: LoadOptions;
  readonly #tell: (event: ScriptEvent) => void;
  readonly #files = new Map<string, Loaded>();
  /** Those of the paths that are folders, even while they are gone. */
  readonly #folders: ReadonlySet<string>;

  constructor(options: LoadOptions, tell: (event: ScriptEvent) => void) {
    this.#options = options;
    this.#tell = tell;
    this.#folders = new Set(options.paths.filter(isFolder));
  }

  start(): void {
    const present = this.#present();
    if (!Array.isArray(present))
      throw new InputError([
        findingOf({ what: present.why, why: NOT_READ, remedy: 'Name files and folders that can be read.' }, undefined),
      ]);
    const read = present.map((file) => ({ file, read: this.#read(file) }));
    const findings = read.flatMap((one) => ('findings' in one.read ? one.read.findings : []));
    if (findings.length > 0) throw new InputError(findings);
    for (const { file, read: usable } of read) {
      const refused = 'rules' in usable ? this.#use(file, usable) : undefined;
      if (refused === undefined) continue;
      for (const used of this.#files.keys()) this.#options.scripts.replace(displayName(used), []);
      throw new InputError(refused);
    }
    for (const { file, read: usable } of read)
      if ('rules' in usable) this.#tell({ type: 'loaded', file: displayName(file), rules: usable.rules.length });
    // Whoever names a folder and means another would wait for its rules.
    for (const folder of this.#folders)
      if (scriptsIn(folder).length === 0) this.#tell({ type: 'loaded', file: displayName(resolve(folder)), rules: 0 });
  }

  reload(): void {
    const present = this.#present();
    if (!Array.isArray(present)) return this.#tell({ type: 'unwatched', ...present });
    for (const file of present) this.#refresh(file);
    for (const file of this.#files.keys()) {
      if (present.includes(file) || this.#isAway(file)) continue;
      this.#files.delete(file);
      this.#options.scripts.replace(displayName(file), []);
      this.#tell({ type: 'removed', file: displayName(file) });
    }
  }

  restore(): void {
    for (const [file, { rules }] of this.#files) this.#options.scripts.replace(displayName(file), rules);
  }

  #refresh(file: string): void {
    const before = this.#files.get(file);
    const read = this.#read(file, before);
    if (read === 'same') return;
    const findings = 'findings' in read ? read.findings : this.#use(file, read);
    if (findings === undefined) {
      if ('rules' in read) this.#tell({ type: 'loaded', file: displayName(file), rules: read.rules.length });
      return;
    }
    const complaint = JSON.stringify(findings);
    if (complaint === before?.complaint) return;
    this.#files.set(file, { sha256: before?.sha256, complaint, rules: before?.rules ?? [] });
    this.#tell({ type: 'kept', file: displayName(file), findings });
  }

  #read(file: string): Read;
  #read(file: string, before: Loaded | undefined): Read | 'same';
  #read(file: string, before?: Loaded): Read | 'same' {
    try {
      const source = readScriptSource(file);
      if (before?.complaint === undefined && before?.sha256 === source.sha256) return 'same';
      return { sha256: source.sha256, rules: parseScript(source.value, { name: source.file, locate: source.locate }, this.#options) };
    } catch (error) {
      if (error instanceof InputError) return { findings: error.findings };
      throw error;
    }
  }

  /** @returns what is wrong, if it cannot be used */
  #use(file: string, { sha256, rules }: Usable): readonly Finding[] | undefined {
    try {
      this.#options.scripts.replace(displayName(file), rules);
    } catch (error) {
      if (error instanceof InputError) return error.findings;
      if (!(error instanceof ScriptError)) throw error;
      return [
        findingOf({ what: `${displayName(file)}: ${error.message}`, why: NOT_READ, remedy: 'Split or shorten the scripts.' }, undefined),
      ];
    }
    this.#files.set(file, { sha256, complaint: undefined, rules });
    return undefined;
  }

  /** Whether a file has gone with its folder, which may come back. */
  #isAway(file: string): boolean {
    return [...this.#folders].some((folder) => resolve(folder) === dirname(file) && !isFolder(folder));
  }

  /** The files that there are now; those that were named are meant even if they are gone. */
  #present(): string[] | { readonly folder: string; readonly why: string } {
    const files = new Set<string>();
    for (const path of this.#options.paths) {
      try {
        if (isFolder(path)) for (const file of scriptsIn(path)) files.add(file);
        else if (!this.#folders.has(path)) files.add(resolve(path));
      } catch (error) {
        return { folder: path, why: (error as Error).message };
      }
    }
    return [...files];
  }
}

interface Usable {
  readonly sha256: string;
  readonly rules: ReturnType<typeof parseScript>;
}
type Read = Usable | { readonly findings: readonly Finding[] };

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function scriptsIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => /\.(?:ya?ml|json)$/i.test(name) && !name.startsWith('.'));
  return names.sort().map((name) => join(resolve(folder), name));
}

function callLater(callback: () => void, milliseconds: number): () => void {
  const timer = setTimeout(callback, milliseconds);
  timer.unref();
  return () => clearTimeout(timer);
}

function watchChanges(folder: string, changed: () => void, failed: (why: string) => void): () => void {
  try {
    const watcher = watchFolder(folder, { persistent: false }, changed);
    watcher.on('error', (error) => failed(error.message));
    return () => watcher.close();
  } catch (error) {
    failed((error as Error).message);
    return () => undefined;
  }
}
