import { InputError, type Contract, type SeenExchange } from '../../spec/index.js';
import type { Engine } from '../engine.js';
import type { Clock, Sandbox } from '../types.js';
import { DEFAULT_FILE } from './default-file.js';
import { createRecordingEngine } from './engine.js';
import { openRecording } from './file.js';
import { createRecording, type Recorded, type RecordedViolation, type RecordingSummary } from './recording.js';

/** What a mock records. */
export interface RecordOptions {
  /** The base URL of the deployment that answers. */
  readonly from: string;
  /** Where the script goes; `recorded.yaml` by default. */
  readonly to?: string | undefined;
  /** Whether a file that exists is replaced. */
  readonly overwrite?: boolean | undefined;
  /** Told of each answer that breaks the contract. */
  readonly onViolation?: ((violation: RecordedViolation) => void) | undefined;
}

/** A recording under way. */
export interface LiveRecording {
  readonly from: string;
  readonly file: string;
  readonly summary: RecordingSummary;
  /** Rules of the script as it was last written. */
  readonly rules: number;
  engine(engine: Engine): Engine;
  /**
   * Writes what has not been written yet.
   *
   * @throws {InputError} `output-unwritable`
   */
  close(): void;
  /** Takes a file that nothing was recorded to away again. */
  discard(): void;
}

export interface LiveContext {
  readonly contract: Contract;
  readonly clock: Clock;
  readonly sandbox: Sandbox | undefined;
}

/** Between two writes: as long as nothing is lost at the end, a reader can wait a little. */
const PAUSE_MS = 1_000;
/** The longer it takes to write, the rarer it is done. */
const SHARE = 10;

/**
 * Begins to record what a deployment answers into a script file.
 *
 * @throws {InputError} `usage` for a URL that cannot be sent to, `output-unwritable` for a file that exists or cannot be written
 */
export function startRecording(options: RecordOptions, context: LiveContext): LiveRecording {
  return new OpenLiveRecording(options, context);
}

class OpenLiveRecording implements LiveRecording {
  readonly from: string;
  readonly file: string;
  readonly #context: LiveContext;
  readonly #onViolation: RecordOptions['onViolation'];
  readonly #recording: ReturnType<typeof createRecording>;
  readonly #output: ReturnType<typeof openRecording>;
  #timer: NodeJS.Timeout | undefined;
  #pause = PAUSE_MS;
  #rules = 0;

  constructor({ from, to = DEFAULT_FILE, overwrite = false, onViolation }: RecordOptions, context: LiveContext) {
    checkTarget(from);
    this.from = from;
    this.file = to;
    this.#context = context;
    this.#onViolation = onViolation;
    this.#recording = createRecording(context.contract, from);
    this.#output = openRecording(to, overwrite);
    this.#write();
  }

  get summary(): RecordingSummary {
    return this.#recording.summary;
  }

  get rules(): number {
    return this.#rules;
  }

  engine(engine: Engine): Engine {
    const { contract, clock, sandbox } = this.#context;
    const unanswered = (): void => this.#recording.addUnanswered();
    return createRecordingEngine({
      engine,
      contract,
      clock,
      sandbox,
      from: this.from,
      seen: (exchange) => this.#seen(exchange),
      unanswered,
    });
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#write();
  }

  discard(): void {
    clearTimeout(this.#timer);
    this.#output.remove();
  }

  #seen(exchange: SeenExchange): Recorded | undefined {
    const recorded = this.#recording.add(exchange);
    if (recorded?.violation !== undefined) this.#onViolation?.(recorded.violation);
    if (recorded?.changed === true) this.#timer ??= setTimeout(() => this.#save(), this.#pause).unref();
    return recorded;
  }

  /** What fails now is tried again, and told at the end. */
  #save(): void {
    this.#timer = undefined;
    const since = performance.now();
    try {
      this.#write();
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error));
    }
    this.#pause = Math.max(PAUSE_MS, (performance.now() - since) * SHARE);
  }

  #write(): void {
    const { text, rules } = this.#recording.script(this.from);
    this.#output.write(text);
    this.#rules = rules;
  }
}

function checkTarget(from: string): void {
  const url = URL.canParse(from) ? new URL(from) : undefined;
  const refuse = (why: string, remedy: string): never => {
    throw new InputError([{ problem: 'usage', what: `the deployment to record is ${JSON.stringify(shown(url, from))}`, why, remedy }]);
  };
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return refuse('Requests are sent on over http or https.', 'Say --record https://staging.example.com');
  }
  if (url.username !== '' || url.password !== '') {
    return refuse('A credential in a URL would stand in the file.', 'Leave it out: the credentials of your client are sent on.');
  }
  if (url.search !== '' || url.hash !== '') refuse('Paths are appended to it.', 'Leave out what begins with ? or #.');
}

function shown(url: URL | undefined, from: string): string {
  return url === undefined || url.password === '' ? from : `${url.protocol}//…@${url.host}${url.pathname}`;
}
