/** The pages themselves: files built into dist/console. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { AccessError } from './access/access-error.ts';

/** File names hold a hash of their content. */
const cachedMs = 365 * 24 * 3600 * 1000;

/** `folder`: where `index.html` and `assets/` are; `basePath`: where the console is mounted. */
export async function serveAssets(
  app: FastifyInstance,
  folder: string,
  basePath: string,
): Promise<void> {
  const page = readFileSync(join(folder, 'index.html'), 'utf8').replace(
    '<base href="/">',
    `<base href="${basePath}">`,
  );
  await app.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: '/assets/',
    index: false,
    immutable: true,
    maxAge: cachedMs,
  });
  // any other path is a page of the console, so that each has an address of its own
  app.get('/*', (request, reply) => {
    if (/^\/(api|assets|pages)\//.test(request.url)) {
      throw new AccessError(404, 'not_found', `there is no ${request.url}`);
    }
    return reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(page);
  });
}
