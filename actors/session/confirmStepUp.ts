// Asks the host before a step-up leads a person anywhere (STEP-7); without a say of the host, yes.
import { fromHost } from '../network/fromHost.ts';
import type { Act } from '../tools/tools.ts';

/**
 * Puts a step-up to the host's `confirmStepUp`.
 * @throws AuthError `config_invalid` when the callback fails.
 */
export const confirmStepUp: Act<'confirmStepUp'> = (tools) => async (request) => {
  const { confirmStepUp: ask } = tools.policy;
  const isAllowed = ask
    ? await fromHost(tools, async () => ask(request), 'its word on a step-up', { phase: 'steppingUp' })
    : true;
  return { at: tools.now(), isAllowed: isAllowed === true };
};
