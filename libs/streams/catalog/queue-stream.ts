import { MemorySink } from '../memory-sink.ts';
import * as rows from '../option-rows.ts';
import { defineStream } from '../stream-class.ts';

/** Manual 5.3.2. Bounded, where the original's grows. */
export const queueStream = defineStream({
  name: 'QueueStream',
  doc: 'Keeps the last megabyte in memory.',
  options: [rows.refreshTime],
  plan: () => ({ sink: new MemorySink() }),
});
