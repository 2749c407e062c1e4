import { resolve } from 'node:path';
import { withTime } from '../line-forms.ts';
import * as rows from '../option-rows.ts';
import { bySize } from '../rotation.ts';
import { defineStream } from '../stream-class.ts';
import { temporaryName } from '../temporary-name.ts';

/** Protocol 8. Plain, the processes write to the file themselves. */
export const fileStream = defineStream({
  name: 'FileStream',
  doc: 'Appends to a file. Without `max_bytes`, `time_format` and `on_full` the processes write to it themselves.',
  options: [
    rows.filename,
    rows.maxBytes,
    rows.backupCount,
    rows.timeFormatRow,
    { ...rows.onFull, default: null },
    rows.refreshTime,
  ],
  plan({ filename, max_bytes, backup_count, time_format, on_full }, context) {
    const path = resolve(filename ?? temporaryName(context));
    const rotates = max_bytes > 0 && backup_count > 0;
    const rules = rotates ? { rotation: bySize(max_bytes, backup_count) } : {};
    const sink = context.files.at(path, rules);
    if (time_format !== null) return { sink, format: withTime(time_format, context.now) };
    return rotates || on_full !== null ? { sink } : { sink, directPath: path };
  },
});
