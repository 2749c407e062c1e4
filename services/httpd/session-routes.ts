/** Signing in and out. */
import type { FastifyInstance } from 'fastify';
import { isJsonObject } from '#libs/protocol';
import { AccessError } from './access/access-error.ts';
import type { Guard, Visitor } from './access/guard.ts';
import type { SessionInfo } from './console-state.ts';

export function sessionRoutes(app: FastifyInstance, guard: Guard): void {
  app.get('/api/session', async (request, reply) => {
    return sessionInfo(await guard.requireVisitor(request, reply));
  });
  /** How one may sign in: with a password, or only by the link. */
  app.get('/api/sign-in', () => ({ passwords: guard.hasUsers }));
  app.post('/api/session', async (request, reply) => {
    const { user, password, link } = isJsonObject(request.body) ? request.body : {};
    if (typeof link === 'string')
      return sessionInfo(await guard.signInByLink(request, reply, link));
    if (typeof user === 'string' && typeof password === 'string') {
      return sessionInfo(await guard.signIn(request, reply, user, password));
    }
    throw new AccessError(400, 'bad_sign_in', 'user and password, or link, are expected');
  });
  app.delete('/api/session', async (request, reply) => {
    guard.signOut(reply, await guard.requireVisitor(request, reply));
    return { status: 'ok' };
  });
}

function sessionInfo({ user, role, session }: Visitor): SessionInfo {
  return { user, role, csrf: session?.csrf ?? '' };
}
