// What a judge of options says, for tests: its sentence, or nothing.
import { AuthError } from '../../../contract/errors.ts';

/** The sentence that options are refused with; nothing where they are not. */
export function sentenceOf(judge: () => unknown): string | undefined {
  try {
    judge();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof AuthError && thrown.code === 'config_invalid') return thrown.message;
    throw thrown;
  }
}
