/** circusctl: one command typed, sent to circusd, and its answer printed (manual 5.4.2). */
import { interrupt } from './interruption.ts';
import { guardOutput } from './output.ts';
import { run } from './run.ts';

// Node would open its debugger
process.on('SIGUSR1', () => {});
process.on('SIGINT', interrupt);
guardOutput();
run(process.argv.slice(2), process.env).then(
  (code) => process.exit(code),
  (fault: Error) => {
    process.stderr.write(`circusctl: ${fault.message}\nThis is a fault of circusctl itself.\n`);
    process.exit(1);
  },
);
