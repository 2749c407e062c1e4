// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the notation of circus is under test
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { environmentVariables, substitute, workerVariables } from '#libs/config';

const worker = workerVariables({
  env: { HOME: '/root', Mixed: 'm', MIXED: 'M' },
  wid: 7,
  sockets: { web: 3, 'a b': 4 },
  options: { numprocesses: '2', shell: 'False' },
});

const cases: [text: string, result: string][] = [
  ['$(circus.wid)', '7'],
  ['((circus.wid))', '7'],
  ['$(CIRCUS.WID) $(Circus.Wid)', '7 7'],
  ['$WID', '7'],
  ['$WIDTH $wid', '$WIDTH $wid'],
  ['$(WID)', '7'],
  ['$(ENV.HOME) $(env.home)', '/root /root'],
  ['$(circus.env.HOME)', '/root'],
  ['$(circus.env.Mixed) $(circus.env.MIXED)', 'm M'],
  ['--fd $(circus.sockets.web)', '--fd 3'],
  ['${socket:web} ${socket:a b}', '3 4'],
  ['${circus.sockets.WEB}', '3'],
  ['$(circus.numprocesses) $(circus.shell)', '2 False'],
  [
    '$(circus.zork) ((circus.zork)) $(ENV.ZORK) ${socket:zork}',
    '$(circus.zork) ((circus.zork)) $(ENV.ZORK) ${socket:zork}',
  ],
  ['$(circus.constructor)', '$(circus.constructor)'],
  ['$(date) ${HOME} $HOME (circus.wid)', '$(date) ${HOME} $HOME (circus.wid)'],
];

test('replaces every form of a variable and leaves the rest as it is', () => {
  for (const [text, result] of cases) assert.equal(substitute(text, worker), result);
});

test('does not search what it has put in', () => {
  const lookup = environmentVariables({ A: '$(circus.env.B)', B: 'b' });
  assert.equal(substitute('$(circus.env.A)', lookup), '$(circus.env.B)');
});

test('an environment alone leaves the worker its variables', () => {
  const lookup = environmentVariables({ A: 'a', EMPTY: '' });
  const text = '$(circus.env.a)$(circus.env.EMPTY) $WID $(circus.wid) $(circus.env.NONE)';
  assert.equal(substitute(text, lookup), 'a $WID $(circus.wid) $(circus.env.NONE)');
});
