/** Dialogs of the browser's own kind: focus stays inside, Escape closes. */
import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface Question {
  readonly title: string;
  readonly text: string;
  /** What the button says. */
  readonly action: string;
  readonly answer: (isYes: boolean) => void;
}

const question = signal<Question | undefined>(undefined);

/** Asks before something is lost. */
export async function confirmed(title: string, text: string, action: string): Promise<boolean> {
  return await new Promise((resolve) => {
    question.value = { title, text, action, answer: resolve };
  });
}

export function Dialog({
  label,
  onClose,
  children,
}: {
  readonly label: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    element.current?.showModal();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the key that closes it, Escape, is the browser's
    <dialog
      ref={element}
      aria-label={label}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === element.current) element.current?.close();
      }}
    >
      {children}
    </dialog>
  );
}

export function Questions() {
  const asked = question.value;
  if (asked === undefined) return null;
  const finish = (isYes: boolean) => {
    question.value = undefined;
    asked.answer(isYes);
  };
  return (
    <Dialog label={asked.title} onClose={() => finish(false)}>
      <form
        method="dialog"
        class="question"
        onSubmit={(event) => {
          event.preventDefault();
          finish(true);
        }}
      >
        <h2>{asked.title}</h2>
        <p>{asked.text}</p>
        <div class="buttons">
          <button type="button" onClick={() => finish(false)}>
            Cancel
          </button>
          <button type="submit" class="danger">
            {asked.action}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
