import { statSync } from 'node:fs';

/** How a folder is watched, and what for. */
export interface FolderOptions {
  /** Calls back once, later; returns how to call it off. */
  readonly later: (callback: () => void, milliseconds: number) => () => void;
  /** Watches the folder that is there now; returns how to stop. */
  readonly watch: (folder: string) => () => void;
  readonly changed: () => void;
  /** Told once, each time that the folder goes away. */
  readonly gone: () => void;
}

/** A folder that is watched by its name, whatever becomes of the folder that had it at first. */
export interface WatchedFolder {
  /** Whether it is still the folder that is watched; if not, the one that is there now is. */
  look(): void;
  stop(): void;
}

/** Between two looks at a folder that is gone. */
const AWAY_MS = 1_000;

/**
 * Watches a folder. The system watches what has the name now, and says nothing of a folder that takes its place, as after a
 * checkout: so whenever something has changed, `look` is asked.
 *
 * @example
 * const folder = watchByName('/scripts', { later, watch, changed, gone });
 * folder.stop();
 */
export function watchByName(folder: string, { later, watch, changed, gone }: FolderOptions): WatchedFolder {
  let watched = identityOf(folder);
  let stop = watch(folder);
  let callOff = nothing;
  const wait = (): void => {
    callOff = later(() => {
      look();
      if (watched === undefined) wait();
      else changed();
    }, AWAY_MS);
  };
  const look = (): void => {
    const now = identityOf(folder);
    if (now === watched) return;
    stop();
    watched = now;
    stop = now === undefined ? nothing : watch(folder);
    if (now !== undefined) return;
    gone();
    wait();
  };
  return {
    look,
    stop: () => {
      callOff();
      stop();
    },
  };
}

const nothing = (): void => undefined;

/** Numbers of folders are used again; together with when it was made, one is this folder's alone. */
function identityOf(folder: string): string | undefined {
  try {
    const status = statSync(folder, { bigint: true });
    return status.isDirectory() ? `${status.ino}:${status.birthtimeNs}` : undefined;
  } catch {
    return undefined;
  }
}
