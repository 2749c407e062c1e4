import { defineCommand } from '../define-command.ts';

/** Not in the manual; for the `create` mode of logrotate. */
export const reopenlogs = defineCommand({
  name: 'reopenlogs',
  summary: 'Open log files again',
  description: `Opens the files of all output streams again by their names: after a log rotator has
renamed them. Until then lines go to the renamed files, so none is lost. SIGUSR1 to circusd does the
same, and opens circusd's own log again too.

The reply has \`direct\`: the files that processes write to by themselves (a FileStream without
\`max_bytes\`, \`time_format\` and \`on_full\`). Only the processes could open these again: rotate them
with \`copytruncate\`, or use WatchedFileStream.`,
  manual: '-',
  properties: {},
  usage: '',
  examples: ['circusctl reopenlogs'],
  execute: (controller) => controller.reopenLogs(),
  print({ direct }) {
    const paths = Array.isArray(direct) ? direct : [];
    return [
      'ok',
      ...paths.map((path) => `written by its processes, not opened again: ${path}`),
    ].join('\n');
  },
  form: { label: 'Open log files again', asks: [] },
});
