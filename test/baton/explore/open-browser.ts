// A browser for tests of pages: Chromium, as the system has it.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Browser, chromium } from 'playwright-core';

/** Its names in Debian and elsewhere. */
const names = ['chromium', 'chromium-browser', 'google-chrome'];

/**
 * Starts one, which ends with the test. Where there is none, the test is skipped.
 * @returns Undefined if the test is skipped.
 */
export async function openBrowser(t: TestContext): Promise<Browser | undefined> {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const executablePath = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  if (executablePath === undefined) {
    t.skip('there is no Chromium: apt-get install chromium');
    return undefined;
  }
  const browser = await chromium.launch({ executablePath, timeout: 60_000 });
  t.after(() => browser.close());
  return browser;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
