// What the documentation says of each failure code. Only docs/errors.md is made of it: nothing that runs loads it.
import type { FailureCode } from './errors.ts';
import { clientTexts } from './failureTexts/clients.ts';
import { discoveryTexts } from './failureTexts/discovery.ts';
import type { FailureText } from './failureTexts/failureText.ts';
import { hostTexts } from './failureTexts/hosts.ts';
import { loginTexts } from './failureTexts/logins.ts';
import { networkTexts } from './failureTexts/network.ts';
import { tokenTexts } from './failureTexts/tokens.ts';

/** Each code of the register: what it means, where it comes from, what to do. A code without a text does not compile. */
export const failureTexts = {
  ...hostTexts,
  ...networkTexts,
  ...discoveryTexts,
  ...clientTexts,
  ...loginTexts,
  ...tokenTexts,
} as const satisfies Record<FailureCode, FailureText>;
