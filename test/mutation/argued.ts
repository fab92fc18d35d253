// Mutants that no test finds, and that are no fault: each with the reason.

/** By the id of the mutant, as `npm run mutation` prints it. */
export const argued: Readonly<Record<string, string>> = {};
