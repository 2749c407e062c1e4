/** `2026-11-23 21:00:13 circus[23161] [INFO] text`: the line form of the original. */

/** Names by pino's numbers, as the original prints them. */
const levelNames: Readonly<Record<number, string>> = {
  10: 'DEBUG',
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARNING',
  50: 'ERROR',
  60: 'CRITICAL',
};

/** One record of pino's JSON as a line for people, newline included. Local time. */
export function humanLine(name: string, json: string): string {
  const { level, time, pid, msg } = JSON.parse(json) as {
    level: number;
    time: number;
    pid: number;
    msg?: string;
  };
  return `${localTime(new Date(time))} ${name}[${pid}] [${levelNames[level] ?? level}] ${msg ?? ''}\n`;
}

function localTime(date: Date): string {
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(twoDigits).join('-');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');
  return `${day} ${time}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
