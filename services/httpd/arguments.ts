/** The command line of circushttpd (protocol 9, manual 5.6). */
import { Command, InvalidArgumentError, Option } from 'commander';
import { defaultEndpoint } from '#libs/client';
import { twoColumns } from '#libs/commands';
import { type LogLevel, logLevels } from '#libs/logging';
import { type AddedPage, readPage } from './added-pages.ts';
import { examples, exitMeanings } from './manual-tables.ts';

export interface HttpdArguments {
  /** A listening socket that was inherited, instead of host and port. */
  readonly fd?: number;
  readonly host: string;
  readonly port: number;
  readonly endpoint: string;
  readonly usersFile?: string;
  readonly allowedHost: readonly string[];
  readonly basePath: string;
  readonly trustProxy: boolean;
  readonly openMetrics: boolean;
  readonly page: readonly AddedPage[];
  /** False with --no-add. */
  readonly add: boolean;
  readonly logLevel: LogLevel;
  readonly logOutput: string;
}

const help = `
Examples:
${twoColumns(examples)}

Without --users-file circushttpd logs a link at its start, which signs in whoever opens it, once.

Exit codes:
${twoColumns(exitMeanings)}`;

/** The parser. `serve` and the actions of `user` are what is to be done. */
export function httpdCommand(version: string, actions: HttpdActions): Command {
  const command = new Command('circushttpd')
    .description('The web console of circusd (manual 5.6).')
    .addOption(new Option('--fd <number>', 'serve on this inherited socket').argParser(readNumber))
    .option('--host <address>', 'address to listen on', 'localhost')
    .addOption(
      new Option('--port <number>', 'port to listen on; 0 is any')
        .argParser(readNumber)
        .default(8080),
    )
    .option('--server <name>', "accepted for the original's sake; there is one server")
    .option('--endpoint <address>', 'control endpoint of circusd', defaultEndpoint)
    .option('--users-file <file>', 'who may sign in: made by circushttpd user add')
    .addOption(
      new Option(
        '--allowed-host <name>',
        'a further name of this console, as behind a proxy; may be repeated',
      )
        .argParser((name: string, before: readonly string[]) => [...before, name])
        .default([]),
    )
    .addOption(
      new Option('--base-path <path>', 'where a proxy mounts the console')
        .argParser(readPath)
        .default('/'),
    )
    .option('--trust-proxy', 'take addresses and protocol from X-Forwarded-* headers', false)
    .option('--open-metrics', 'serve /metrics to anybody who can connect', false)
    .addOption(
      new Option('--page <name=folder>', 'a page of your own in the console; may be repeated')
        .argParser(addPage)
        .default([]),
    )
    .option('--no-add', 'do not let anybody add watchers')
    .addOption(
      new Option('--log-level <level>', logLevels.join(', '))
        .choices([...logLevels])
        .default('info'),
    )
    .option('--log-output <file>', "file to log to, '-' for standard error", '-')
    .helpOption('-h, --help', 'print this page')
    .version(version, '--version', 'print the version')
    .addHelpText('after', help)
    // `user add` has a --users-file of its own
    .enablePositionalOptions()
    .exitOverride();
  command.action(() => actions.serve(command.opts<HttpdArguments>()));
  addUserCommands(command, actions);
  return command;
}

/** What the command line leads to. */
export interface HttpdActions {
  serve(settings: HttpdArguments): Promise<void>;
  addUser(file: string, name: string, role: string): Promise<void>;
  removeUser(file: string, name: string): void;
  listUsers(file: string): void;
}

function addUserCommands(command: Command, actions: HttpdActions): void {
  const user = command.command('user').description('change the users file');
  const file = ['--users-file <file>', 'the file to change; made when there is none'] as const;
  user
    .command('add')
    .argument('<name>')
    .description(
      'add a user, or give one a new password, which is read from the terminal or standard input',
    )
    .requiredOption(...file)
    .addOption(
      new Option('--role <role>', 'view looks, admin does everything')
        .choices(['view', 'admin'])
        .default('admin'),
    )
    .action((name: string, flags: { usersFile: string; role: string }) => {
      return actions.addUser(flags.usersFile, name, flags.role);
    });
  user
    .command('remove')
    .argument('<name>')
    .description('remove a user, who is signed out at once')
    .requiredOption(...file)
    .action((name: string, flags: { usersFile: string }) =>
      actions.removeUser(flags.usersFile, name),
    );
  user
    .command('list')
    .description('print the users and their roles')
    .requiredOption(...file)
    .action((flags: { usersFile: string }) => actions.listUsers(flags.usersFile));
}

function readNumber(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0 && number <= 65_535) return number;
  throw new InvalidArgumentError('A whole number from 0 to 65535 is expected.');
}

function addPage(text: string, before: readonly AddedPage[]): readonly AddedPage[] {
  try {
    return [...before, readPage(text)];
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

function readPath(text: string): string {
  if (!/^\/[\w./~-]*$/.test(text))
    throw new InvalidArgumentError('A path such as /circus is expected.');
  return text.endsWith('/') ? text : `${text}/`;
}
