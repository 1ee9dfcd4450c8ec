/** Ways to fail below HTTP, by the names that WireMock and Toxiproxy gave them. */
export type Fault =
  | { readonly type: 'CONNECTION_RESET_BY_PEER' }
  | { readonly type: 'EMPTY_RESPONSE' }
  | { readonly type: 'MALFORMED_RESPONSE_CHUNK' }
  | { readonly type: 'RANDOM_DATA_THEN_CLOSE' }
  /** The body ends after so many bytes, and so does the connection (Toxiproxy: limit_data). */
  | { readonly type: 'limit_data'; readonly bytes: number }
  /** The body arrives in so many chunks over so many milliseconds (WireMock: chunkedDribbleDelay). */
  | { readonly type: 'dribble'; readonly chunks: number; readonly durationMs: number }
  /** Nothing is answered; the connection is closed after so many milliseconds, or never with 0 (Toxiproxy: timeout). */
  | { readonly type: 'timeout'; readonly timeoutMs: number };

export type FaultName = Fault['type'];
