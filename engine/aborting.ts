// Waits of a host's own calls: they end with the signal that the host gave, and with its reason.

/**
 * Waits for the work or the signal, whichever comes first; leaves no listener on the signal. The work itself goes on.
 * @throws the signal's reason when it came first; else what the work threw.
 */
export function orAborted<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (!signal) return work;
  return new Promise<Result>((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/**
 * Judges what a caller gave, before anything is begun for them. Nothing is begun for one who has left already.
 * @throws AuthError `config_invalid`; the signal's reason when it was given before.
 */
export function judged<Options extends { readonly signal?: AbortSignal }>(
  judge: (options: Options) => void,
  options: Options,
): Options {
  judge(options);
  if (options.signal?.aborted) throw options.signal.reason;
  return options;
}
