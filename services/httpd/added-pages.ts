/** Pages that a user adds to the console: folders of files, served to whoever is signed in. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import type { Guard } from './access/guard.ts';

/** A page of the user's: `name` stands in its address and in the navigation. */
export interface AddedPage {
  readonly name: string;
  readonly folder: string;
}

/**
 * Reads `NAME=FOLDER`.
 *
 * @throws Error it is not of that form, or the folder has no index.html
 */
export function readPage(text: string): AddedPage {
  const [, name, path] = /^([a-z0-9-]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || path === undefined) {
    throw new Error('name=folder is expected, the name of a-z, 0-9 and -.');
  }
  const folder = resolve(path);
  if (!existsSync(join(folder, 'index.html'))) throw new Error(`${folder} has no index.html.`);
  return { name, folder };
}

/** Serves each below `pages/NAME/`, and their names at `api/pages`. */
export async function serveAddedPages(
  app: FastifyInstance,
  guard: Guard,
  pages: readonly AddedPage[],
  basePath: string,
): Promise<void> {
  app.get('/api/pages', async (request, reply) => {
    await guard.requireVisitor(request, reply);
    return pages.map(({ name }) => name);
  });
  for (const { name, folder } of pages) {
    await app.register((scope, _options, done) => {
      scope.addHook('onRequest', async (request, reply) => {
        await guard.requireVisitor(request, reply);
      });
      const prefix = `/pages/${name}/`;
      // with or without a slash at the end, which relative addresses depend on
      scope.get(`/pages/${name}`, (_request, reply) =>
        reply.redirect(`${basePath}pages/${name}/index.html`),
      );
      void scope.register(fastifyStatic, { root: folder, prefix, decorateReply: false });
      done();
    });
  }
}
