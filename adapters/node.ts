// `authchart/node`: what needs Node: the file store, and user agents that listen, ask, or follow redirects.
export { fileAssertion } from '../actors/fileAssertion.ts';
export { type HeadlessOptions, headlessUserAgent } from '../actors/userAgents/headless.ts';
export { type LoopbackOptions, loopbackUserAgent } from '../actors/userAgents/loopback.ts';
export { type PasteOptions, pasteUserAgent } from '../actors/userAgents/paste.ts';
export { defaultFolder, fileStore } from '../stores/file.ts';
