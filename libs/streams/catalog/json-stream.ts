import { asJson } from '../line-forms.ts';
import * as rows from '../option-rows.ts';
import { bySize } from '../rotation.ts';
import { ownOutputs } from '../standard-output.ts';
import { defineStream } from '../stream-class.ts';

/** Not in the manual: for programs that collect logs. */
export const jsonStream = defineStream({
  name: 'JsonStream',
  doc: "Writes one JSON object a line, with time, watcher, wid, pid, stream and message: to a file, or to circusd's standard output.",
  options: [
    { ...rows.filename, doc: "The file to append to; circusd's standard output without it." },
    rows.maxBytes,
    rows.backupCount,
    rows.onFull,
    rows.refreshTime,
  ],
  plan({ filename, max_bytes, backup_count }, { watcher, stream, files, now }) {
    const rotates = max_bytes > 0 && backup_count > 0;
    const rules = rotates ? { rotation: bySize(max_bytes, backup_count) } : {};
    const sink = filename === null ? ownOutputs.stdout : files.at(filename, rules);
    return { sink, format: asJson({ watcher, stream }, now) };
  },
});
