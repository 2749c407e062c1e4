/** circushttpd: the web console of circusd, on its documented sockets (manual 5.6). */
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { createLogger } from '#libs/logging';
import { listUsers, putUser, removeUser, UsersFileError } from './access/users-file.ts';
import { httpdCommand } from './arguments.ts';
import { askPassword } from './ask-password.ts';
import { exitCodes } from './manual-tables.ts';
import { serve } from './serve.ts';

declare const CIRCUS_VERSION: string;

// Node would open its debugger
process.on('SIGUSR1', () => {});

const shortestPassword = 8;

const command = httpdCommand(CIRCUS_VERSION, {
  serve: async (settings) => {
    const log = createLogger({
      name: 'circushttpd',
      level: settings.logLevel,
      format: 'human',
      output: settings.logOutput,
    });
    await serve({ ...settings, log, version: CIRCUS_VERSION, assets: join(__dirname, 'console') });
  },
  addUser: async (file, name, role) => {
    const password = await askPassword(`Password of ${name}: `);
    if (password.length < shortestPassword) {
      throw new UsersFileError(`a password has at least ${shortestPassword} characters`);
    }
    await putUser(file, name, role === 'view' ? 'view' : 'admin', password);
  },
  removeUser,
  listUsers: (file) => {
    for (const { name, role } of listUsers(file)) process.stdout.write(`${name} ${role}\n`);
  },
});

command.parseAsync().catch((error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.badFlag;
    return;
  }
  process.stderr.write(`circushttpd: ${error instanceof Error ? error.message : error}\n`);
  process.exit(exitCodes.failed);
});
