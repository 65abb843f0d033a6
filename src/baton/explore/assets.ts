// The files of the pages: this package's own, and the libraries that they use, as they are.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { libraries } from './libraries.ts';

export interface Asset {
  readonly contentType: string;
  readonly content: Buffer;
}

const pagesFolder = new URL('./pages/', import.meta.url);
const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** @param name - `table.js`, or `lib/preact.js`. @returns Undefined if there is none. */
export async function readAsset(name: string): Promise<Asset | undefined> {
  const library = /^lib\/(\w+)\.js$/.exec(name)?.[1];
  const isName = library !== undefined || /^[a-z-]+\.[a-z]+$/.test(name);
  const contentType = contentTypes[extname(name)];
  const file = library === undefined ? new URL(name, pagesFolder) : libraryFile(library);
  if (!isName || !contentType || !file || !existsSync(file)) return undefined;
  const content = await readFile(file);
  return { contentType, content: library === undefined ? content : resolveImports(content) };
}

/** The build puts the libraries beside the pages; elsewhere they are where they were installed. */
function libraryFile(name: string): URL | undefined {
  const built = new URL(`lib/${name}.js`, pagesFolder);
  if (existsSync(built)) return built;
  const specifier = libraries[name];
  return specifier === undefined ? undefined : new URL(import.meta.resolve(specifier));
}

/** A browser finds no packages by their names without an import map, which would have to be an inline script. */
function resolveImports(content: Buffer): Buffer {
  return Buffer.from(content.toString().replaceAll('from"preact"', 'from"./preact.js"'));
}
