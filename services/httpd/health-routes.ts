/** For machines that watch the console: alive, ready, and metrics for Prometheus. */
import type { FastifyInstance } from 'fastify';
import type { Guard } from './access/guard.ts';
import { metricsText } from './metrics.ts';
import type { Mirror } from './mirror.ts';

const openMetrics = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** `isOpen`: whether /metrics asks nobody who they are. */
export function healthRoutes(
  app: FastifyInstance,
  guard: Guard,
  mirror: () => Mirror,
  isOpen: boolean,
): void {
  app.get('/livez', () => ({ status: 'ok' }));
  app.get('/readyz', (_request, reply) => {
    const { link, endpoint } = mirror().daemon;
    if (link === 'up') return { status: 'ok' };
    return reply
      .code(503)
      .send({ status: 'error', reason: `circusd at ${endpoint} does not answer` });
  });
  app.get('/metrics', async (request, reply) => {
    if (!isOpen) await guard.requireVisitor(request, reply);
    return reply.type(openMetrics).send(await metricsText(mirror()));
  });
}
