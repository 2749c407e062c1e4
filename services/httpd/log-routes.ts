/** The output of a watcher as a file: all that circusd has kept of it. */
import type { FastifyInstance } from 'fastify';
import { inOrder, logLines, printLogLine } from '#libs/commands';
import type { LogReply } from '#libs/protocol';
import type { Guard } from './access/guard.ts';
import { type CarryOutSettings, carryOut } from './carry-out.ts';

/** More than circusd keeps. */
const allLines = 1_000_000;

export function logRoutes(app: FastifyInstance, guard: Guard, settings: CarryOutSettings): void {
  app.get<{ Params: { name: string } }>('/api/logs/:name', async (request, reply) => {
    const visitor = await guard.requireVisitor(request, reply);
    const properties = { name: [request.params.name], lines: allLines };
    const { logs } = (await carryOut('logs', properties, visitor, settings)) as unknown as LogReply;
    const lines = inOrder(logLines(logs)).map((line) => printLogLine(line, { isColoured: false }));
    return reply
      .type('text/plain; charset=utf-8')
      .header('content-disposition', 'attachment')
      .send(lines.map((line) => `${line}\n`).join(''));
  });
}
