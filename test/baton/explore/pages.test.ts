// The pages in a real browser.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type TestContext, test } from 'node:test';
import type { AxeResults } from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';
import { grant } from '../c1z/sample-records.ts';
import { algebra, blaise, completed, firstTerm, isTeacher, person, staff, writeAcademy } from '../inspect/academy.ts';
import { openBrowser } from './open-browser.ts';
import { type Explored, startExplore } from './start-explore.ts';

const timeoutMs = 30_000;

const secondTerm = {
  resources: [...firstTerm.resources, person('u5', 'Carl Gauss <b>')],
  grants: [...firstTerm.grants, grant(isTeacher, staff), grant(completed(algebra), blaise)],
};

/** Every page, and what it shows when it is ready. */
const pages = [
  ['/', 'Courses by number of grants'],
  ['/type?id=user', 'Blaise Pascal'],
  ['/type?id=course', 'Algebra'],
  ['/resource?type=user&id=u1', 'Completed date 2026-05-04'],
  ['/resource?type=user&id=u9', 'does not list it'],
  ['/resource?type=course&id=c1', 'Blaise Pascal'],
  ['/resource?type=group&id=g1', 'What it has'],
  ['/groups', 'As a list'],
  ['/changes', 'course completed: 1 new'],
  ['/leavers', 'disabled'],
  ['/search?q=emmy', 'Émmy Noether'],
  ['/type?id=moon', 'No such type'],
] as const;

test('no page breaks a rule of WCAG AA, in light and dark, loads from elsewhere, or reports an error', async (t) => {
  const opened = await open(t);
  if (!opened) return;
  const { explored, context, page, hosts, faults } = opened;
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const backgrounds = new Set<string>();
  for (const [path, text] of pages) {
    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto(`${explored.origin}${path}`);
    await page.getByText(text).first().waitFor();
    await page.evaluate(axe);
    const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    assert.deepEqual(await findViolations(page, rules), [], path);
    await page.emulateMedia({ colorScheme: 'dark' });
    assert.deepEqual(await findViolations(page, ['color-contrast']), [], `${path} in the dark`);
    backgrounds.add(await page.evaluate<string>('getComputedStyle(document.body).backgroundColor'));
  }
  assert.deepEqual([...backgrounds], ['rgb(21, 23, 28)']);
  assert.deepEqual([...hosts], [new URL(explored.origin).host]);
  assert.deepEqual(faults, []);
  const cookies = await context.cookies();
  assert.deepEqual(
    cookies.map(({ httpOnly, sameSite }) => ({ httpOnly, sameSite })),
    [{ httpOnly: true, sameSite: 'Strict' }],
  );
});

test('all can be reached by keyboard', async (t) => {
  const opened = await open(t);
  if (!opened) return;
  const { page } = opened;
  assert.equal(new URL(page.url()).search, '');
  await page.getByText('Courses by number of grants').waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await focused(page), 'Skip to content');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate('document.activeElement.id'), 'main');
  await page.keyboard.press('Tab');
  assert.match(await focused(page), /Users/);
  await page.keyboard.press('/');
  await page.keyboard.type('/emmy');
  assert.equal(await page.evaluate('document.activeElement.value'), '/emmy');
  await page.keyboard.press('Home');
  await page.keyboard.press('Delete');
  await page.keyboard.press('Enter');
  const found = page.getByRole('link', { name: 'Émmy Noether' });
  await found.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Émmy Noether' }).waitFor();
  assert.equal(await page.title(), 'Émmy Noether – Explore');
});

test('a table is sorted, filtered and downloaded', async (t) => {
  const opened = await open(t);
  if (!opened) return;
  const { explored, page } = opened;
  await page.goto(`${explored.origin}/type?id=user`);
  const names = () => page.locator('tbody td:first-child').allTextContents();
  const first = (name: string) => page.locator('tbody tr:first-child td:first-child', { hasText: name });
  await page.getByText('5 rows').waitFor();
  assert.deepEqual((await names()).at(-1), 'Carl Gauss <b>');
  const head = page.getByRole('columnheader', { name: 'Name' });
  await head.getByRole('button').click();
  await page.locator('th[aria-sort=ascending]').waitFor();
  await first('Ada Lovelace').waitFor();
  await head.getByRole('button').click();
  await page.locator('th[aria-sort=descending]').waitFor();
  await first('Émmy Noether').waitFor();
  await page.getByLabel('Status').selectOption('enabled');
  await page.getByText('3 rows').waitFor();
  await page.getByLabel('Filter').fill('academy a');
  await page.getByRole('link', { name: 'Ada Lovelace' }).waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download CSV' }).click(),
  ]);
  assert.equal(download.suggestedFilename(), 'resources.csv');
  const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n').slice(1);
  assert.deepEqual(
    lines.map((line) => line.split(',')[1]),
    ['Carl Gauss <b>', 'Blaise Pascal', 'Ada Lovelace'],
  );
  await page.getByLabel('Filter').fill('nobody');
  await page.getByText('No row matches.').waitFor();
  await explored.stop();
  await page.getByLabel('Filter').fill('ada');
  await page.getByRole('alert').getByText('explore does not answer: it has been stopped').waitFor();
});

test('in a narrow window, tables scroll: no word is broken, and the page is no wider than the window', async (t) => {
  const opened = await open(t);
  if (!opened) return;
  const { explored, page } = opened;
  await page.setViewportSize({ width: 390, height: 844 });
  for (const [path, text] of pages) {
    await page.goto(`${explored.origin}${path}`);
    await page.getByText(text).first().waitFor();
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 390, path);
    // A broken word has a rectangle for each line.
    const broken = '[...document.querySelectorAll("td .status, td code")].filter((e) => e.getClientRects().length > 1)';
    assert.equal(await page.evaluate(`${broken}.length`), 0, path);
  }
});

interface Opened {
  readonly explored: Explored;
  readonly context: BrowserContext;
  readonly page: Page;
  /** What pages loaded from. */
  readonly hosts: ReadonlySet<string>;
  /** What the browser's console says. */
  readonly faults: readonly string[];
}

async function open(t: TestContext): Promise<Opened | undefined> {
  const browser = await openBrowser(t);
  if (!browser) return undefined;
  const explored = await startExplore(t, await writeAcademy(t, firstTerm, secondTerm));
  const context = await browser.newContext({ acceptDownloads: true });
  context.setDefaultTimeout(timeoutMs);
  const page = await context.newPage();
  const hosts = new Set<string>();
  const faults: string[] = [];
  page.on('request', (request) => hosts.add(new URL(request.url()).host));
  page.on('console', (message) => faults.push(message.text()));
  page.on('pageerror', ({ message }) => faults.push(message));
  await page.goto(explored.url);
  return { explored, context, page, hosts, faults };
}

/** @param rules - Rules of axe, or tags of them. */
async function findViolations(page: Page, rules: readonly string[]): Promise<readonly string[]> {
  const { violations } = await page.evaluate<AxeResults>(`axe.run(document, { runOnly: ${JSON.stringify(rules)} })`);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

async function focused(page: Page): Promise<string> {
  return await page.evaluate<string>('document.activeElement.textContent');
}
