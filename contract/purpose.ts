// What a request of ours is for: progress lines and traces name it, and it decides whether redirects are followed.

/** Each is a request to the resource, or to an authorization server. */
export type Purpose =
  | 'probe'
  | 'resource-metadata'
  | 'server-metadata'
  | 'registration'
  | 'unregistration'
  | 'token'
  | 'revocation';
