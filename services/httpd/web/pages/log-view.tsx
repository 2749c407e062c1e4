import { useEffect, useRef, useState } from 'preact/hooks';
import { formatTime } from '../format.ts';
import { followLog } from '../live.ts';
import { ansiText } from '../parts/ansi.tsx';
import { Icon } from '../parts/icon.tsx';
import { droppedLines, lines, logNote } from '../store.ts';

/** More are held and searched, and not drawn. */
const drawnLines = 1000;

/** The output of a watcher as it comes. */
export function LogView({ name }: { readonly name: string }) {
  const [stream, setStream] = useState('');
  const [search, setSearch] = useState('');
  const [isFollowing, setFollowing] = useState(true);
  const [isWrapping, setWrapping] = useState(true);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    followLog(name);
    return () => followLog(null);
  }, [name]);
  const mark = patternOf(search);
  const shown = lines.value
    .filter((line) => stream === '' || line.stream === stream)
    .filter((line) => mark === undefined || line.text.search(mark) !== -1);
  const drawn = shown.slice(-drawnLines);
  useEffect(() => {
    if (isFollowing) place.current?.scrollTo(0, place.current.scrollHeight);
  }, [shown.length, isFollowing, lines.value]);
  return (
    <>
      <div class="toolbar">
        <label class="search">
          <Icon name="search" />
          <input
            type="search"
            placeholder="Search, text or pattern"
            aria-label="Search the log"
            data-focus="filter"
            value={search}
            onInput={({ currentTarget }) => setSearch(currentTarget.value)}
          />
        </label>
        <fieldset class="segments" aria-label="Stream">
          {['', 'stdout', 'stderr'].map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={one === stream}
              onClick={() => setStream(one)}
            >
              {one || 'both'}
            </button>
          ))}
        </fieldset>
        <button type="button" aria-pressed={isFollowing} onClick={() => setFollowing(!isFollowing)}>
          Follow
        </button>
        <button type="button" aria-pressed={isWrapping} onClick={() => setWrapping(!isWrapping)}>
          Wrap
        </button>
        <a class="button" href={`api/logs/${encodeURIComponent(name)}`} download={`${name}.log`}>
          <Icon name="download" />
          Download
        </a>
      </div>
      {droppedLines.value > 0 && (
        <p class="notice busy">
          <Icon name="warning" />
          {droppedLines.value} lines were too many for this page.
        </p>
      )}
      {logNote.value !== '' && (
        <p class="notice plain">
          <Icon name="help" />
          {logNote.value}
        </p>
      )}
      <div
        class={`log${isWrapping ? ' wrap' : ''}${drawn.some(({ pid }) => pid !== null) ? '' : ' no-pid'}`}
        ref={place}
        role="log"
        aria-label={`Output of ${name}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          if (scrollHeight - scrollTop - clientHeight > 60) setFollowing(false);
        }}
      >
        {shown.length === 0 && (
          <p class="empty">
            {lines.value.length === 0 ? 'Nothing was written yet.' : 'No line matches.'}
          </p>
        )}
        {drawn.length < shown.length && (
          <p class="empty">{shown.length - drawn.length} older lines: search, or download all.</p>
        )}
        {drawn.map((line) => (
          <div key={line.number} class={`line ${line.stream ?? 'stdout'}`}>
            <span class="when">{line.time === null ? '' : formatTime(line.time)}</span>
            <span class="who">{line.pid ?? ''}</span>
            <span class="text">{ansiText(line.text, mark)}</span>
          </div>
        ))}
      </div>
    </>
  );
}

/** A pattern, or when it is none the text itself. */
function patternOf(search: string): RegExp | undefined {
  if (search === '') return undefined;
  try {
    return new RegExp(search, 'gi');
  } catch {
    return new RegExp(search.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'gi');
  }
}
