import { useState } from 'preact/hooks';
import { run } from '../api.ts';
import { Icon } from '../parts/icon.tsx';
import { go, watcherPath } from '../router.ts';
import { isAdmin, watchers } from '../store.ts';

const fresh = {
  name: '',
  cmd: '',
  args: '',
  numprocesses: '1',
  working_dir: '',
  uid: '',
  gid: '',
  graceful_timeout: '30',
  shell: false,
  singleton: false,
  start: true,
};
type Draft = typeof fresh;
type TextField = { [K in keyof Draft]: Draft[K] extends string ? K : never }[keyof Draft];

const texts: readonly {
  readonly field: TextField;
  readonly label: string;
  readonly hint: string;
  readonly isRequired?: true;
}[] = [
  {
    field: 'name',
    label: 'Name',
    hint: 'By which commands know it, such as web',
    isRequired: true,
  },
  {
    field: 'cmd',
    label: 'Command',
    hint: 'The program, found in PATH or by its full path',
    isRequired: true,
  },
  {
    field: 'args',
    label: 'Arguments',
    hint: 'Quoted as in a shell; $(circus.wid) is the number of the process',
  },
  { field: 'numprocesses', label: 'Processes', hint: 'How many of them are kept alive' },
  {
    field: 'working_dir',
    label: 'Working directory',
    hint: "Where it runs; circusd's own when empty",
  },
  {
    field: 'graceful_timeout',
    label: 'Graceful timeout',
    hint: 'Seconds between the stop signal and SIGKILL',
  },
  { field: 'uid', label: 'User', hint: 'Name or number; needs a circusd that runs as root' },
  { field: 'gid', label: 'Group', hint: 'Name or number' },
];

const switches = [
  {
    field: 'shell',
    label: 'Run by a shell',
    hint: 'Pipes and variables work; signals go to the shell',
  },
  { field: 'singleton', label: 'Singleton', hint: 'Never more than one process' },
  { field: 'start', label: 'Start now', hint: 'Else it waits for start' },
] as const;

/** `add` as a form: what circusd will refuse is told before where that can be known. */
export function AddWatcher() {
  const [draft, setDraft] = useState<Draft>(fresh);
  const [refusal, setRefusal] = useState('');
  const faults = faultsOf(draft);
  const canSend = Object.keys(faults).length === 0 && draft.name !== '' && draft.cmd !== '';
  if (!isAdmin.value) return <p class="empty">Only an admin adds watchers.</p>;
  const send = async () => {
    setRefusal('');
    try {
      await run('add', propertiesOf(draft));
      go(watcherPath(draft.name.toLowerCase()));
    } catch (error) {
      setRefusal(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <>
      <header class="page-head">
        <h1>Add a watcher</h1>
        <p class="faint">
          It lives until circusd ends or forgets it. To keep it, write it into the configuration.
        </p>
      </header>
      <form
        class="panel form"
        onSubmit={(event) => {
          event.preventDefault();
          if (canSend) void send();
        }}
      >
        {texts.map(({ field, label, hint, isRequired }) => (
          <div key={field} class="field">
            <label for={field}>
              {label}
              {isRequired && <span class="faint"> required</span>}
            </label>
            <input
              id={field}
              value={draft[field]}
              required={isRequired ?? false}
              aria-invalid={faults[field] !== undefined}
              aria-describedby={`${field}-hint`}
              autocomplete="off"
              spellcheck={false}
              onInput={({ currentTarget }) => setDraft({ ...draft, [field]: currentTarget.value })}
            />
            <small id={`${field}-hint`} class={faults[field] === undefined ? 'faint' : 'bad'}>
              {faults[field] ?? hint}
            </small>
          </div>
        ))}
        {switches.map(({ field, label, hint }) => (
          <label key={field} class="switch">
            <input
              type="checkbox"
              checked={draft[field]}
              onChange={({ currentTarget }) =>
                setDraft({ ...draft, [field]: currentTarget.checked })
              }
            />
            <span>
              {label} <small class="faint">{hint}</small>
            </span>
          </label>
        ))}
        <details>
          <summary>As a configuration section</summary>
          <pre>{sectionOf(draft)}</pre>
        </details>
        {refusal !== '' && (
          <p class="notice bad" role="alert">
            <Icon name="warning" />
            {refusal}
          </p>
        )}
        <div class="buttons">
          <button type="submit" class="primary" disabled={!canSend}>
            <Icon name="add" />
            Add {draft.name}
          </button>
        </div>
      </form>
    </>
  );
}

function faultsOf({
  name,
  numprocesses,
  graceful_timeout: patience,
}: Draft): Partial<Record<TextField, string>> {
  const faults: Partial<Record<TextField, string>> = {};
  if (watchers.value.has(name.toLowerCase())) faults.name = 'There is a watcher of that name.';
  if (/[\n\r[\]]/.test(name)) faults.name = 'Brackets and line ends are not allowed.';
  if (!/^\d+$/.test(numprocesses)) faults.numprocesses = 'A whole number, 0 or more, is expected.';
  if (!/^\d+(\.\d+)?$/.test(patience)) faults.graceful_timeout = 'A number of seconds is expected.';
  return faults;
}

function optionsOf(draft: Draft): Record<string, unknown> {
  const {
    numprocesses,
    working_dir: folder,
    uid,
    gid,
    graceful_timeout: patience,
    shell,
    singleton,
  } = draft;
  return {
    numprocesses: Number(numprocesses),
    graceful_timeout: Number(patience),
    ...(folder === '' ? {} : { working_dir: folder }),
    ...(uid === '' ? {} : { uid }),
    ...(gid === '' ? {} : { gid }),
    ...(shell ? { shell } : {}),
    ...(singleton ? { singleton } : {}),
  };
}

function propertiesOf(draft: Draft): Record<string, unknown> {
  const { name, cmd, args, start } = draft;
  return { name, cmd, start, ...(args === '' ? {} : { args }), options: optionsOf(draft) };
}

function sectionOf(draft: Draft): string {
  const { name, cmd, args } = draft;
  const rows = Object.entries({ cmd, ...(args === '' ? {} : { args }), ...optionsOf(draft) });
  return [`[watcher:${name || 'name'}]`, ...rows.map(([key, value]) => `${key} = ${value}`)].join(
    '\n',
  );
}
