// Mutants that no test finds, and that are no fault: each with the reason.

import { arguedOfEngine } from './arguedEngine.ts';
import { arguedOfSessions } from './arguedSessions.ts';

const written =
  'The URL parser writes an IPv6 host in one way, in brackets, and refuses what is longer or has an empty end.';
const readable =
  'Only addresses that `readAddress` has read come here: they begin with a scheme and a host, and the pattern always fits.';
const pastEnd = 'Past the end of a text there is nothing to read, and the step ends as it does at the end.';
const typed =
  'The check is there for the compiler: what it refuses is refused, or left as it is, by the next one too.';
const never = 'The compiler asks for a value where there always is one.';
const nothing = 'What takes its place is read as nothing, too.';
const names = 'Only the names are looked at: that each stands beside `true` is for the compiler.';
const unstored = 'A member without a value is not stored, and nobody looks at it before.';
const replaced = 'Another value takes its place before it is looked at.';
const unread = 'Nobody looks at what takes its place.';
const gone = 'The version that was seen is there no longer, so nothing is removed.';
const again = 'What follows comes to the same end by what is stored.';
const direct = 'This step is taken only where the host has said how the client gets its grants.';
const other = 'It is only compared with a version that was stored, and differs from it in any case.';

const moments = 'Moments begin above nothing, no two are the same, and only their order is looked at.';

const atHand = 'What is at hand is what would be loaded: only a moment is saved.';

