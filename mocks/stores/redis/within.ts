/** Redis did not answer in time. */
export class Late extends Error {
  override readonly name = 'Late';
}

/** The same, unless it takes too long. */
export function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(new Late(`Redis did not answer within ${ms} ms`));
    // When this process was busy, the answer may have arrived without being read yet.
    const timer = setTimeout(() => void setImmediate(late), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
