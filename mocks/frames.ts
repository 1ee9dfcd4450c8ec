import type { Content } from '../spec/index.js';

/** Whether a connection can become a WebSocket: yes; no, since there are as many as there may be; or no, since the handshake is none. */
export type Upgrade = 'possible' | 'full' | { readonly wrong: string };

/** Where frames go. */
export interface FrameSink {
  /** Of the handshake. */
  readonly requestId: string;
  /** Resolves when the frame has left, or cannot leave any more. */
  send(frame: unknown): Promise<void>;
  /** Ends the connection with a code of RFC 6455, section 7.4. */
  close(code: number, reason: string): void;
}

/** What an operation sends over a WebSocket. */
export interface Frames {
  /** Begins to send; answers how to leave off, which is called once when the connection is over, whoever ended it. */
  open(to: FrameSink): () => void;
}

/** Where text goes. */
export type StreamSink = Pick<FrameSink, 'close'> & {
  /** Resolves when the text has left, or cannot leave any more. */
  send(text: string): Promise<void>;
};

/** Frames as they go over a connection. */
export interface Stream {
  open(to: StreamSink): () => void;
}

/** The reason of a close has room for so many bytes (RFC 6455, section 5.5). */
const REASON_BYTES = 123;

/** As much of a reason as a close can carry. */
export function closeReason(text: string): string {
  const ascii = text.replace(/[^ -~]+/g, ' ');
  return ascii.length > REASON_BYTES ? `${ascii.slice(0, REASON_BYTES - 3)}...` : ascii;
}

/**
 * Frames as text, each checked against the contract before it leaves: one that would break it ends the connection with 1011.
 *
 * @example
 * checkedStream(frames, answer.frames, 'req_1').open({ send: async (text) => socket.send(text), close: () => socket.close() });
 */
export function checkedStream(frames: Frames, declared: Content | undefined, requestId: string): Stream {
  return {
    open: (to) =>
      frames.open({
        requestId,
        close: (code, reason) => to.close(code, reason),
        send: async (frame) => {
          const [violation] = declared?.validate(frame) ?? [];
          if (violation === undefined) return to.send(JSON.stringify(frame));
          to.close(1011, `failpath:invalid-answer: the frame breaks the contract: ${violation.pointer} ${violation.message}`);
        },
      }),
  };
}

/**
 * A stream that also ends, with 1001, when the world ends that it tells of.
 *
 * @example
 * streamUntil(world.closing, stream).open(sink);
 */
export function streamUntil(closing: AbortSignal, stream: Stream): Stream {
  return {
    open: (to) => {
      const end = (): void => to.close(1001, 'the session has ended');
      const leave = stream.open(to);
      if (closing.aborted) end();
      closing.addEventListener('abort', end);
      return () => {
        closing.removeEventListener('abort', end);
        leave();
      };
    },
  };
}

/** The contract's examples of frames, one after the other; then the connection ends. */
export function exampleFrames(declared: Content | undefined): Frames {
  return {
    open: (to) => {
      let left = false;
      const sendAll = async (): Promise<void> => {
        for (const { value } of declared?.examples ?? []) if (!left) await to.send(value);
        if (!left) to.close(1000, 'these were the examples');
      };
      void sendAll();
      return () => {
        left = true;
      };
    },
  };
}