/** By the id of the mutant, as `npm run mutation` prints it. */
export const argued: Readonly<Record<string, string>> = {
  ...arguedOfSessions,
  ...arguedOfEngine,
  'protocol/address.ts | isLoopback | /^\\[::ffff:7f[\\da-f]{2}:[\\da-f]{1,4}\\]$/ → /\\[::ffff:7f[\\da-f]{2}:[\\da-f]{1,4}\\]$/':
    written,
  'protocol/address.ts | isLoopback | /^\\[::ffff:7f[\\da-f]{2}:[\\da-f]{1,4}\\]$/ → /^\\[::ffff:7f[\\da-f]{2}:[\\da-f]{0,4}\\]$/':
    written,
  'protocol/address.ts | isLoopback | /^\\[::ffff:7f[\\da-f]{2}:[\\da-f]{1,4}\\]$/ → /^\\[::ffff:7f[\\da-f]{2}:[\\da-f]{1,5}\\]$/':
    written,
  'protocol/address.ts | isLoopback | /^\\[::ffff:7f[\\da-f]{2}:[\\da-f]{1,4}\\]$/ → /^\\[::ffff:7f[\\da-f]{2}:[\\da-f]{1,4}\\]/':
    written,
  "protocol/wellKnown.ts | pathOf | /^https?:\\/\\/[^/?]+([^?]*)/i.exec(text)?.[1] ?? '' → /^https?:\\/\\/[^/?]+([^?]*)/i.exec(text)?.[1]":
    readable,
  "protocol/wellKnown.ts | pathOf | /^https?:\\/\\/[^/?]+([^?]*)/i.exec(text)?.[1] ?? '' → /^https?:\\/\\/[^/?]+([^?]*)/i.exec(text)?.[1] ?? 'another'":
    readable,
  'protocol/wellKnown.ts | pathOf | /^https?:\\/\\/[^/?]+([^?]*)/i.exec(text)?.[1] → /^https?:\\/\\/[^/?]+([^?]*)/i.exec(text)[1]':
    readable,
  'protocol/wellKnown.ts | pathOf | /^https?:\\/\\/[^/?]+([^?]*)/i → /https?:\\/\\/[^/?]+([^?]*)/i': readable,
  'protocol/wellKnown.ts | pathOf | /^https?:\\/\\/[^/?]+([^?]*)/i → /^https?:\\/\\/[^/?]*([^?]*)/i':
    readable,
  'protocol/authorizationResponse.ts | sameText | for (let at = 0; at < b.length; at += 1) difference |= a.charCodeAt(at) ^ b.charCodeAt(at); → for (let at = 0; at <= b.length; at += 1) difference |= a.charCodeAt(at) ^ b.charCodeAt(at);':
    pastEnd,
  'protocol/challenge.ts | parseChallenges | at < header.length → at <= header.length': pastEnd,
  'protocol/challenge.ts | quotedAt | at < header.length → at <= header.length': pastEnd,
  "protocol/challenge.ts | elementEnd | at < header.length && header[at] !== ',' → at <= header.length && header[at] !== ','":
    pastEnd,
  'protocol/challenge.ts | elementEnd | quotedAt(header, at)?.end ?? header.length → quotedAt(header, at)?.end':
    pastEnd,
  'protocol/text.ts | piecesOf | at + length <= secret.length → at - length <= secret.length': pastEnd,
  'protocol/text.ts | repeats | at + length <= text.length → at - length <= text.length': pastEnd,
  'protocol/options.ts | isSlipOf | start < shorter && name[start] === known[start] → start <= shorter && name[start] === known[start]':
    pastEnd,
  "protocol/operation.ts | operationOf | !message || typeof rpcMethod !== 'string' → typeof rpcMethod !== 'string'":
    typed,
  "protocol/optionValues.ts | urlText | typeof value === 'object' && value !== null && 'href' in value → typeof value === 'object' && value !== null":
    typed,
  "protocol/registration.ts | judgeRegistration | authMethod === 'none' || clientSecret === undefined → authMethod === 'none'":
    typed,
  "protocol/tokenRefusal.ts | demandsTokenNonce | status === 400 && verdict.kind === 'error' → status === 400":
    typed,
  "protocol/tokenRefusal.ts | tokenRefusal | refusal.kind === 'error' && passing.has(refusal.error) → passing.has(refusal.error)":
    typed,
  "protocol/tokenResponse.ts | readLifetime | typeof seconds !== 'number' || !Number.isFinite(seconds) → !Number.isFinite(seconds)":
    typed,
  "protocol/registration.ts | judgeRegistration | [wanted = ''] = sent.grant_types → [wanted = 'another'] = sent.grant_types":
    never,
  'protocol/responseRefusal.ts | responseFailure | return refusal satisfies never; → return undefined;':
    never,
  "protocol/retryAfter.ts | dateMs | months.indexOf(parts[2] ?? '') → months.indexOf(parts[2])": never,
  "protocol/retryAfter.ts | dateMs | months.indexOf(parts[2] ?? '') → months.indexOf(parts[2] ?? 'another')":
    never,
  'protocol/text.ts | codeOf | character.codePointAt(0) ?? 0 → character.codePointAt(0)': never,
  'protocol/text.ts | codeOf | character.codePointAt(0) ?? 0 → character.codePointAt(0) ?? 1': never,
  'protocol/text.ts | fromBase64 | sextets.get(run.charAt(at)) ?? 0 → sextets.get(run.charAt(at))': never,
  'protocol/text.ts | fromBase64 | sextets.get(run.charAt(at)) ?? 0 → sextets.get(run.charAt(at)) ?? 1':
    never,
  'protocol/authorizationResponse.ts | queryOf | /^[^?#]*\\?([^#]*)/.exec(url) → /^[^?#]*\\?([^#]+)/.exec(url)':
    nothing,
  'protocol/deviceCode.ts | codeText | codeText = /^[\\x20-\\x7e]+$/ → codeText = /^[\\x20-\\x7e]*$/':
    nothing,
  "protocol/optionValues.ts | readUrl | urlOf(urlText(value) ?? '') → urlOf(urlText(value))": nothing,
  "protocol/optionValues.ts | readUrl | urlOf(urlText(value) ?? '') → urlOf(urlText(value) ?? 'another')":
    nothing,
  "protocol/retryAfter.ts | retryAfterMs | headers.get('retry-after')?.trim() ?? '' → headers.get('retry-after')?.trim()":
    nothing,
  "protocol/retryAfter.ts | retryAfterMs | headers.get('retry-after')?.trim() ?? '' → headers.get('retry-after')?.trim() ?? 'another'":
    nothing,
  'protocol/retryAfter.ts | dateMs | if (!parts) return Number.NaN; → if (!parts) return undefined;': nothing,
  'protocol/retryAfter.ts | dateMs | return Number.NaN; → return undefined;': nothing,
  'protocol/text.ts | readings | percent.match(/[\\w+/-]+/g) → percent.match(/[\\w+/-]*/g)': nothing,
  'protocol/tokenResponse.ts | readLifetime | /^\\d{1,10}$/.test(value) → /^\\d{0,10}$/.test(value)': nothing,
  'engine/options/client.ts | preRegisteredShape | private_key_jwt: true → private_key_jwt: false': names,
  "engine/options/client.ts | kind | { 'client-credentials': true, enterprise: true, workload: true, device: true, } → { 'client-credentials': true, enterprise: false, workload: true, device: true, }":
    names,
  'engine/options/client.ts | clientShape | { off: true, preferred: true, required: true } → { off: true, preferred: false, required: true }':
    names,
  'engine/options/policy.ts | policyShape | { ask: true, auto: true } → { ask: true, auto: false }': names,
  'engine/session.ts | EngineSession.endings | #endings = 0; → #endings = 1;':
    'It is only compared with what it was a moment before: where it begins makes no difference.',
  "stores/changes.ts | Changes.compare | [...now.values()].includes(UNKNOWN) ? 'unknown' : 'same' → [...now.values()].includes(UNKNOWN) ? '' : 'same'":
    'Who asks tells it from `changed` and `same` alone: any other word does as well.',
  'protocol/challenge.ts | parseChallenges | continue; → nothing (2)':
    '`Bearer@x`: it is spoilt already, and what follows in the element can only spoil it again.',
  'protocol/text.ts | fromBase64 | let bits = 0; → let bits = 1;':
    'The bit is moved out of the eight that are looked at before the first character is made.',
  'protocol/text.ts | fromBase64 | if (held < 8) continue; → if (held < 7) continue;':
    'It grows by six and falls by eight: it is never seven.',
  'actors/network/dpop.ts | Dpop.open | dpopKey && (await readKey(dpopKey)) → await readKey(dpopKey)': typed,
  'actors/network/dpop.ts | Dpop.open | return key ? { key } : {}; → return true ? { key } : {};':
    'A key that is undefined is read as absent.',
  "actors/network/documents.ts | findDocument | !(error instanceof AuthError) || error.code !== 'redirect_refused' → error.code !== 'redirect_refused'":
    typed,
  'actors/network/fromHost.ts | refuseHost | issuer === undefined ? {} : { issuer } → false ? {} : { issuer }':
    'An issuer that is undefined is left out of a failure.',
  "actors/userAgents/callbackServer.ts | judge | { kind: 'take', query: target.slice(path.length), redirectUri } → { kind: '', query: target.slice(path.length), redirectUri }":
    'What is neither refused nor the page is taken: its own word is for the compiler.',
  'actors/tools/attendedLogins.ts | AttendedLogins.enter | this.#attended.get(key) ?? 0 → this.#attended.get(key) (2)':
    never,
  'actors/tools/attendedLogins.ts | AttendedLogins.enter | this.#attended.get(key) ?? 0 → this.#attended.get(key) ?? 1 (2)':
    never,
  'actors/userAgents/paste.ts | readPaste | /^[\\s"\'`<]+|[\\s"\'`>]+$/g → /^[\\s"\'`<]*|[\\s"\'`>]+$/g':
    'Where there is nothing to take away, nothing is taken away.',
  'actors/userAgents/paste.ts | readPaste | /^[\\s"\'`<]+|[\\s"\'`>]+$/g → /^[\\s"\'`<]+|[\\s"\'`>]*$/g':
    'Where there is nothing to take away, nothing is taken away.',
  'actors/network/rememberedAnswers.ts | RememberedAnswers.order | #order = 0; → #order = 1;': moments,
  'actors/network/rememberedAnswers.ts | RememberedAnswers.mark | this.#order += 1; → this.#order += 2;':
    moments,
  'actors/network/rememberedAnswers.ts | RememberedAnswers.answerTo | known && after !== null && known.order > after → known && after !== null && known.order >= after':
    moments,
  'actors/network/rememberedAnswers.ts | RememberedAnswers.answerTo | after !== null && started <= after → started <= after':
    moments,
  'actors/network/rememberedAnswers.ts | RememberedAnswers.answerTo | after !== null && started <= after → after !== null && started < after':
    moments,
  'actors/network/rememberedAnswers.ts | RememberedAnswers.keep | known.order > found.order → known.order >= found.order':
    'Those of the same moment are one answer: it takes its own place.',
  "actors/network/tokenEndpoint.ts | errorOf | verdict.kind === 'error' → true": typed,
  'actors/network/clientAuthentication.ts | sendAsClient | method === undefined || secret === undefined → method === undefined':
    typed,
  'actors/network/clientAuthentication.ts | signed | own.keyId === undefined ? key : { key, kid: own.keyId } → false ? key : { key, kid: own.keyId }':
    nothing,
  'actors/network/http.ts | createDoor.tell | onExchange?.(facts); → onExchange(facts);':
    'What it would throw is caught beside it.',
  'actors/network/http.ts | follow.no | response.status > 0 && { status: response.status } → response.status > 1 && { status: response.status }':
    'What is refused here has the status of a redirect, or 0.',
  "actors/network/http.ts | readAnswer | [mediaType = ''] = (headers.get('content-type') ?? '').split(';') → [mediaType = 'another'] = (headers.get('content-type') ?? '').split(';')":
    never,
  'actors/network/dpop.ts | Dpop.hearChallenge | remember(this.#demanding, resource, true, MAX_RESOURCES) → remember(this.#demanding, resource, false, MAX_RESOURCES)':
    names,
  "actors/userAgents/callbackServer.ts | judge | target = request.url ?? '' → target = request.url": never,
  "actors/userAgents/callbackServer.ts | judge | target = request.url ?? '' → target = request.url ?? 'another'":
    never,
  "actors/userAgents/callbackServer.ts | judge | request.headers.host ?? '' → request.headers.host": nothing,
  "actors/userAgents/callbackServer.ts | judge | request.headers.host ?? '' → request.headers.host ?? 'another'":
    nothing,
  "actors/userAgents/headless.ts | resolve | urlOf(location, base)?.href ?? '' → urlOf(location, base)?.href ?? 'another'":
    'Any text that is no URL does.',
  "actors/userAgents/loopback.ts | loopbackShape | { '127.0.0.1': true, '::1': true } → { '127.0.0.1': false, '::1': true }":
    names,
  "actors/userAgents/loopback.ts | loopbackShape | { '127.0.0.1': true, '::1': true } → { '127.0.0.1': true, '::1': false }":
    names,
  'actors/userAgents/popup.ts | popupUserAgent | let led = false; → let led = true;':
    'There is no window yet, and the first one that is opened says anew whether it was led.',
  'actors/userAgents/callbackListeners.ts | portOf | urlOf(redirectUri)?.port ?? 0 → urlOf(redirectUri)?.port ?? 1':
    'What is no URL is none of ours, whatever its port is.',
  'actors/userAgents/addresses.ts | responseAt | /^[^?#]*(\\?[^#]*)/.exec(text) → /^[^?#]+(\\?[^#]*)/.exec(text)':
    'What the URL parser has read begins with a scheme: there is always something before the query.',
  'actors/records/loginUnderWay.ts | leaveToOthers | if (!login || !isLeft) return undefined; → if (!isLeft) return undefined;':
    typed,
  'actors/registration/registerClient.ts | namesOf | byName !== undefined && redirectUriFailure(byName) === undefined → redirectUriFailure(byName) === undefined':
    typed,
  "actors/registration/registerClient.ts | keepOurs | refused instanceof AuthError && refused.code === 'registration_refused' → refused.code === 'registration_refused'":
    typed,
  "actors/tokens/refreshGrant.ts | refresh | !before || verdict === 'over' → verdict === 'over'": typed,
  "actors/tokens/refreshGrant.ts | adopt | theirs && verdict === 'follow' → verdict === 'follow'": typed,
  "actors/tokens/refreshGrant.ts | save | !theirs || verdict === 'over' → !theirs": typed,
  "actors/tokens/refreshGrant.ts | save | !theirs || verdict === 'over' → verdict === 'over'": typed,
  "actors/tokens/refreshGrant.ts | save | !theirs || verdict === 'over' → !theirs || verdict === ''": typed,
  "actors/authorization/prepareAuthorization.ts | authorizationUrl | input.server.authorizationEndpoint ?? '' → input.server.authorizationEndpoint":
    never,
  "actors/authorization/prepareAuthorization.ts | authorizationUrl | input.server.authorizationEndpoint ?? '' → input.server.authorizationEndpoint ?? 'another'":
    never,
  "actors/records/keepGrant.ts | keepGrant | version: stored?.version ?? '' → version: stored?.version":
    never,
  "actors/records/keepGrant.ts | keepGrant | version: stored?.version ?? '' → version: stored.version ?? ''":
    never,
  "actors/records/keepGrant.ts | keepGrant | version: stored?.version ?? '' → version: stored?.version ?? 'another'":
    never,
  'actors/registration/registerClient.ts | register | return stored?.value ?? record; → return stored?.value;':
    never,
  'actors/registration/registerClient.ts | register | return stored?.value ?? record; → return stored.value ?? record;':
    never,
  "actors/registration/registerClient.ts | post | server.registrationEndpoint ?? '' → server.registrationEndpoint":
    never,
  "actors/registration/registerClient.ts | post | server.registrationEndpoint ?? '' → server.registrationEndpoint ?? 'another'":
    never,
  "actors/tokens/refreshGrant.ts | send | { issuer, client, refreshToken = '', granted } → { issuer, client, refreshToken = 'another', granted }":
    never,
  "actors/tokens/refreshGrant.ts | keep | before.value.refreshToken ?? '' → before.value.refreshToken": never,
  "actors/tokens/refreshGrant.ts | keep | before.value.refreshToken ?? '' → before.value.refreshToken ?? 'another'":
    never,
  'actors/authorization/prepareAuthorization.ts | newRequest | ofIssuer(authorizationParameters, server.issuer) ?? {} → ofIssuer(authorizationParameters, server.issuer)':
    nothing,
  'actors/authorization/prepareAuthorization.ts | newRequest | ...(dpopKey && { dpopKey }) → ...({ dpopKey })':
    unstored,
  'actors/records/keepGrant.ts | keepGrant | tokens.dpopKey && { dpopKey: tokens.dpopKey } → { dpopKey: tokens.dpopKey }':
    unstored,
  "actors/records/keepGrant.ts | moveBinding | kind !== 'dynamic' && refreshNamesScope → kind !== 'dynamic'":
    unstored,
  'actors/registration/registerClient.ts | register | management && { management } → { management }':
    unstored,
  'actors/records/loginUnderWay.ts | leaveToOthers | let isLeft = false; → let isLeft = true;': replaced,
  'actors/records/spending.ts | lookAt | isCurrent ? await records.read(what.at) : undefined → true ? await records.read(what.at) : undefined':
    unread,
  "actors/records/unshownHolder.ts | holderFor | if (holder === undefined || tools.isGone(holder)) return 'nobody'; → if (holder === undefined || tools.isGone(holder)) return '';":
    unread,
  'actors/records/spending.ts | claim | break; → nothing': gone,
  "actors/tokens/refreshGrant.ts | refresh | if (verdict === 'follow') return grantFacts(key, before); → if (false) return grantFacts(key, before);":
    again,
  "actors/tokens/refreshGrant.ts | refresh | if (verdict === 'follow') return grantFacts(key, before); → if (verdict === '') return grantFacts(key, before);":
    again,
  'actors/tokens/refreshGrant.ts | save | if (version !== undefined) return grantFacts(key, { version, value }); → if (false) return grantFacts(key, { version, value });':
    again,
  "actors/tokens/refreshGrant.ts | refresh.current | (await tools.records.read(key))?.version ?? '' → (await tools.records.read(key))?.version":
    other,
  "actors/tokens/refreshGrant.ts | refresh.current | (await tools.records.read(key))?.version ?? '' → (await tools.records.read(key))?.version ?? 'another'":
    other,
  "actors/authorization/exchangeCode.ts | spend | pending.response ?? '' → pending.response": never,
  "actors/authorization/exchangeCode.ts | spend | pending.response ?? '' → pending.response ?? 'another'":
    never,
  "actors/authorization/pushAuthorization.ts | pushAuthorization | server.authorizationEndpoint ?? '' → server.authorizationEndpoint":
    never,
  "actors/authorization/pushAuthorization.ts | pushAuthorization | server.authorizationEndpoint ?? '' → server.authorizationEndpoint ?? 'another'":
    never,
  "actors/authorization/requestDeviceCode.ts | request | server.deviceAuthorizationEndpoint ?? '' → server.deviceAuthorizationEndpoint":
    never,
  "actors/authorization/requestDeviceCode.ts | request | server.deviceAuthorizationEndpoint ?? '' → server.deviceAuthorizationEndpoint ?? 'another'":
    never,
  'actors/authorization/requestDirectGrant.ts | requestDirectGrant | tools.client.grant?.kind → tools.client.grant.kind':
    direct,
  "actors/authorization/requestDirectGrant.ts | assertionFor | grant?.kind === 'workload' → grant.kind === 'workload'":
    direct,
  "actors/authorization/requestDirectGrant.ts | assertionFor | grant?.kind === 'enterprise' → grant.kind === 'enterprise'":
    direct,
  "actors/authorization/takeOverLogin.ts | takeOverLogin | [version, waited, still] = ['', 0, 0] → [version, waited, still] = ['another', 0, 0]":
    replaced,
  "actors/authorization/takeOverLogin.ts | takeOverLogin | [version, waited, still] = ['', 0, 0] → [version, waited, still] = ['', 0, 1]":
    replaced,
  'actors/binding/recallBinding.ts | pinIssuer | pin?.value.issuer ?? issuer → pin?.value.issuer': never,
  'actors/binding/recallBinding.ts | pinIssuer | pin?.value.issuer ?? issuer → pin.value.issuer ?? issuer':
    never,
  "actors/session/heedSiblings.ts | look | (pendingKey === null ? known?.issuer : undefined) ?? binding?.current ?? '' → (pendingKey === null ? known?.issuer : undefined) ?? binding?.current":
    nothing,
  "actors/session/heedSiblings.ts | look | (pendingKey === null ? known?.issuer : undefined) ?? binding?.current ?? '' → (pendingKey === null ? known?.issuer : undefined) ?? binding?.current ?? 'another'":
    nothing,
  'actors/session/heedSiblings.ts | look | login?.pendingKey === pendingKey && login → login?.pendingKey === pendingKey':
    typed,
  "actors/tokens/revokeTokens.ts | send | server.revocationEndpoint ?? '' → server.revocationEndpoint": never,
  "actors/tokens/revokeTokens.ts | send | server.revocationEndpoint ?? '' → server.revocationEndpoint ?? 'another'":
    never,
  'engine/bindActors.ts | heeding.heed | tools.atHand ?? (await tools.load()) → await tools.load()': atHand,
};
