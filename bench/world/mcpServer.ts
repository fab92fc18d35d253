// The playground in a process of its own, so that the work of its MCP server is not that of a client.
import { startPlayground } from '../../playground/playground.ts';

const playground = await startPlayground({ accessTokenSeconds: 3600 });
// What was exchanged is not looked at here, and would grow.
const clear = setInterval(() => playground.forgetExchanges(), 1000);
process.on('disconnect', () => {
  clearInterval(clear);
  process.exit();
});
process.send?.(playground.resource);
