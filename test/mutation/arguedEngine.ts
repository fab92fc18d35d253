// Mutants of the engine that no test finds, and that are no fault: each with the reason.

const typed =
  'The check is there for the compiler: what it refuses is refused, or left as it is, by the next one too.';
const never = 'The compiler asks for a value where there always is one.';
const nothingHeld = 'Where the tools were never made, no login is held, and none is left to others.';
const atHand = 'What is at hand is what would be loaded: only a moment is saved.';
const off = 'Only `preferred` and `required` are asked for: whatever else it is, it is off.';
const names = 'Only the names are looked at: that each stands beside `true` is for the compiler.';
const unbound = 'Where nothing is bound, there is no server that is compared.';
const room = 'Equal texts cannot be told apart: how many of them are shared makes a difference of room only.';

/** By the id of the mutant, as `npm run mutation` prints it. */
export const arguedOfEngine: Readonly<Record<string, string>> = {
  "engine/trace.ts | Tracer.inspect | event.type === '@xstate.microstep' && isChart(event.snapshot) → event.type === '@xstate.microstep'":
    typed,
  'engine/trace.ts | Tracer.inspect | ids.get(definition) ?? [] → ids.get(definition)': never,
  'engine/trace.ts | Tracer.step | allStates.get(name)?.spec ?? [] → allStates.get(name)?.spec': never,
  'engine/trace.ts | Tracer.step | allStates.get(name)?.spec → allStates.get(name).spec': never,
  'engine/engine.ts | createAuthEngine | onTrace && new Tracer({ session, now, tell: onTrace }) → new Tracer({ session, now, tell: onTrace })':
    'A tracer that has nobody to tell does nothing.',
  'engine/engine.ts | createAuthEngine.dispose | made?.attended.keys ?? [] → made?.attended.keys':
    nothingHeld,
  "engine/observe.ts | Observer.enter | { description: '', spec: [] } → ({})": never,
  "engine/observe.ts | Observer.enter | { description: '', spec: [] } → { description: 'another', spec: [] }":
    never,
  'engine/bindActors.ts | heeding.heed | usePart.atHand ?? (await usePart.load()) → await usePart.load()':
    atHand,
  'engine/bindActors.ts | bindActors.bind.run | act && shared ? act(shared)(input, signal) : loadAndRun(name, input, signal) → false ? act(shared)(input, signal) : loadAndRun(name, input, signal)':
    atHand,
  'engine/bindActors.ts | bindActors.bind.run | [actAtHand(name), tools.atHand] → []': atHand,
  "engine/bindActors.ts | bindActors.bind.run | signal.aborted && leading.has(name) && 'pending' in input → signal.aborted && leading.has(name)":
    typed,
  'engine/bindActors.ts | bindActors.bind.run | signal.aborted && leading.has(name) → leading.has(name)':
    'Where the actor has ended by itself, its chart is still there, with the same login.',
  'engine/bindActors.ts | hasLeft | snapshot: AuthSnapshot | undefined = chart?.getSnapshot() → snapshot: AuthSnapshot | undefined = chart.getSnapshot()':
    never,
  "engine/bindActors.ts | hasLeft | snapshot?.status !== 'active' → snapshot.status !== 'active'": never,
  'engine/acts.ts | actAtHand | return part.atHand?.[name]; → return undefined;': atHand,
  "engine/tools.ts | toolsOf | new Dpop(client.dpop ?? 'off', now) → new Dpop(client.dpop, now)": off,
  "engine/tools.ts | toolsOf | new Dpop(client.dpop ?? 'off', now) → new Dpop(client.dpop ?? '', now)": off,
  'engine/tools.ts | toolsOf.doorOf | policy.dangerouslyAllowPrivateAddressAt ?? [] → policy.dangerouslyAllowPrivateAddressAt':
    'A door that is told of no such origins allows none.',
  'engine/answers.ts | originOf | url.startsWith(`${resourceOrigin}/`) → false':
    'What is taken apart has the same origin: only a moment is saved.',
  "engine/options/byName.ts | headerName | /^[!#$%&'*+.^_`|~\\w-]{1,128}$/ → /^[!#$%&'*+.^`|~\\w-]{1,128}$/":
    'An underscore is one of `\\w`, too.',
  'engine/options/byName.ts | origin | urlOf(String(one))?.origin → urlOf(String(one)).origin': never,
  'engine/sessions.ts | Sessions.isAwake | session !== undefined && this.#awake.has(session) → this.#awake.has(session)':
    typed,
  'engine/options/client.ts | privateKeyShape | { ES256: true, RS256: true } → { ES256: false, RS256: true }':
    names,
  'engine/options/client.ts | privateKeyShape | { ES256: true, RS256: true } → { ES256: true, RS256: false }':
    names,
  'engine/options/client.ts | preRegisteredShape | none: true → none: false': names,
  'engine/options/client.ts | preRegisteredShape | client_secret_basic: true → client_secret_basic: false':
    names,
  'engine/options/client.ts | preRegisteredShape | client_secret_post: true → client_secret_post: false':
    names,
  "engine/options/client.ts | kind | 'client-credentials': true → 'client-credentials': false": names,
  "engine/options/client.ts | kind | { 'client-credentials': true, enterprise: true, workload: true, device: true, } → { 'client-credentials': true, enterprise: true, workload: false, device: true, }":
    names,
  "engine/options/client.ts | kind | { 'client-credentials': true, enterprise: true, workload: true, device: true, } → { 'client-credentials': true, enterprise: true, workload: true, device: false, }":
    names,
  'engine/options/client.ts | clientShape | { off: true, preferred: true, required: true } → { off: false, preferred: true, required: true }':
    names,
  'engine/options/client.ts | clientShape | { off: true, preferred: true, required: true } → { off: true, preferred: true, required: false }':
    names,
  "engine/options/client.ts | isMetadataUrl | typeof value === 'string' → true": typed,
  'engine/options/policy.ts | policyShape | { ask: true, auto: true } → { ask: false, auto: true }': names,
  'engine/options/policy.ts | policyShape | { GET: true, POST: true } → { GET: false, POST: true }': names,
  'engine/options/policy.ts | policyShape | { GET: true, POST: true } → { GET: true, POST: false }': names,
  'engine/holdings.ts | holdingsOf | other === binding?.current → other === binding.current': unbound,
  'engine/holdings.ts | holdingsOf | one === binding?.current → one === binding.current': unbound,
  'engine/holdings.ts | holdingsOf | issuer === binding?.current → issuer === binding.current': unbound,
  'engine/restingChart.ts | MAX_TEXTS | const MAX_TEXTS = 1_000; → const MAX_TEXTS = 1001;': room,
  'engine/restingChart.ts | MAX_TEXTS | const MAX_TEXTS = 1_000; → const MAX_TEXTS = 999;': room,
  'engine/restingChart.ts | CommonTexts.of | if (known !== undefined) return known; → if (false) return known;':
    room,
  'engine/restingChart.ts | CommonTexts.of | this.#known.size >= MAX_TEXTS → true': room,
  'engine/restingChart.ts | CommonTexts.of | this.#known.size >= MAX_TEXTS → this.#known.size > MAX_TEXTS':
    room,
  'engine/restingChart.ts | CommonTexts.of | this.#known.set(text, text); → nothing': room,
  'engine/restingChart.ts | RestingChart.constructor | known.filter(([name]) => !common.has(name)) → known':
    room,
};
