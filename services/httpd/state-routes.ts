/** What is known of circusd without asking it. */
import type { FastifyInstance } from 'fastify';
import { AccessError } from './access/access-error.ts';
import type { Guard } from './access/guard.ts';
import type { Mirror } from './mirror.ts';

const longestS = 86_400;
const usualS = 300;
const sparkS = 60;

export function stateRoutes(app: FastifyInstance, guard: Guard, mirror: () => Mirror): void {
  app.get('/api/state', async (request, reply) => {
    await guard.requireVisitor(request, reply);
    return mirror().state;
  });
  app.get<{ Params: { name: string } }>('/api/processes/:name', async (request, reply) => {
    await guard.requireVisitor(request, reply);
    return mirror().processes(request.params.name);
  });
  /** The last minute of every watcher, for the small charts of the overview; of circusd as ''. */
  app.get('/api/sparks', async (request, reply) => {
    await guard.requireVisitor(request, reply);
    const watchers = mirror().watchers();
    const courses = watchers.map(({ name }) => [name, mirror().last(sparkS, name)] as const);
    return Object.fromEntries([...courses, ['', mirror().last(sparkS)]]);
  });
  app.get<{ Querystring: { watcher?: string; pid?: string; seconds?: string } }>(
    '/api/history',
    async (request, reply) => {
      await guard.requireVisitor(request, reply);
      const { watcher, pid, seconds = String(usualS) } = request.query;
      const span = Number(seconds);
      if (!(span > 0 && span <= longestS)) {
        throw new AccessError(400, 'bad_span', `seconds=${seconds}: 1 to ${longestS} are kept`);
      }
      return mirror().last(span, watcher, pid === undefined ? undefined : Number(pid));
    },
  );
}
