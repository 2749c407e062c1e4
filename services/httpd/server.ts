/** circushttpd's HTTP server: routes, and what holds for all of them. */
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import websocket from '@fastify/websocket';
import Fastify, { type FastifyInstance } from 'fastify';
import { AccessError } from './access/access-error.ts';
import type { Guard } from './access/guard.ts';
import { type AddedPage, serveAddedPages } from './added-pages.ts';
import { serveAssets } from './assets.ts';
import type { CarryOutSettings } from './carry-out.ts';
import { commandRoutes } from './command-routes.ts';
import type { Console } from './console.ts';
import { healthRoutes } from './health-routes.ts';
import { servePage } from './live-page.ts';
import { logRoutes } from './log-routes.ts';
import { openApi } from './openapi.ts';
import { sessionRoutes } from './session-routes.ts';
import { stateRoutes } from './state-routes.ts';

/** Of a request's body, and of a websocket's message. */
const bodyBytes = 256 * 1024;
const messageBytes = 16 * 1024;

export interface ServerSettings {
  readonly console: Console;
  readonly guard: Guard;
  readonly commands: CarryOutSettings;
  readonly assets: string;
  /** Begins and ends with a slash. */
  readonly basePath: string;
  readonly page: readonly AddedPage[];
  readonly trustProxy: boolean;
  readonly openMetrics: boolean;
  readonly version: string;
}

/** The server, ready to listen. */
export async function createServer(settings: ServerSettings): Promise<FastifyInstance> {
  const { console, guard, commands, basePath } = settings;
  const app = Fastify({
    bodyLimit: bodyBytes,
    trustProxy: settings.trustProxy,
    rewriteUrl: ({ url = '/' }) => withoutBase(url, basePath),
    routerOptions: { ignoreTrailingSlash: true },
  });
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        baseUri: ["'self'"],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
        formAction: ["'self'"],
      },
    },
    // whether there is TLS is for the proxy to say
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'same-origin' },
  });
  await app.register(cookie);
  await app.register(websocket, { options: { maxPayload: messageBytes } });
  app.addHook('onRequest', async (request) => guard.checkSource(request));
  app.setErrorHandler((error, _request, reply) => {
    const { statusCode, code, message } = problemOf(error);
    return reply.code(statusCode).send({ code, message });
  });
  sessionRoutes(app, guard);
  commandRoutes(app, guard, commands);
  logRoutes(app, guard, commands);
  stateRoutes(app, guard, () => console.mirror);
  healthRoutes(app, guard, () => console.mirror, settings.openMetrics);
  app.get('/api/openapi.json', () => openApi(settings.version, basePath));
  app.get(
    '/live',
    {
      websocket: true,
      preValidation: async (request, reply) => {
        await guard.requireVisitor(request, reply);
      },
    },
    (socket, request) => {
      servePage(socket, {
        hub: console.hub,
        openTail: (watcher, reader) => console.openTail(watcher, reader),
        isSignedIn: () => guard.isSignedIn(request),
      });
    },
  );
  await serveAddedPages(app, guard, settings.page, basePath);
  await serveAssets(app, settings.assets, basePath);
  return app;
}

function withoutBase(url: string, basePath: string): string {
  if (basePath === '/') return url;
  if (url === basePath.slice(0, -1)) return '/';
  return url.startsWith(basePath) ? url.slice(basePath.length - 1) : url;
}

/** What a client sees of an error. Ours are told; those of fastify are about the request. */
function problemOf(error: unknown): { statusCode: number; code: string; message: string } {
  if (error instanceof AccessError) return error;
  const { statusCode = 500, code = '', message = '' } = Object(error) as Partial<AccessError>;
  if (statusCode < 500) return { statusCode, code: code.toLowerCase(), message };
  return { statusCode: 500, code: 'fault', message: `a fault of circushttpd: ${message}` };
}
