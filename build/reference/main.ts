/** Everything that docs/reference and docs/man hold, made from the tables that the programs run by. */
import { commandsPage } from './commands-page.ts';
import { errorsPage } from './errors-page.ts';
import { eventsPage } from './events-page.ts';
import { commandsJson, configSchema } from './machine-readable.ts';
import { configurationPage, programPage } from './man-pages.ts';
import { optionsPage } from './options-page.ts';
import { pluginsPage } from './plugins-page.ts';
import { manuals } from './programs.ts';
import { glossaryPage, wirePage } from './prose-pages.ts';

/** The files by their paths. */
export async function renderReference(version: string): Promise<Record<string, string>> {
  const pages = Object.values(manuals).map((manual) => manual(version));
  return {
    'docs/reference/commands.md': await commandsPage(),
    'docs/reference/commands.json': await commandsJson(),
    'docs/reference/config.schema.json': configSchema(),
    'docs/reference/errors.md': errorsPage(version),
    'docs/reference/events.md': eventsPage(),
    'docs/reference/glossary.md': glossaryPage(),
    'docs/reference/options.md': optionsPage(),
    'docs/reference/plugins.md': pluginsPage(),
    'docs/reference/wire.md': await wirePage(),
    'docs/man/circus.ini.5': configurationPage(version),
    ...Object.fromEntries(
      pages.map((page) => [`docs/man/${page.name}.1`, programPage(page, version)]),
    ),
  };
}
