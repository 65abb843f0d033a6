import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { createLogger, formatConsoleLine, type LogOptions } from '../../../src/baton/log/create-logger.ts';

function textStream() {
  const stream = {
    text: '',
    write: (text: string) => {
      stream.text += text;
    },
  };
  return stream;
}

function openLog(options: Partial<LogOptions> = {}) {
  const [stdout, stderr] = [textStream(), textStream()];
  const log = createLogger({
    level: 'info',
    format: 'json',
    paths: [],
    cwd: '.',
    secrets: [],
    stdout,
    stderr,
    ...options,
  });
  return {
    ...log,
    stdout,
    stderr,
    lines: () =>
      stderr.text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
  };
}

describe('createLogger', () => {
  test('writes lines of JSON with the field names of Go connectors', () => {
    const { logger, lines } = openLog();
    const beforeS = Date.now() / 1000;
    logger.child({ sync: 'abc' }).warn({ page: 3 }, 'slow %s', 'page');
    const [{ ts, ...rest }] = lines();
    assert.deepEqual(rest, { level: 'warn', sync: 'abc', page: 3, msg: 'slow page' });
    assert.ok(typeof ts === 'number' && ts >= beforeS && ts <= Date.now() / 1000, `ts is ${ts}`);
  });

  test('has no debug lines and no stacks after the time at which debug expires, from loggers made before it, too', () => {
    let ms = 1000;
    const { logger, lines } = openLog({ level: 'debug', debugExpiresAtMs: 1000, now: () => ms });
    const early = logger.child({ early: true });
    early.debug('before');
    ms = 1001;
    early.debug('after');
    logger.debug('after');
    early.info({ error: new Error('still here') }, 'info');
    assert.equal(logger.isLevelEnabled('debug'), false);
    assert.deepEqual(
      lines().map(({ ts, ...fields }) => fields),
      [
        { level: 'debug', early: true, msg: 'before' },
        { level: 'info', early: true, error: 'still here', msg: 'info' },
      ],
    );
    const late = openLog({ level: 'debug', debugExpiresAtMs: 1000, now: () => ms });
    assert.equal(late.logger.isLevelEnabled('debug'), false);
    const strict = openLog({ level: 'warn', debugExpiresAtMs: 1000, now: () => ms });
    assert.equal(strict.logger.level, 'warn');
  });

  test('leaves out what is below the level', () => {
    const { logger, lines } = openLog({ level: 'warn' });
    logger.info('no');
    logger.warn('yes');
    assert.deepEqual(
      lines().map(({ msg }) => msg),
      ['yes'],
    );
  });

  test('writes errors as their message with its causes, and at debug level their stacks', () => {
    const error = new Error('cannot open', { cause: new Error('no key') });
    const atInfo = openLog();
    atInfo.logger.error({ error }, 'failed');
    atInfo.logger.error(error);
    const [first, second] = atInfo.lines();
    assert.deepEqual([first.error, first.error_stack, first.msg], ['cannot open: no key', undefined, 'failed']);
    assert.deepEqual([second.error, second.msg], ['cannot open: no key', 'cannot open']);
    const atDebug = openLog({ level: 'debug' });
    atDebug.logger.error({ error }, 'failed');
    assert.match(atDebug.lines()[0].error_stack, /create-logger\.test\.ts.*caused by Error: no key/s);
  });

  test('writes known secrets nowhere: message, fields, keys, errors and bindings', () => {
    for (const format of ['json', 'console'] as const) {
      const { logger, stderr } = openLog({ format, level: 'debug', secrets: ['s3cret "x"'] });
      logger
        .child({ bound: 's3cret "x"' })
        .error(
          { error: new Error('s3cret "x"'), 's3cret "x"': 1, deep: [{ url: 'a?b=s3cret%20%22x%22' }] },
          's3cret "x"',
        );
      assert.doesNotMatch(stderr.text, /s3cret/);
      assert.match(stderr.text, /\[redacted\]/);
    }
  });

  test('hides what stands under the names of credentials, known or not', () => {
    const { logger, lines } = openLog();
    logger.info(
      { password: 'a', headers: { authorization: 'Bearer b' }, request: { headers: { cookie: 'c' } } },
      'hello',
    );
    const [line] = lines();
    assert.deepEqual(
      [line.password, line.headers.authorization, line.request.headers.cookie],
      ['[redacted]', '[redacted]', '[redacted]'],
    );
  });

  test('writes for people in console format', () => {
    const { logger, stderr } = openLog({ format: 'console' });
    logger.info({ page: 3 }, 'reading');
    assert.match(stderr.text, /^\d\d:\d\d:\d\d\.\d\d\d INFO {2}reading page=3\n$/);
  });

  test('waits at its end for what a stream has not written yet', async () => {
    const finished: string[] = [];
    const waiting: (() => void)[] = [];
    const slow = {
      writableLength: 0,
      write: (text: string, written?: () => void) => {
        slow.writableLength += 1;
        waiting.push(() => {
          finished.push(text);
          written?.();
        });
      },
    };
    const { logger, close } = openLog({ stderr: slow });
    logger.info('last words');
    const closed = close().then(() => finished.push('closed'));
    for (const write of waiting) write();
    await closed;
    assert.match(finished[0] ?? '', /last words/);
    assert.deepEqual(finished.slice(1), ['', 'closed']);
  });
});

describe('createLogger with paths', () => {
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'create-logger-'));
  });
  afterEach(() => rm(cwd, { recursive: true }));

  test('writes every line to each of them, and appends to files', async () => {
    for (const round of ['first', 'second']) {
      const log = openLog({ cwd, paths: ['stdout', 'a.log', join(cwd, 'b.log'), 'a.log'] });
      log.logger.info(round);
      assert.match(log.stdout.text, new RegExp(round));
      assert.equal(log.stderr.text, '');
      await log.close();
    }
    for (const name of ['a.log', 'b.log']) {
      const lines = (await readFile(join(cwd, name), 'utf8')).trim().split('\n');
      assert.deepEqual(
        lines.map((line) => JSON.parse(line).msg),
        ['first', 'second'],
        name,
      );
    }
  });

  test('takes no notice of lines after its end', async () => {
    const { logger, close } = openLog({ cwd, paths: ['a.log'] });
    await close();
    await close();
    logger.info('too late');
    assert.equal(await readFile(join(cwd, 'a.log'), 'utf8'), '');
  });

  test('names a file that cannot be opened', () => {
    assert.throws(() => openLog({ cwd, paths: ['none/a.log'] }), /none\/a\.log/);
  });
});

test('formatConsoleLine writes time, level, message and fields', () => {
  const line = JSON.stringify({
    level: 'warn',
    ts: 1795447452.213,
    page: 3,
    name: 'two words',
    list: [1],
    msg: 'Slow',
  });
  assert.equal(formatConsoleLine(line), '15:24:12.213 WARN  Slow page=3 name="two words" list=[1]\n');
});

test('formatConsoleLine puts a stack on lines of its own', () => {
  const line = JSON.stringify({
    level: 'error',
    ts: 0,
    error: 'gone',
    error_stack: 'Error: gone\n    at x',
    msg: 'Failed',
  });
  assert.equal(formatConsoleLine(line), '00:00:00.000 ERROR Failed error=gone\nError: gone\n    at x\n');
});

test('formatConsoleLine does without a message', () => {
  assert.equal(formatConsoleLine('{"level":"info","ts":0,"a":"b"}'), '00:00:00.000 INFO  a=b\n');
});
