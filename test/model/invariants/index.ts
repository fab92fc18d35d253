// All invariants of the model: add one by writing its file and naming it here.
import type { Invariant, Prospect } from '../invariant.ts';
import { conflict, newGrant, reuse } from './bindCheck.ts';
import { budgets } from './budgets.ts';
import { onlyUnauthorized, unauthorized } from './challenged.ts';
import { lostClient } from './clients.ts';
import { confirmed, unconfirmed } from './confirming.ts';
import { challengeFirst, discoverySteps, lookedAtAnew, passingOver } from './discovery.ts';
import { exchange } from './exchange.ts';
import { demand, pauseKept, pausesEnd, timer } from './freshness.ts';
import { honesty, longerPauses, noFailure } from './honesty.ts';
import { issuers } from './issuers.ts';
import { deadline, handedOn, login, possible } from './login.ts';
import { loginCosts } from './loginCosts.ts';
import { discarded, loginFails, tooLate } from './loginEnds.ts';
import { boundByGrant, elapsed, memory } from './memory.ts';
import { decided, heard } from './passing.ts';
import { people } from './people.ts';
import { proof } from './proof.ts';
import { comesToRest, endsWell, noEndlessLogins, somethingHappens } from './prospects.ts';
import { news, recalled, whileReading } from './recall.ts';
import { led, recorded } from './recorded.ts';
import { kept, refused, settled, sorted, told } from './refusals.ts';
import { oneRefresh, refreshed, renewed, unrenewed } from './renewal.ts';
import { interrupted, requested, toldByStore } from './requestedLogins.ts';
import { atRest, rest, undisturbed } from './rest.ts';
import { scopes } from './scopes.ts';
import { nothingLeft, signOut } from './signOut.ts';
import {
  challengeStarts,
  pastFailures,
  personStarts,
  quietLook,
  readsAfresh,
  waitOver,
} from './startAgain.ts';
import { joined, unnamed, weighed } from './stepUp.ts';
import { answering, cancelling, joining } from './underWay.ts';

export const invariants: readonly Invariant[] = [
  issuers,
  exchange,
  recorded,
  led,
  scopes,
  people,
  budgets,
  rest,
  conflict,
  reuse,
  newGrant,
  login,
  handedOn,
  deadline,
  possible,
  loginCosts,
  loginFails,
  lostClient,
  discarded,
  tooLate,
  joining,
  cancelling,
  answering,
  unauthorized,
  onlyUnauthorized,
  demand,
  timer,
  pausesEnd,
  pauseKept,
  decided,
  heard,
  proof,
  kept,
  settled,
  sorted,
  told,
  refused,
  oneRefresh,
  refreshed,
  renewed,
  unrenewed,
  confirmed,
  unconfirmed,
  joined,
  weighed,
  unnamed,
  interrupted,
  toldByStore,
  requested,
  challengeFirst,
  discoverySteps,
  lookedAtAnew,
  passingOver,
  boundByGrant,
  memory,
  elapsed,
  honesty,
  longerPauses,
  noFailure,
  nothingLeft,
  signOut,
  news,
  recalled,
  whileReading,
  challengeStarts,
  pastFailures,
  personStarts,
  readsAfresh,
  quietLook,
  waitOver,
  atRest,
  undisturbed,
];

export const prospects: readonly Prospect[] = [somethingHappens, endsWell, comesToRest, noEndlessLogins];
