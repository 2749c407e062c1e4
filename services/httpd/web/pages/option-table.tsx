import { useEffect, useState } from 'preact/hooks';
import { run } from '../api.ts';
import { Icon } from '../parts/icon.tsx';
import { told } from '../parts/toasts.tsx';
import { events, isAdmin } from '../store.ts';

interface Option {
  readonly name: string;
  readonly value: unknown;
  readonly origin: string;
}

/** The effective options of a watcher with where they come from; `set` changes them. */
export function OptionTable({ name }: { readonly name: string }) {
  const [options, setOptions] = useState<readonly Option[]>();
  const [error, setError] = useState('');
  const [search, setSearch] = useState('');
  const [isOnlySet, setOnlySet] = useState(false);
  const updates = events.value.filter(
    (row) => row.watcher === name && row.name === 'updated',
  ).length;
  const load = async () => {
    const { options: found } = await run('config', { name });
    setOptions(found as readonly Option[]);
  };
  useEffect(() => {
    load().catch((fault: Error) => setError(fault.message));
  }, [name, updates]);
  if (error !== '')
    return (
      <p class="notice bad">
        <Icon name="warning" />
        {error}
      </p>
    );
  if (options === undefined)
    return (
      <p class="empty" aria-busy="true">
        Loading…
      </p>
    );
  const shown = options
    .filter((option) => option.name.includes(search))
    .filter(({ origin }) => !isOnlySet || origin !== 'default');
  return (
    <>
      <div class="toolbar">
        <label class="search">
          <Icon name="search" />
          <input
            type="search"
            placeholder="Filter options"
            aria-label="Filter options"
            data-focus="filter"
            value={search}
            onInput={({ currentTarget }) => setSearch(currentTarget.value)}
          />
        </label>
        <button type="button" aria-pressed={isOnlySet} onClick={() => setOnlySet(!isOnlySet)}>
          Only what is set
        </button>
      </div>
      <table class="rows options" aria-label={`Options of ${name}`}>
        <thead>
          <tr>
            <th scope="col">Option</th>
            <th scope="col">Value</th>
            <th scope="col">From</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((option) => (
            <tr key={option.name} class={option.origin === 'default' ? 'by-default' : ''}>
              <td class="name mono">{option.name}</td>
              <td data-label="Value">
                <Value watcher={name} option={option} onSet={load} />
              </td>
              <td data-label="From" class="faint">
                {option.origin}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Value({
  watcher,
  option: { name, value },
  onSet,
}: {
  readonly watcher: string;
  readonly option: Option;
  readonly onSet: () => Promise<void>;
}) {
  const [draft, setDraft] = useState<string>();
  // masked: setting it here would set the mask
  const canEdit = isAdmin.value && name !== 'env';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (draft === undefined) {
    return (
      <span class="value">
        <code>{text}</code>
        {canEdit && (
          <button type="button" class="quiet edit" onClick={() => setDraft(text)}>
            Edit
          </button>
        )}
      </span>
    );
  }
  const save = async () => {
    setDraft(undefined);
    await told(`Set ${name} of ${watcher}`, () =>
      run('set', { name: watcher, options: { [name]: typed(draft, value) } }),
    );
    await onSet();
  };
  return (
    <form
      class="value"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <input
        aria-label={name}
        value={draft}
        ref={(element) => element?.focus()}
        onInput={({ currentTarget }) => setDraft(currentTarget.value)}
        onKeyDown={({ key }) => key === 'Escape' && setDraft(undefined)}
      />
      <button type="submit" class="primary">
        Set
      </button>
      <button type="button" onClick={() => setDraft(undefined)}>
        Cancel
      </button>
    </form>
  );
}

/** What was a number or a truth value stays one; circusd says what is wrong with it. */
function typed(draft: string, before: unknown): unknown {
  if (typeof before === 'string') return draft;
  try {
    return JSON.parse(draft) as unknown;
  } catch {
    return draft;
  }
}
