// Every way around through authorizing spends budget (STEP-4, TOK-9).
import { type Invariant, startedBy } from '../invariant.ts';

const MOST_LOGINS = 2;
const MOST_STEP_UPS = 2;
const MOST_RENEWALS = 1;

export const budgets: Invariant = {
  holds: 'no budget is overdrawn, and a login that is asked for without one does not exist',
  spec: ['STEP-4', 'TOK-9', 'REG-5'],
  violated(edge) {
    const { authorizations, renewals, registrations, stepUps } = edge.to.context.budget;
    // A step-up has a budget of its own, and each of its logins may come on top.
    const logins = MOST_LOGINS + MOST_STEP_UPS + 1;
    if (authorizations > logins) return `${authorizations} logins without an accepted request`;
    if (renewals > MOST_RENEWALS + 1) return `${renewals} renewals without an accepted request`;
    if (registrations > 1) return `${registrations} registrations in one episode`;
    if (Object.values(stepUps).some((count) => count > MOST_STEP_UPS))
      return 'too many step-ups for one operation';
    const asks = startedBy(edge).some(({ source }) => source === 'prepareAuthorization');
    return asks && authorizations === 0 ? 'a login that costs nothing' : undefined;
  },
};
