/** Of one body, in bytes: a longer one passes, and is not judged. */
export const LONGEST_COPY: number = 1024 * 1024;
/** Of all bodies that are copied or wait to be judged. */
const MOST_COPIED = 64 * 1024 * 1024;
/** A small chunk may be a window on a large buffer, which it would keep. */
const SMALL = 16 * 1024;

/** A body that goes by, as far as it can be judged. */
export interface Copy {
  push(chunk: Buffer): void;
  /** All of it, or why it is not there. */
  take(): Buffer | { readonly why: string };
  /** Gives its room back. */
  drop(): void;
}

/** Makes copies, none too long and not too many at a time. */
export interface Copies {
  begin(): Copy;
}

export function createCopies(): Copies {
  let held = 0;
  return {
    begin() {
      let chunks: Buffer[] = [];
      let length = 0;
      let why: string | undefined;
      const drop = (): void => {
        held -= length;
        [chunks, length] = [[], 0];
      };
      const giveUp = (reason: string): void => {
        drop();
        why = reason;
      };
      return {
        push: (chunk) => {
          if (why !== undefined) return;
          if (length + chunk.length > LONGEST_COPY) return giveUp(`it is longer than ${LONGEST_COPY} bytes`);
          if (held + chunk.length > MOST_COPIED) return giveUp('too many bodies went by at once');
          held += chunk.length;
          length += chunk.length;
          chunks.push(chunk.length < SMALL ? Buffer.from(chunk) : chunk);
        },
        take: () => (why !== undefined ? { why } : chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length)),
        drop,
      };
    },
  };
}
