// `authchart/node`: what needs Node: the file store, user agents, `fetch` through a proxy, imports of the logins of other tools, and trace files.

export type { LoopbackHost } from '../actors/userAgents/callbackServer.ts';
export { type HeadlessOptions, headlessUserAgent } from '../actors/userAgents/headless.ts';
export { type LoopbackOptions, loopbackUserAgent } from '../actors/userAgents/loopback.ts';
export { type PasteOptions, pasteUserAgent } from '../actors/userAgents/paste.ts';
export type { RegisteredClient, RegistrationManagement } from '../protocol/registration.ts';
export { defaultFolder, type FileOptions, fileStore } from '../stores/file.ts';
export { fileAssertion } from './fileAssertion.ts';
export { importLogins, readMcpRemote, readSdkRecords } from './importing.ts';
export type { Found, FoundClient, FoundLogin, FoundTokens, WithIssuer } from './legacy/found.ts';
export type { ImportOptions, ImportOutcome } from './legacy/importLogins.ts';
export { mcpRemoteFolder } from './legacy/mcpRemoteFolder.ts';
export { type NodeFetchOptions, nodeFetch } from './proxying/nodeFetch.ts';
export { type TraceFile, traceFile } from './traceFile.ts';
