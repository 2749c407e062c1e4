/** The manual page of circushttpd. */
import { type HttpdActions, httpdCommand } from './arguments.ts';
import { examples, exitMeanings } from './manual-tables.ts';

const nothing: HttpdActions = {
  serve: async () => {},
  addUser: async () => {},
  removeUser: () => {},
  listUsers: () => {},
};

/** Everything but the layout. */
export function manual(version: string) {
  const command = httpdCommand(version, nothing);
  const help = command.createHelp();
  return {
    name: 'circushttpd',
    summary: 'the web console of circusd',
    synopsis: [
      '[options]',
      'user add --users-file file [--role role] name',
      'user remove --users-file file name',
      'user list --users-file file',
    ],
    description: `circushttpd serves pages that show a circusd(1) live and steer it, and every command
of it over HTTP. circusd runs it by itself, as the watcher \`circushttpd\`, when its configuration has
\`httpd = True\`; by hand it runs beside any circusd that it can reach.

With \`--users-file\` one signs in by name and password; \`circushttpd user add\` makes the file, which is
read again whenever it changes. The role \`view\` looks, \`admin\` does everything. Without a users file
circushttpd logs a link at its start that signs in whoever opens it, once.

It changes nothing by GET, answers only to names that it knows (\`--allowed-host\`), and logs who changed
what. It speaks plain HTTP: for other machines put a proxy with TLS in front of it.`,
    options: help.visibleOptions(command).map((option) => {
      return { spelling: option.flags, doc: help.optionDescription(option) };
    }),
    sections: [
      { title: 'Exit status', rows: exitMeanings },
      { title: 'Examples', rows: examples },
    ],
    seeAlso: ['circusd(1)', 'circusctl(1)', 'circus.ini(5)'],
  };
}
