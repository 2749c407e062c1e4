/** Reading the spelling of a flag: `--timeout <seconds>`, `--wait[=state]`, `-f, --follow`. */
import type { CommandFlag } from '#libs/commands';

/** `--timeout`. */
export function flagName({ spelling }: CommandFlag): string {
  return /--[\w-]+/.exec(spelling)?.[0] ?? spelling;
}

/** All that it is typed as: `-f` and `--follow`. */
export function flagNames({ spelling }: CommandFlag): readonly string[] {
  return spelling.match(/--?\w[\w-]*/g) ?? [];
}

/** Whether the next word is its value. */
export function takesValue({ spelling }: CommandFlag): boolean {
  return spelling.includes(' <');
}

/** Whether a value may follow after `=`, and only there. */
export function mayTakeValue({ spelling }: CommandFlag): boolean {
  return spelling.includes('[=');
}

/** The word that stands for its value: `seconds`, `state`; `undefined` for a switch. */
export function valueName({ spelling }: CommandFlag): string | undefined {
  return /[<[]=?(\w+)[>\]]/.exec(spelling)?.[1];
}
