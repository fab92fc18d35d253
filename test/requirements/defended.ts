// Where each threat is defended: by file, so that whoever changes one sees what depends on it.
import { registeredThreats } from './ids.ts';

/** Paths from the root of the project, and the ids of the threats that end there. */
export const defendedIn: Readonly<Record<string, string>> = {
  // What a stranger wrote, judged by pure functions.
  'protocol/address.ts': 'D06 D07 D21 D36 A01 A04 R19 T28',
  'protocol/reach.ts': 'D01 D02 D03 D38 P03',
  'protocol/json.ts': 'D15 D17 D18 D19 D20 S16',
  'protocol/documentAnswer.ts': 'D16 D29 D30 D34',
  'protocol/wellKnown.ts': 'D25 D26 D27 D28 D33 D35 M05',
  'protocol/resourceMetadata.ts': 'D24 D25 D26 D31 D43 M05 U09',
  'protocol/serverMetadata.ts': 'D22 D23 D37 D38 D39 D40 D43 A01 M06 M12 R02 U09 U11',
  'protocol/serverChoice.ts': 'D32',
  'protocol/challenge.ts': 'W01 W02 W03 W04 W05 W06 W07 W08 W09 W10 W14 W15 W16 U06 U08',
  'protocol/evidence.ts': 'W12 W13 W14 W17 U05 U17',
  'protocol/connection.ts': 'D13 D45 P06 T17',
  'protocol/text.ts': 'L04 L05 L14 R17 T01 W11',
  'protocol/authorizationResponse.ts': 'D39 A08 A09 A11 A12 A13 A14 A15 A16 A27 A31 L12',
  'protocol/responseRefusal.ts': 'A13 A27 A28 A29 A30',
  'protocol/tokenResponse.ts': 'T01 T02 T03 T04 T05 T06 T07 T08 T09 T10',
  'protocol/tokenRefusal.ts': 'T17 T18 T19 T20 L05',
  'protocol/retryAfter.ts': 'T21',
  'protocol/lifetime.ts': 'T08 T32',
  'protocol/registration.ts': 'R04 R05 R07 R09 R17',
  'protocol/registrationFit.ts': 'R08 R14',
  'protocol/registrationRefusal.ts': 'R06 R18',
  'protocol/nextRegistration.ts': 'R06 R10',
  'protocol/binding.ts': 'M01 M02 M03 R01 R15 R16',
  'protocol/ownership.ts': 'R15 M02 M08 S06 T27 T36',
  'protocol/scopes.ts': 'U01 U10 U11 U15',
  'protocol/operation.ts': 'U03',
  'protocol/renewal.ts': 'T13 T15 T16 C02 C05',
  'protocol/spending.ts': 'T13 C04 C10',
  'protocol/joinedLogin.ts': 'C06 C07',
  'protocol/clientAuthMethod.ts': 'T31',
  'protocol/dpopPolicy.ts': 'T06',
  'protocol/dpopNonce.ts': 'T22 T23',
  'protocol/resourceRedirect.ts': 'L06 M11',
  'protocol/options.ts': 'P07 R03',
  'protocol/proxies.ts': 'P02',
  // The chart: how often, in which order, and what comes of it.
  'machines/guards.ts': 'R12 U02 U04 U05 U12 U16 M04 T18 T20 T34 A28 A29 A30 R10',
  'machines/budget.ts': 'R12 U02 U03 T34 M04',
  'machines/actions.ts': 'U01 U07 U14 U15 M04',
  'machines/authMachine.ts': 'A19 C08 C11 T14 A33',
  // The network.
  'actors/network/http.ts': 'D08 D09 D10 D11 D12 D13 D14 D21 A36 T28 T29',
  'actors/network/resolution.ts': 'D04 D05',
  'adapters/proxying/lookup.ts': 'D04 D05 P03',
  'adapters/proxying/nodeFetch.ts': 'P02 D05',
  'actors/network/rememberedAnswers.ts': 'D42',
  'actors/network/tokenEndpoint.ts': 'T01 T29 T35 L05 L07',
  'actors/network/clientAuthentication.ts': 'T30 T31 R15',
  'actors/network/resourceParameter.ts': 'T35',
  'actors/network/dpop.ts': 'T06 T22 T23 T24 T25',
  // What is done for the chart.
  'actors/discovery/fetchResourceMetadata.ts': 'D27 D28 D29 D30',
  'actors/discovery/fetchServerMetadata.ts': 'D33 D34',
  'actors/binding/recallBinding.ts': 'M01 M03 S06',
  'actors/registration/registerClient.ts': 'R06 R10 R13 R18 R19',
  'actors/records/registrationDoubt.ts': 'R11',
  'actors/authorization/prepareAuthorization.ts': 'A05 A18 A32 D39 D41 M10 U08 T35',
  'actors/authorization/validateResponse.ts': 'A08 A10 A17 A18 D41 M07',
  'actors/authorization/exchangeCode.ts': 'A17 T26 T27 M07',
  'actors/authorization/findLogin.ts': 'C06 A35',
  'actors/authorization/takeOverLogin.ts': 'C06 C07 A35',
  'actors/authorization/discardAuthorization.ts': 'A19 A33',
  'actors/records/keepGrant.ts': 'T09 T10 T11 T38 S12',
  'actors/tokens/refreshGrant.ts': 'C01 C03 C05 C10 T11 T12 T13 T15 T16 T25 T37',
  'actors/tokens/refusedRenewals.ts': 'T20',
  'actors/records/spending.ts': 'C04 T13 T14',
  'actors/records/standstills.ts': 'C04',
  'actors/session/confirmStepUp.ts': 'U06 U07',
  'actors/session/revokeGrants.ts': 'S15',
  'actors/session/forgetSession.ts': 'S15 R11',
  'actors/session/heedSiblings.ts': 'C12',
  // What leads a person, and hears the answer.
  'actors/userAgents/addresses.ts': 'A01 A02 A06 D44 L07',
  'actors/userAgents/openBrowser.ts': 'A02 A03 A07 L13',
  'actors/userAgents/loopback.ts': 'A07 A23 A24 A33',
  'actors/userAgents/callbackListeners.ts': 'A21 A23 A24 C08',
  'actors/userAgents/callbackServer.ts': 'A04 A20 A21 A22 A26 A34',
  'actors/userAgents/callbackPage.ts': 'A25 A27 L09',
  'actors/userAgents/paste.ts': 'A07',
  'actors/authorization/presentAuthorization.ts': 'M09',
  // The engine around the chart.
  'engine/sessionFetch.ts': 'T33 T34 C01 C02 C15 C16 C17 M08 U13',
  'engine/sendToResource.ts': 'L06 M11 W17 T22',
  'engine/sessionTokens.ts': 'C02 T32 T36',
  'engine/tokenInHand.ts': 'C02',
  'engine/answers.ts': 'C09 U13',
  'engine/aborting.ts': 'C09 C18',
  'engine/complete.ts': 'A17 A18',
  'engine/engine.ts': 'P01 C10',
  'engine/engineOptions.ts': 'P07',
  'engine/explain.ts': 'D38 M09',
  'engine/guardedStore.ts': 'S04 C14',
  'engine/guardedClock.ts': 'P08 T32',
  'engine/hostCode.ts': 'C14 P08',
  'engine/observers.ts': 'C13',
  'engine/observe.ts': 'L08 L11',
  'engine/trace.ts': 'L02 L11',
  'engine/chartFacts.ts': 'L02 L11',
  'engine/sessions.ts': 'P10',
  'machines/context.ts': 'L02 L03',
  'contract/errors.ts': 'L01 L10 C14',
  'contract/trace.ts': 'L11',
  // The homes of records.
  'stores/records.ts': 'S01 S05 S08 S12 S16 T12',
  'stores/recordSchemas.ts': 'S11 S17 S06',
  'stores/file.ts': 'S01 S02 S03 S04 S05 S14',
  'stores/fileSystem.ts': 'S04 S10',
  'stores/fileLock.ts': 'C04 S05',
  'stores/sealing.ts': 'S02',
  'stores/web.ts': 'S13',
  'stores/changes.ts': 'C12',
  'adapters/legacy/importLogins.ts': 'S07 S09',
  // The platform.
  'package.json': 'P05 P09',
};

const known: ReadonlySet<string> = new Set(registeredThreats);

/** @returns the files that defend against this threat. */
export const filesAgainst = (id: string): readonly string[] =>
  Object.entries(defendedIn)
    .filter(([, ids]) => ids.split(' ').includes(id))
    .map(([file]) => file);

/** @returns ids that no register has, and threats that no file defends against. */
export function strays(): { readonly unknown: readonly string[]; readonly undefended: readonly string[] } {
  const named = new Set(Object.values(defendedIn).flatMap((ids) => ids.split(' ')));
  return {
    unknown: [...named].filter((id) => !known.has(id)),
    undefended: registeredThreats.filter((id) => !named.has(id)),
  };
}
