/** What is known of circusd without asking it. */
import type { FastifyInstance } from 'fastify';
import { AccessError } from './access/access-error.ts';
import type { Guard } from './access/guard.ts';
import { processCourse } from './history.ts';
import { daemonCourse, type Mirror } from './mirror.ts';

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
  /** The last minute of every watcher, for the small charts of the overview. */
  app.get('/api/sparks', async (request, reply) => {
    await guard.requireVisitor(request, reply);
    const { history } = mirror();
    const now = Date.now() / 1000;
    const names = mirror()
      .watchers()
      .map(({ name }) => name);
    const courses = names.map((name) => [name, history.last(name, sparkS, now)] as const);
    return Object.fromEntries([...courses, ['', history.last(daemonCourse, sparkS, now)]]);
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
      return mirror().history.last(courseOf(watcher, pid), span, Date.now() / 1000);
    },
  );
}

function courseOf(watcher: string | undefined, pid: string | undefined): string {
  if (watcher === undefined) return daemonCourse;
  return pid === undefined ? watcher : processCourse(watcher, Number(pid));
}
