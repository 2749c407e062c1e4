import * as rows from '../option-rows.ts';
import { ownOutputs } from '../standard-output.ts';
import { defineStream } from '../stream-class.ts';

/** Manual 5.3.2. */
export const stdoutStream = defineStream({
  name: 'StdoutStream',
  doc: "Writes to circusd's standard output.",
  options: [rows.onFull, rows.refreshTime],
  plan: () => ({ sink: ownOutputs.stdout }),
});
