// The scopes of the playground, with the texts of the consent page.

/** The scope that every request to the resource needs, also `initialize` and `tools/list`. */
export const BASE_SCOPE = 'notes:read';

/** The scopes of the resource, each with what a client may do. */
export const RESOURCE_SCOPES: Readonly<Record<string, string>> = {
  'notes:read': 'Read your notes',
  'notes:write': 'Write your notes',
  'notes:admin': 'Delete your notes',
};

/** The scopes of the authorization servers themselves. */
export const SERVER_SCOPES: Readonly<Record<string, string>> = {
  openid: 'Know who you are',
  offline_access: 'Stay connected',
};
