// The client ID metadata document that both servers know. It is served in this process, and not from the network.

/** The URL of the document, which is also the client id. `https://authchart.example` does not exist. */
export const CLIENT_METADATA_URL = 'https://authchart.example/client.json';

/** The grant type of a device without a browser. @see RFC 8628 §3.4 */
export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

const DOCUMENT = {
  client_id: CLIENT_METADATA_URL,
  client_name: 'authchart',
  client_uri: 'https://authchart.example/',
  application_type: 'native',
  redirect_uris: ['http://127.0.0.1/callback'],
  grant_types: ['authorization_code', 'refresh_token', DEVICE_GRANT],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
};

/**
 * The `fetch` of the authorization servers. It returns the document, and refuses every other URL, so that a client
 * cannot make a server of the playground use the network.
 * @see draft-ietf-oauth-client-id-metadata-document §4
 */
export async function fetchClientMetadata(url: string | URL): Promise<Response> {
  if (String(url) !== CLIENT_METADATA_URL) throw new Error('the playground fetches nothing from the network');
  return Response.json(DOCUMENT);
}
