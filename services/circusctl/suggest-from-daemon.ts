/** What was probably meant by a name that the daemon does not know. */
import type { CircusClient } from '#libs/client';
import { watcherTable } from '#libs/config';
import { suggestName } from '#libs/options';
import type { JsonObject } from '#libs/protocol';

const shortMs = 1000;

/** A refusal, by its reason, and where the known names come from. */
const refusals: readonly {
  readonly reason: RegExp;
  knownNames(client: CircusClient, properties: JsonObject): Promise<readonly string[]>;
}[] = [
  {
    // A pattern is no misspelt name.
    reason: /^program ([^*?[\]]+) not found$/,
    knownNames: async (client) => namesOf((await ask(client, 'list'))['watchers']),
  },
  {
    reason: /^'(.+)' option not found$/,
    knownNames: async (client, { name }) => await optionNames(client, name),
  },
  {
    reason: /^unknown key '(.+)'$/,
    knownNames: async (client, { name }) => [
      ...watcherTable.map((row) => row.name),
      ...(await optionNames(client, name)),
    ],
  },
  {
    reason: /^'(.+)' not an existing option$/,
    knownNames: async (client) => Object.keys(Object((await ask(client, 'globaloptions')).options)),
  },
  {
    reason: /^command (.+) not found$/,
    knownNames: async (client) => {
      const { commands } = await ask(client, 'describe');
      return Array.isArray(commands) ? commands.map((row) => String(Object(row).name)) : [];
    },
  },
];

/** A name that is spelled alike; `undefined` for other refusals, and when nothing is close. */
export async function suggestFor(
  client: CircusClient,
  properties: JsonObject,
  reason: string,
): Promise<string | undefined> {
  for (const { reason: form, knownNames } of refusals) {
    const [, wrong] = form.exec(reason) ?? [];
    if (wrong === undefined) continue;
    try {
      return suggestName(wrong, await knownNames(client, properties));
    } catch {
      // A suggestion is a kindness: the refusal itself is told in any case.
      return undefined;
    }
  }
  return undefined;
}

async function ask(client: CircusClient, command: string, properties: JsonObject = {}) {
  return (await client.call(command, properties, { timeoutMs: shortMs })) as {
    readonly [key: string]: unknown;
    readonly options?: unknown;
    readonly commands?: unknown;
  };
}

async function optionNames(client: CircusClient, name: unknown): Promise<string[]> {
  if (typeof name !== 'string') return [];
  return Object.keys(Object((await ask(client, 'options', { name })).options));
}

function namesOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
