/** Reading the spelling of a flag: `--timeout <seconds>`, `--wait[=state]`, `--json`. */
import type { CommandFlag } from '#libs/commands';

/** `--timeout`. */
export function flagName({ spelling }: CommandFlag): string {
  return spelling.split(/[ [=]/, 1)[0] ?? spelling;
}

/** Whether the next word is its value. */
export function takesValue({ spelling }: CommandFlag): boolean {
  return spelling.includes(' ');
}

/** Whether a value may follow after `=`, and only there. */
export function mayTakeValue({ spelling }: CommandFlag): boolean {
  return spelling.includes('[=');
}

/** The word that stands for its value: `seconds`, `state`; `undefined` for a switch. */
export function valueName({ spelling }: CommandFlag): string | undefined {
  return /[<[]=?(\w+)[>\]]/.exec(spelling)?.[1];
}
