// Where the gateway's telemetry goes: a collector on loopback gets spans and metrics by OTLP, and no secret.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { telemetryOf } from '../../examples/gateway/telemetry.ts';
import { testEngine } from '../support/engine.ts';
import { startWorld } from '../support/world.ts';

const received = new Map<string, string>();
let collector: Server;
beforeEach(async () => {
  received.clear();
  collector = createServer(async (request, response) => {
    received.set(request.url ?? '', (received.get(request.url ?? '') ?? '') + (await text(request)));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await once(collector.listen(0, '127.0.0.1'), 'listening');
});
afterEach(() => {
  vi.unstubAllEnvs();
  collector.closeAllConnections();
  collector.close();
});

describe('the telemetry of examples/gateway', () => {
  it('L05: is sent to the collector of the environment, by names and with no secret', async () => {
    const { port } = collector.address() as AddressInfo;
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${port}`);
    vi.stubEnv('OTEL_SERVICE_NAME', 'gateway-of-the-test');
    const telemetry = telemetryOf(process.env);
    if (!telemetry) throw new Error('There is no telemetry.');
    const world = await startWorld();
    const { engine, session } = testEngine(world.resource, { onTrace: telemetry.onTrace });
    await session.login();
    await engine.dispose();
    await telemetry.close();
    const secrets = [...world.accessTokens.keys(), ...world.refreshTokens.keys()];
    await world.close();

    expect(received.get('/v1/traces')).toContain('authchart login');
    expect(received.get('/v1/metrics')).toContain('authchart.flow.duration');
    expect(secrets.length).toBeGreaterThan(1);
    for (const body of received.values()) {
      expect(body).toContain('gateway-of-the-test');
      expect(body).toContain('service.instance.id');
      for (const secret of [...secrets, 'code=', 'state=']) expect(body).not.toContain(secret);
    }
  });

  it('is not there where the environment names no place for it', () => {
    expect(telemetryOf({})).toBeUndefined();
  });
});
