import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Chunk, findStreamProblems, OutputStream, streamClasses } from '#libs/streams';
import { chunk, makeFolder, openStream } from './sinks.ts';

/** The least that each class needs. */
const least: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  TimedRotatingFileStream: { rotate_when: 'H' },
};

test('has one file for each class', () => {
  const files = readdirSync('libs/streams/catalog').map((file) => file.replace('.ts', ''));
  const names = streamClasses.map(({ name }) =>
    name.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase(),
  );
  assert.deepEqual(files.sort(), names.sort());
});

for (const { name, options } of streamClasses) {
  const texts = { class: name, ...least[name] };

  test(`${name} accepts refresh_time and no option that it does not know`, () => {
    assert.deepEqual(findStreamProblems({ ...texts, refresh_time: '0.3' }), []);
    const [problem] = findStreamProblems({ ...texts, zork: '1' });
    assert.match(String(problem?.message), new RegExp(`is no option of ${name}`));
  });

  test(`${name} keeps order, in its form, and can be written to after it was closed`, async () => {
    const written: Buffer[] = [];
    const { plan } = openStream(texts, { now: () => 0 });
    const sink = {
      name: 'test',
      // Some bytes at a time, as a full disk does.
      write: async (data: Buffer) =>
        written.push(Buffer.from(data.subarray(0, 1000))) && Math.min(1000, data.length),
      close: async () => undefined,
    };
    const stream = new OutputStream({ ...plan, sink }, 'block', {
      failed: assert.fail,
      resumed: () => assert.fail(),
    });
    const lines = Array.from({ length: 5_000 }, (_, number) => `line ${number}`);
    for (const line of lines.slice(0, 2_500)) stream.write(chunk(`${line}\n`));
    await stream.close();
    for (const line of lines.slice(2_500)) stream.write(chunk(`${line}\n`));
    await stream.close();
    const found = Buffer.concat(written)
      .toString()
      .match(/line \d+/g);
    assert.deepEqual(found, lines);
  });

  test(`${name} tells each wrong value`, () => {
    for (const row of options.filter(({ kind }) => kind.parse('?') === undefined)) {
      const [problem] = findStreamProblems({ ...texts, [row.name]: '?' });
      assert.equal(problem?.key, row.name);
    }
  });

  if (options.some((row) => row.name === 'filename')) {
    test(`${name} writes, closes and opens its file again`, async (t) => {
      const filename = join(makeFolder(t), 'x.log');
      const { stream, reports } = openStream({ ...texts, filename });
      stream.write(chunk('one\n'));
      await stream.close();
      stream.write(chunk('two\n'));
      await stream.close();
      assert.match(readFileSync(filename, 'utf8'), /one.*\n.*two.*\n/);
      assert.deepEqual(reports, []);
    });

    test(`${name} goes on in another file when it is set at run time`, async (t) => {
      const folder = makeFolder(t);
      const { stream } = openStream({ ...texts, filename: join(folder, 'a') });
      stream.write(chunk('one\n'));
      await stream.flushed();
      const { plan } = openStream({ ...texts, filename: join(folder, 'b') });
      stream.replace(plan, 'block');
      stream.write(chunk('two\n'));
      await stream.close();
      assert.match(readFileSync(join(folder, 'a'), 'utf8'), /one/);
      assert.match(readFileSync(join(folder, 'b'), 'utf8'), /^(?!.*one).*two/);
    });
  }
}

const forms: readonly (readonly [string, Record<string, string>, string, string])[] = [
  ['FileStream', {}, 'a\n\n\0\xff', 'a\n\n\0\xff'],
  ['FileStream', { time_format: '%H' }, 'a\n\nb\n\n\n', 'T [7] | a\nT [7] | \nT [7] | b\n'],
  ['FileStream', { time_format: '%H' }, 'a', 'T [7] | a\n'],
  [
    'FancyStdoutStream',
    { color: 'Blue', time_format: '%H' },
    'a\n\nb\n',
    '\x1b[0;34;40mT [7] | a\x1b[0m\n\x1b[0;34;40mT [7] | b\x1b[0m\n',
  ],
  [
    'JsonStream',
    {},
    'a "\n',
    '{"time":0,"watcher":"w","wid":1,"pid":7,"stream":"stdout","message":"a \\""}\n',
  ],
];

for (const [name, options, input, output] of forms) {
  test(`${name} ${JSON.stringify(options)} writes ${JSON.stringify(input)} in its form`, () => {
    const { plan } = openStream({ class: name, ...options }, { now: () => 0 });
    const given: Chunk = chunk(Buffer.from(input, 'latin1'));
    const formed = plan.format === undefined ? given.data : plan.format(given);
    const hour = String(new Date(0).getHours()).padStart(2, '0');
    assert.equal(formed.toString('latin1'), output.replaceAll('T [', `${hour} [`));
  });
}

test('puts the time in front of many empty and short lines', () => {
  const { plan } = openStream({ filename: 'x', time_format: '%%' });
  const text = `${'\n'.repeat(50_000)}${'b\n'.repeat(50_000)}`;
  const formed = plan.format?.(chunk(text)).toString();
  assert.equal(formed, '% [7] | \n'.repeat(50_000) + '% [7] | b\n'.repeat(50_000));
});

test('replaces bytes that are no UTF-8 in lines', () => {
  const { plan } = openStream({ filename: 'x', time_format: '%%' });
  const formed = plan.format?.(chunk(Buffer.from([0x61, 0xff, 0x0a])));
  assert.equal(formed?.toString(), '% [7] | a\ufffd\n');
});

test('says what is right for a class that is not there', () => {
  const problemOf = (name: string) => findStreamProblems({ class: name })[0]?.message;
  assert.match(String(problemOf('FilStream')), /did you mean FileStream\?/);
  assert.match(String(problemOf('my.Stream')), /write a class of your own as/);
  assert.match(String(problemOf('TimedRotatingFileStream')), /needs rotate_when/);
});
