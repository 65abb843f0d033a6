import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { contentItemSchema } from '../../../src/percipio/api/content-item.ts';
import { toCourseResource } from '../../../src/percipio/courses/course-resource.ts';
import { type CourseSource, createCourseSource } from '../../../src/percipio/courses/course-source.ts';
import { SyncMemory } from '../../../src/percipio/memory/sync-memory.ts';
import { createIdleScope } from '../memory/create-scope.ts';
import { courseItem, createContext, uuid } from '../start-connector.ts';

interface Token {
  readonly walk: number;
  readonly page: number;
}

/** Courses on three pages of two, each walk of which has tokens of its own, as a frozen catalog has. */
function createSource() {
  const reads: string[] = [];
  let walks = 0;
  const memory = new SyncMemory(createIdleScope);
  const before: { page?: (token: Token | undefined) => Promise<void> } = {};
  const token = z.strictObject({ walk: z.int(), page: z.int() });
  const source = createCourseSource<Token>(memory, token, async (token) => {
    await before.page?.(token);
    const page = token?.page ?? 0;
    const walk = token?.walk ?? walks++;
    reads.push(`walk ${walk} page ${page}`);
    const items = [0, 1].map((number) =>
      toCourseResource(contentItemSchema.parse(courseItem(uuid(2 * page + number))).item),
    );
    return { items, next: page < 2 ? { walk, page: page + 1 } : undefined };
  });
  return { source, reads, before, memory };
}

const { context } = createContext();
const idsOf = async (source: CourseSource) => [...(await source.readAll(context)).keys()];
const allIds = [0, 1, 2, 3, 4, 5].map(uuid);

test('readAll gives all courses by id, and reads them once', async () => {
  const { source, reads } = createSource();
  assert.deepEqual(await idsOf(source), allIds);
  assert.equal(await source.readAll(context), await source.readAll(context));
  assert.deepEqual(reads, ['walk 0 page 0', 'walk 0 page 1', 'walk 0 page 2']);
});

test('readAll reads only what the sync has not listed yet', async () => {
  const { source, reads } = createSource();
  await source.list.page({ pageSize: 10 }, undefined, context);
  assert.deepEqual(await idsOf(source), allIds);
  assert.deepEqual(reads, ['walk 0 page 0', 'walk 0 page 1', 'walk 0 page 2']);
});

test('another sync reads for itself', async () => {
  const { source, reads } = createSource();
  await source.readAll(context);
  await source.readAll(createContext({ syncId: 'sync-2' }).context);
  assert.equal(reads.length, 6);
});

test('readAll gives all courses also when another caller begins the listing anew meanwhile', async () => {
  const { source, before } = createSource();
  before.page = async (token) => {
    if (token?.page === 2) {
      delete before.page;
      await source.list.page({ pageSize: 10 }, undefined, context);
    }
  };
  assert.deepEqual(await idsOf(source), allIds);
});

test('mapPages gives what is made of each course, page by page, without reading a page again', async () => {
  const { source, reads } = createSource();
  await source.readAll(context);
  const names = source.mapPages((course) => [course.displayName, course.displayName]);
  const first = await names.page({ pageSize: 10 }, undefined, context);
  assert.equal(first.items.length, 4);
  assert.deepEqual(first.next, { walk: 0, page: 1 });
  const last = await names.page({ pageSize: 10 }, { walk: 0, page: 2 }, context);
  assert.equal(last.next, undefined);
  assert.equal(reads.length, 3);
});

test('mapPages reads a page that the sync has listed elsewhere', async () => {
  const { source, reads } = createSource();
  const page = await source
    .mapPages(({ displayName }) => [displayName])
    .page({ pageSize: 10 }, { walk: 7, page: 1 }, context);
  assert.equal(page.items.length, 2);
  assert.deepEqual(reads, ['walk 7 page 1']);
});

test('the listing itself always asks', async () => {
  const { source, reads } = createSource();
  await source.list.page({ pageSize: 10 }, undefined, context);
  await source.list.page({ pageSize: 10 }, undefined, context);
  assert.deepEqual(reads, ['walk 0 page 0', 'walk 1 page 0']);
});

test('prefetch: the first page is read ahead, and the listing gets it once', async () => {
  const { source, reads, memory } = createSource();
  const scope = memory.scopeOf(context.syncId);
  await source.prefetch(scope, context);
  await source.prefetch(scope, context);
  assert.deepEqual(reads, ['walk 0 page 0']);
  const { next } = await source.list.page({ pageSize: 10 }, undefined, context);
  assert.deepEqual(next, { walk: 0, page: 1 });
  assert.deepEqual(reads, ['walk 0 page 0']);
  await source.list.page({ pageSize: 10 }, undefined, context);
  assert.deepEqual(reads, ['walk 0 page 0', 'walk 1 page 0']);
});

test('prefetch: what was skipped is reported with the listing', async () => {
  const { memory } = createSource();
  const source = createCourseSource(memory, z.number(), async (_token, { reporter }) => {
    reporter.countSkipped('inactive', 3);
    reporter.warn('one is missing');
    return { items: [] };
  });
  const { context, told } = createContext();
  await source.prefetch(memory.scopeOf(context.syncId), context);
  assert.deepEqual([told.skipped, told.warnings], [{}, []]);
  await source.list.page({ pageSize: 10 }, undefined, context);
  assert.deepEqual([told.skipped, told.warnings], [{ inactive: 3 }, ['one is missing']]);
});

test('isKnownEmpty: only when a page without courses, and without one behind it, was read', async () => {
  const { source, memory } = createSource();
  const empty = createCourseSource(memory, z.number(), async () => ({ items: [] }));
  for (const [each, isEmpty] of [
    [source, false],
    [empty, true],
  ] as const) {
    const [ahead, listed] = [memory.scopeOf(`ahead ${isEmpty}`), memory.scopeOf(`listed ${isEmpty}`)];
    assert.deepEqual([ahead.lists.courses.isKnownEmpty, listed.lists.courses.isKnownEmpty], [false, false]);
    await each.prefetch(ahead, context);
    await each.readAll(createContext({ syncId: `listed ${isEmpty}` }).context);
    assert.deepEqual([ahead.lists.courses.isKnownEmpty, listed.lists.courses.isKnownEmpty], [isEmpty, isEmpty]);
  }
});
