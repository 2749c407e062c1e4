import { carryOut } from './carry-out.ts';
import { explain } from './explain.ts';
import { helpScreen } from './help-screen.ts';
import { readInvocation } from './invocation.ts';
import { writeError, writeLine } from './output.ts';

declare const CIRCUS_VERSION: string;

/**
 * Does what was typed and gives the exit code: 0, 1 (no daemon, time-out, wrong arguments), 2
 * (unknown command or flag) or 3 (the daemon refused). Rejects only for a fault of our own.
 */
export async function run(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  try {
    const invocation = await readInvocation(argv);
    switch (invocation.kind) {
      case 'version':
        writeLine(`circusctl ${CIRCUS_VERSION}`);
        return 0;
      case 'help':
        writeLine(helpScreen(invocation.command));
        return 0;
      case 'command':
        return await carryOut(invocation, env['CIRCUSCTL_ENDPOINT']);
    }
  } catch (error) {
    const { text, exitCode } = explain(error);
    writeError(text);
    return exitCode;
  }
}
