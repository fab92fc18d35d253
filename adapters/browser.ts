// `authchart/browser`: what needs a web page: a store, the user agents of pages, and `completeLogin`.
export { type PopupOptions, type PopupUserAgent, popupUserAgent } from '../actors/userAgents/popup.ts';
export { type RedirectOptions, redirectUserAgent } from '../actors/userAgents/redirect.ts';
export { type WebOptions, webStore } from '../stores/web.ts';
export { completeLogin } from './completeLogin.ts';
