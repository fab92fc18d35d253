// Faults in the host's own code: told to `onDefect` whole, and to nobody else.

/** Told of a fault, whole. Never throws. */
export type TellDefect = (error: unknown) => void;

/**
 * Calls what only looks on. What it throws, or rejects with, is a defect, and changes nothing of what happens.
 * @param tell told of the defect.
 */
export function onlooker<Fact = void>(
  callback: ((fact: Fact) => unknown) | undefined,
  tell: TellDefect,
): (fact: Fact) => void {
  return (fact) => {
    try {
      hearRejection(callback?.(fact), tell);
    } catch (error) {
      tell(error);
    }
  };
}

/** Tells of the rejection of what may be a promise, where none was expected: nobody else would hear of it. */
export function hearRejection(outcome: unknown, tell: TellDefect): void {
  if (outcome !== undefined) Promise.resolve(outcome).catch(tell);
}

/** @param onDefect of the host. What it throws itself is dropped: there is nobody left to tell. */
export const defectTeller = (onDefect: TellDefect | undefined): TellDefect => onlooker(onDefect, () => {});
