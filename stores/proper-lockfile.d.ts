// The part of proper-lockfile 4 that the file store uses; the package has no types of its own.
declare module 'proper-lockfile' {
  export interface LockOptions {
    /** Resolve links in the path first: needs a file that exists. */
    readonly realpath?: boolean;
    /** Where the lock is made: a folder. */
    readonly lockfilePath?: string;
    /** Milliseconds after which a lock that is not refreshed may be taken over, at least 2000. */
    readonly stale?: number;
    /** Milliseconds between refreshes, at least 1000. */
    readonly update?: number;
    /** Called from a timer when the lock was lost. The default throws there. */
    readonly onCompromised?: (error: Error) => void;
  }
  /** Fails with the code `ELOCKED` when the lock is held. */
  export function lock(file: string, options: LockOptions): Promise<() => Promise<void>>;
}
