// Servers that mean to serve browsers.
import type { Answer, World } from '../support/world.ts';

/** Lets pages of other origins read its answers, as servers do that mean to serve browsers. @see Fetch Standard §3.3 */
export function openToPages(world: World): void {
  const answer = world.answer.bind(world);
  const cors = {
    'access-control-allow-origin': '*',
    'access-control-allow-headers': '*, authorization',
    'access-control-expose-headers': 'www-authenticate',
  };
  world.answer = async (request): Promise<Answer> => {
    if (request.method === 'OPTIONS') return { status: 204, headers: cors };
    const { headers, ...rest } = await answer(request);
    return { ...rest, headers: { ...headers, ...cors } };
  };
}
