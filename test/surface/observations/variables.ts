/** `[env]`, `[env:PATTERNS]` and every form of a variable; a watcher of each row's number tells what it got. */
import { type Row, type Rows, reported } from './rows.ts';

/** The third word of the row's worker. */
const word = (written: string, expected: string): Row =>
  reported(
    `args = "${written}"`,
    `is given \`${expected}\``,
    ({ argv }) => argv.at(-1) === expected,
  );

/** The sections that the rows speak of; OWN and PLACE are in circusd's own environment. */
export const variableSections = `[env]
everywhere = x-$OWN
[env:none*,  variables*]
matched = yes
`;

/** A row's watcher is called `variables` and its number from 1. */
export const variableObservations: Rows = {
  $WID: word('$WID', '1'),
  '$(circus.wid)': word('$(circus.wid)', '1'),
  '$(CIRCUS.ENV.NAME)': word('$(CIRCUS.ENV.OWN)', 'mine'),
  '$(WID)': word('$(WID)', '1'),
  '$(ENV.NAME)': word('$(ENV.OWN)', 'mine'),
  '${socket:NAME}': word(`\${socket:web}`, '4'),
  '((circus.env.NAME))': word('((circus.env.OWN))', 'mine'),
  '$(circus.sockets.NAME)': word('$(circus.sockets.web)', '4'),
  '${circus.sockets.NAME}': word(`\${circus.sockets.web}`, '4'),
  '$(circus.OPTION)': word('$(circus.numprocesses)', '1'),
  'an unknown variable': word('$(circus.unknown)', '$(circus.unknown)'),
  '[env]': reported('[env] everywhere = x-$OWN', 'has it', ({ env }) => 'everywhere' in env),
  '[env:PATTERNS]': reported(
    '[env:none*, variables*] matched = yes',
    'has it, as its name fits a pattern',
    ({ env }) => env['matched'] === 'yes',
  ),
  '$NAME in [env]': reported(
    '[env] everywhere = x-$OWN',
    "has circusd's own in it",
    ({ env }) => env['everywhere'] === 'x-mine',
  ),
  '$(circus.env.NAME) in any option': reported(
    'working_dir = $(circus.env.PLACE)',
    'runs there',
    ({ cwd }) => cwd === '/usr',
  ),
};
