// The requirement register: what an MCP authorization client owes, each row with an id that states and tests carry.
import { authorizationRequirements } from './requirements/authorization.ts';
import { bindingRequirements } from './requirements/binding.ts';
import { discoveryRequirements } from './requirements/discovery.ts';
import { extensionRequirements } from './requirements/extensions.ts';
import { hostRequirements } from './requirements/hosts.ts';
import { registrationRequirements } from './requirements/registration.ts';
import type { Requirement } from './requirements/requirement.ts';
import { scopeRequirements } from './requirements/scopes.ts';
import { tokenRequirements } from './requirements/tokens.ts';

/** Each row by its id: its level, what it requires, and where that is said. */
export const requirements = {
  ...discoveryRequirements,
  ...registrationRequirements,
  ...bindingRequirements,
  ...scopeRequirements,
  ...authorizationRequirements,
  ...tokenRequirements,
  ...extensionRequirements,
  ...hostRequirements,
} as const satisfies Readonly<Record<string, Requirement>>;

/** An id of the register, such as `BIND-6`: what states carry in `meta.spec`, and tests in their titles. */
export type RequirementId = keyof typeof requirements;
