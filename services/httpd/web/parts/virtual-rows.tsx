/** Rows of a long table: only those in sight are drawn. All have one height. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

const rowPx = 34;
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
  const [range, setRange] = useState({ first: 0, count: 60 });
  useEffect(() => {
    const scroller = body.current?.closest('main');
    if (!scroller) return;
    const measure = () => {
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
      {first > 0 && <Gap columns={columns} height={first * rowPx} />}
      {shown.map(draw)}
      {below > 0 && <Gap columns={columns} height={below * rowPx} />}
    </tbody>
  );
}

function Gap({ columns, height }: { readonly columns: number; readonly height: number }) {
  return (
    <tr>
      <td colSpan={columns} style={{ height, padding: 0, border: 0 }} />
    </tr>
  );
}
