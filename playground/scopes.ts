// The scopes of the playground, with the words that a person reads when asked to allow them.

/** What every request to the resource needs, `initialize` and `tools/list` included. */
export const BASE_SCOPE = 'notes:read';

/** Scopes of the resource, each with what it lets a client do. */
export const RESOURCE_SCOPES: Readonly<Record<string, string>> = {
  'notes:read': 'Read your notes',
  'notes:write': 'Write your notes',
  'notes:admin': 'Delete your notes',
};

/** Scopes of the authorization servers themselves. */
export const SERVER_SCOPES: Readonly<Record<string, string>> = {
  openid: 'Know who you are',
  offline_access: 'Stay connected',
};
