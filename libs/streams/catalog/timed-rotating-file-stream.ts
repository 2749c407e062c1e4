import { boolean, choice, integer } from '#libs/options';
import { withTime } from '../line-forms.ts';
import * as rows from '../option-rows.ts';
import { byTime, type RotationUnit, rotationUnits } from '../rotation.ts';
import { defineStream } from '../stream-class.ts';
import { temporaryName } from '../temporary-name.ts';

/** Protocol 8. */
export const timedRotatingFileStream = defineStream({
  name: 'TimedRotatingFileStream',
  doc: 'Appends to a file, and begins a new one at fixed times. The old one gets the begin of its time as an ending.',
  options: [
    rows.filename,
    { ...rows.backupCount, doc: 'How many old files to keep; 0 keeps all.' },
    rows.timeFormatRow,
    {
      name: 'rotate_when',
      kind: choice(...(Object.keys(rotationUnits) as RotationUnit[])),
      default: 'H',
      doc: 'The unit of time: S, M, H, D, MIDNIGHT, or W0 (Monday) to W6.',
      manual: '-',
    },
    {
      name: 'rotate_interval',
      kind: integer,
      default: 1,
      minimum: 1,
      doc: 'After how many units a new file begins.',
      manual: '-',
    },
    {
      name: 'utc',
      kind: boolean,
      default: false,
      doc: 'Whether midnight and the names of files are those of UTC.',
      manual: '-',
    },
    rows.onFull,
    rows.refreshTime,
  ],
  required: ['rotate_when'],
  plan({ filename, backup_count, time_format, rotate_when, rotate_interval, utc }, context) {
    const rules = {
      unit: rotate_when,
      interval: rotate_interval,
      utc,
      backupCount: backup_count,
    };
    const rotation = byTime(rules, context.now);
    const sink = context.files.at(filename ?? temporaryName(context), { rotation });
    return time_format === null ? { sink } : { sink, format: withTime(time_format, context.now) };
  },
});
