import { choice } from '#libs/options';
import { withColor } from '../line-forms.ts';
import * as rows from '../option-rows.ts';
import { ownOutputs } from '../standard-output.ts';
import { defineStream } from '../stream-class.ts';

const colors = ['red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;

/** Protocol 8. */
export const fancyStdoutStream = defineStream({
  name: 'FancyStdoutStream',
  doc: "Writes to circusd's standard output, each line in a colour and with time and process id.",
  options: [
    {
      name: 'color',
      kind: choice(...colors),
      default: null,
      doc: 'red, green, yellow, blue, magenta, cyan or white; any of them without it.',
      manual: '-',
    },
    { ...rows.timeFormatRow, default: '%Y-%m-%d %H:%M:%S' },
    rows.onFull,
    rows.refreshTime,
  ],
  plan({ color, time_format }, { now }) {
    const any = Math.floor(Math.random() * colors.length);
    const number = (color === null ? any : colors.indexOf(color)) + 1;
    return { sink: ownOutputs.stdout, format: withColor(number, time_format, now) };
  },
});
