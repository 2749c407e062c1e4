import { fstatSync } from 'node:fs';
import { carryOut } from './carry-out.ts';
import { explain } from './explain.ts';
import { helpScreen } from './help-screen.ts';
import { type Invocation, readInvocation } from './invocation.ts';
import { writeError, writeLine } from './output.ts';
import { versionLine } from './version.ts';

/**
 * Does what was typed and gives the exit code: 0, 1 (no daemon, time-out, wrong arguments), 2
 * (unknown command or flag) or 3 (the daemon refused). Rejects only for a fault of our own.
 */
export async function run(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  if (argv[0] === '--complete' || env['AUTO_COMPLETE'] !== undefined) {
    const { answerShell } = await import('./answer-shell.ts');
    return await answerShell(argv, env);
  }
  try {
    return await perform(await readInvocation(argv), env);
  } catch (error) {
    const { text, exitCode } = explain(error);
    writeError(text);
    return exitCode;
  }
}

async function perform(invocation: Invocation, env: NodeJS.ProcessEnv): Promise<number> {
  switch (invocation.kind) {
    case 'version':
      writeLine(versionLine);
      return 0;
    case 'help':
      writeLine(helpScreen(invocation.command));
      return 0;
    case 'shell': {
      if (!hasReader()) return await perform({ kind: 'help' }, env);
      const { runShell } = await import('./shell.ts');
      return await runShell(invocation.settings, env);
    }
    case 'command':
      return await carryOut(invocation, { environmentEndpoint: env['CIRCUSCTL_ENDPOINT'] });
  }
}

/** Whether standard input may have commands: a terminal, a pipe or a file, not /dev/null. */
function hasReader(): boolean {
  try {
    return process.stdin.isTTY || !fstatSync(0).isCharacterDevice();
  } catch {
    return false;
  }
}
