// `authchart/browser`: what needs a page: its records, and the ways to lead a person to a server and back.
export { type PopupOptions, type PopupUserAgent, popupUserAgent } from '../actors/userAgents/popup.ts';
export { type RedirectOptions, redirectUserAgent } from '../actors/userAgents/redirect.ts';
export { type WebOptions, webStore } from '../stores/web.ts';
export { completeLogin } from './completeLogin.ts';
