// All invariants of the model: add one by writing its file and naming it here.
import type { Invariant } from '../invariant.ts';
import { budgets } from './budgets.ts';
import { elsewhere } from './elsewhere.ts';
import { exchange } from './exchange.ts';
import { issuers } from './issuers.ts';
import { people } from './people.ts';
import { recorded } from './recorded.ts';
import { rest } from './rest.ts';
import { scopes } from './scopes.ts';

export const invariants: readonly Invariant[] = [
  issuers,
  exchange,
  recorded,
  scopes,
  people,
  budgets,
  rest,
  elsewhere,
];
