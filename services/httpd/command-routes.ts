/** Every command of circusd: those that read by GET, all by POST. */
import type { FastifyInstance } from 'fastify';
import type { Command } from '#libs/commands';
import { isJsonObject, type Json, type JsonObject } from '#libs/protocol';
import { AccessError } from './access/access-error.ts';
import type { Guard } from './access/guard.ts';
import { type CarryOutSettings, carryOut, requireCommand } from './carry-out.ts';

export function commandRoutes(
  app: FastifyInstance,
  guard: Guard,
  settings: CarryOutSettings,
): void {
  app.post<{ Params: { name: string } }>('/api/commands/:name', async (request, reply) => {
    const visitor = await guard.requireVisitor(request, reply);
    const { body = {} } = request as { body?: unknown };
    if (!isJsonObject(body)) {
      throw new AccessError(
        400,
        'bad_properties',
        'the properties of the command, a JSON object, are expected',
      );
    }
    return await carryOut(request.params.name, body, visitor, settings);
  });
  app.get<{ Params: { name: string }; Querystring: Record<string, string> }>(
    '/api/commands/:name',
    async (request, reply) => {
      const visitor = await guard.requireVisitor(request, reply);
      const command = requireCommand(request.params.name);
      if (!command.isReadOnly) {
        throw new AccessError(405, 'changes', `${command.name} changes something: POST it`);
      }
      return await carryOut(command.name, fromQuery(command, request.query), visitor, settings);
    },
  );
}

/** A query has only texts: numbers, booleans and lists are made of them where the command wants such. */
function fromQuery({ properties }: Command, query: Record<string, string>): JsonObject {
  return Object.fromEntries(
    Object.entries(query).map(([name, text]) => [name, fromText(properties[name]?.kind, text)]),
  );
}

function fromText(kind: Command['properties'][string]['kind'] | undefined, text: string): Json {
  if (kind === 'integer' || kind === 'number' || kind === 'pid') return Number(text);
  if (kind === 'boolean') return text === 'true' || text === '1';
  return kind === 'strings' ? text.split(',') : text;
}
