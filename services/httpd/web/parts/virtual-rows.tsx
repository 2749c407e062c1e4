/** Rows of a long table: only those in sight are drawn. They are taken to have one height. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** Until a row has been measured. */
const usualPx = 40;
/** Drawn beyond what is in sight, so that scrolling shows no gap. */
const beyond = 12;

export function VirtualRows<T>({
  rows,
  columns,
  draw,
}: {
  readonly rows: readonly T[];
  readonly columns: number;
  readonly draw: (row: T) => ComponentChildren;
}) {
  const body = useRef<HTMLTableSectionElement>(null);
  const height = useRef(usualPx);
  const [range, setRange] = useState({ first: 0, count: 40 });
  useEffect(() => {
    const scroller = body.current?.closest('main');
    if (!scroller) return;
    const measure = () => {
      height.current = heightOfRows(body.current) ?? height.current;
      const rowPx = height.current;
      const above =
        scroller.getBoundingClientRect().top - (body.current?.getBoundingClientRect().top ?? 0);
      const first = Math.max(0, Math.floor(above / rowPx) - beyond);
      const count = Math.ceil(scroller.clientHeight / rowPx) + 2 * beyond;
      setRange((before) =>
        before.first === first && before.count === count ? before : { first, count },
      );
    };
    measure();
    scroller.addEventListener('scroll', measure, { passive: true });
    addEventListener('resize', measure);
    return () => {
      scroller.removeEventListener('scroll', measure);
      removeEventListener('resize', measure);
    };
  }, []);
  const first = Math.min(range.first, Math.max(0, rows.length - 1));
  const shown = rows.slice(first, first + range.count);
  const below = rows.length - first - shown.length;
  return (
    <tbody ref={body}>
      {first > 0 && <Gap columns={columns} height={first * height.current} />}
      {shown.map(draw)}
      {below > 0 && <Gap columns={columns} height={below * height.current} />}
    </tbody>
  );
}

/** The mean of those that are drawn: on a phone rows are cards. */
function heightOfRows(body: HTMLElement | null): number | undefined {
  const rows = [...(body?.querySelectorAll('tr:not(.gap)') ?? [])];
  const sum = rows.reduce((total, row) => total + row.getBoundingClientRect().height, 0);
  return sum > 0 ? sum / rows.length : undefined;
}

function Gap({ columns, height }: { readonly columns: number; readonly height: number }) {
  return (
    <tr class="gap">
      <td colSpan={columns} style={{ height, padding: 0, border: 0 }} />
    </tr>
  );
}
