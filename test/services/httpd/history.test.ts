import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Course } from '../../../services/httpd/history.ts';

const daySeconds = 86_400;

function recorded(seconds: number, longestS = daySeconds): Course {
  const course = new Course(longestS);
  for (let time = 1; time <= seconds; time += 1) course.add([time, time % 100, time * 1_000]);
  return course;
}

test('five minutes are kept by the second', () => {
  const samples = recorded(1_000).last(300, 1_000);
  assert.deepEqual(samples.at(-1), [1_000, 0, 1_000_000]);
  assert.deepEqual(samples[0]?.[0], 701);
  assert.equal(samples.length, 300);
});

test('an hour is kept by ten seconds, a day by the minute', () => {
  const course = recorded(2 * daySeconds);
  const hour = course.last(3_600, 2 * daySeconds);
  assert.ok(hour.length >= 350 && hour.length <= 400, String(hour.length));
  const day = course.last(daySeconds, 2 * daySeconds);
  assert.ok(day.length >= 1_400 && day.length <= 1_600, String(day.length));
  assert.ok(day.every(([time], index) => index === 0 || time > (day[index - 1]?.[0] ?? 0)));
});

test('what is asked for beyond what is kept is what is kept', () => {
  const samples = recorded(2 * daySeconds, 3_600).last(daySeconds, 2 * daySeconds);
  assert.ok(samples.length > 300 && samples.length < 400);
});

test('what is not known stays so', () => {
  const course = new Course(300);
  course.add([1, null, null]);
  assert.deepEqual(course.last(300, 1), [[1, null, null]]);
});
