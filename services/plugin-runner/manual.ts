/** The manual page of circus-plugin. */
import { runnerCommand } from './arguments.ts';
import { examples, exitMeanings, variables } from './manual-tables.ts';

/** Everything but the layout. */
export function manual(version: string) {
  const command = runnerCommand(version);
  const help = command.createHelp();
  return {
    name: 'circus-plugin',
    summary: 'run a plugin of circusd',
    synopsis: ['[options] plugin'],
    description: `circus-plugin loads a class and hands it every event of a circusd. circusd runs it
for every section \`[plugin:NAME]\` with \`use\`; by hand it runs a plugin beside a circusd that does not
know of it.

A plugin is named by the class path of a built-in, as in \`circus.plugins.flapping.Flapping\`, by
\`FILE#Class\`, or by \`PACKAGE#Class\`. Without \`#Class\` the module's default export is taken, or its only
class. SIGTERM and SIGINT end it, after its handle_stop.`,
    options: help.visibleOptions(command).map((option) => {
      return { spelling: option.flags, doc: help.optionDescription(option) };
    }),
    sections: [
      { title: 'Environment', rows: variables },
      { title: 'Exit status', rows: exitMeanings },
      { title: 'Examples', rows: examples },
    ],
    seeAlso: ['circusd(1)', 'circusctl(1)', 'circus.ini(5)'],
  };
}
