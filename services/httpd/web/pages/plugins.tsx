import { act, watcherActions } from '../actions.ts';
import { formatSpan } from '../format.ts';
import { Icon } from '../parts/icon.tsx';
import { Count, State } from '../parts/state.tsx';
import { watcherPath } from '../router.ts';
import { isAdmin, now, watcherList } from '../store.ts';

/** Plugins and companions: processes of their own, which circusd keeps alive like any other. */
export function Plugins() {
  const rows = watcherList.value.filter(({ kind }) => kind !== 'watcher');
  return (
    <>
      <header class="page-head">
        <h1>Plugins</h1>
        <p class="faint">Plugins and companions of circusd. Each is a process of its own.</p>
      </header>
      {rows.length === 0 && (
        <p class="panel empty">None is configured. A [plugin:NAME] section adds one.</p>
      )}
      <div class="cards">
        {rows.map((row) => {
          const action = row.status === 'stopped' ? watcherActions.start : watcherActions.restart;
          return (
            <article key={row.name} class="panel card">
              <h2>
                <a href={watcherPath(row.name)}>{row.name.replace(/^plugin:/, '')}</a>
                <span class="tag">{row.kind}</span>
              </h2>
              <p class="facts">
                <State row={row} /> <Count row={row} />
                <span>up {formatSpan(row.since === null ? null : now.value - row.since)}</span>
              </p>
              {row.trouble !== null && (
                <p class="notice bad">
                  <Icon name="warning" />
                  {row.trouble}
                </p>
              )}
              <div class="buttons">
                <a class="button" href={`${watcherPath(row.name)}/log`}>
                  Log
                </a>
                <a class="button" href={`${watcherPath(row.name)}/options`}>
                  Options
                </a>
                {isAdmin.value && (
                  <button type="button" onClick={() => void act(action, [row.name])}>
                    <Icon name={action.icon} />
                    {action.label}
                  </button>
                )}
              </div>
            </article>
          );
        })}
      </div>
    </>
  );
}
