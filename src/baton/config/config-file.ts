// The config file: YAML whose keys are the names of settings.
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Document, LineCounter, Node } from 'yaml';
import { closestName } from './closest-name.ts';
import type { Field } from './field.ts';
import type { RawValue, RawValues } from './raw-value.ts';
import { explainDistrust } from './trust-config-file.ts';
import { readVariable } from './unquote.ts';

/** The contents of a config file; empty without a file. */
interface ConfigFile {
  readonly values: RawValues;
  /** Errors that make the file unusable. */
  readonly faults: readonly string[];
  /** Entries that were ignored, each with its place. */
  readonly warnings: readonly string[];
}

/** More than enough for ten thousand ids of courses. */
const fileBytesMax = 1024 * 1024;

/** Further errors mostly follow from the first ones. */
const errorsShownMax = 5;

/** In the working directory; read if `BATON_CONFIG_PATH` is not set. */
const defaultPath = '.baton.yaml';

/**
 * Reads the file that `BATON_CONFIG_PATH` names, which must exist, or else `.baton.yaml`, which may be missing. Go
 * connectors ignore a file that they cannot read (baton-sdk v0.25.0); here it is an error. So is one that others may write.
 */
export async function readConfigFile(
  fields: readonly Field[],
  { env, cwd }: { readonly env: NodeJS.ProcessEnv; readonly cwd: string },
): Promise<ConfigFile> {
  const named = readVariable(env, 'BATON_CONFIG_PATH');
  const path = named ?? defaultPath;
  const reader = new ConfigFileReader(fields, path);
  if (named && !/\.ya?ml$/.test(named)) {
    return reader.fault(`BATON_CONFIG_PATH must end in .yaml or .yml, got ${JSON.stringify(named)}`);
  }
  let text: string;
  try {
    // Asked of the open file, so that nobody can exchange it in between.
    await using file = await open(resolve(cwd, path));
    const stat = await file.stat();
    const distrust = explainDistrust(stat, process.getuid?.(), named !== undefined);
    if (distrust !== undefined) return reader.fault(`the config file ${path} is not used: ${distrust}`);
    if (stat.size > fileBytesMax) {
      return reader.fault(`the config file ${path} has ${stat.size} bytes, more than the limit of ${fileBytesMax}`);
    }
    text = await file.readFile('utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !named) return reader.result;
    const reason = code === 'ENOENT' ? 'no such file' : message;
    return reader.fault(`cannot read the config file ${path}${named ? ' (BATON_CONFIG_PATH)' : ''}: ${reason}`);
  }
  // Loaded here: most runs have no file, and loading it takes longer than the rest of the command line.
  return reader.read(text, await import('yaml'));
}

type Yaml = typeof import('yaml');

interface ParsedFile {
  readonly yaml: Yaml;
  readonly document: Document;
  readonly lines: LineCounter;
}

/** Collects the contents of one file. Its messages do not quote values, which may be secret. */
class ConfigFileReader {
  readonly #fields: ReadonlyMap<string, Field>;
  readonly #path: string;
  readonly #values = new Map<string, RawValue>();
  readonly #faults: string[] = [];
  readonly #warnings: string[] = [];

  constructor(fields: readonly Field[], path: string) {
    this.#fields = new Map(fields.map((field) => [field.name, field]));
    this.#path = path;
  }

  get result(): ConfigFile {
    return { values: this.#values, faults: this.#faults, warnings: this.#warnings };
  }

  fault(text: string): ConfigFile {
    this.#faults.push(text);
    return this.result;
  }

  read(text: string, yaml: Yaml): ConfigFile {
    const lines = new yaml.LineCounter();
    // Pretty errors quote the line. The check for unique keys compares each key with all others.
    const document = yaml.parseDocument(text, { prettyErrors: false, lineCounter: lines, uniqueKeys: false });
    for (const { message, pos } of document.errors.slice(0, errorsShownMax)) {
      const what = /^Maximum call stack/.test(message)
        ? 'nested too deeply'
        : message.replace(/(?<=escape sequence).*|: .*/s, '');
      this.fault(`${this.#placeAt(pos[0], lines)}: invalid YAML: ${what}`);
    }
    const moreErrors = document.errors.length - errorsShownMax;
    if (moreErrors > 0) this.fault(`${this.#path}: ${moreErrors} more errors in its YAML`);
    if (document.errors.length > 0 || document.contents === null) return this.result;
    if (!yaml.isMap(document.contents)) {
      return this.fault(`${this.#path}: must map names of settings to values, as in "file: sync.c1z"`);
    }
    const seen = new Set<unknown>();
    for (const { key, value } of document.contents.items) {
      const name = yaml.isScalar(key) ? key.value : key;
      if (seen.has(name)) {
        return this.fault(
          `${this.#placeAt((key as Node).range?.[0] ?? 0, lines)}: invalid YAML: Map keys must be unique`,
        );
      }
      seen.add(name);
      this.#readEntry({ yaml, document, lines }, key as Node, value as Node | null);
    }
    return this.result;
  }

  #readEntry(file: ParsedFile, keyNode: Node, valueNode: Node | null): void {
    const place = this.#placeAt(keyNode.range?.[0] ?? 0, file.lines);
    const key = file.yaml.isScalar(keyNode) ? String(keyNode.value) : '';
    // Keys are case-insensitive, as in the Go SDK.
    const field = this.#fields.get(key.toLowerCase());
    if (!field) {
      const meant = closestName(key, this.#fields.keys());
      this.#warnings.push(`${place}: unknown setting ${JSON.stringify(key)}${meant ? `; did you mean ${meant}?` : ''}`);
      return;
    }
    const text = readText(file, valueNode);
    if (text === undefined || text.length > 0) {
      this.#values.set(field.name, { source: 'file', text, place: `${place}, ${field.name}` });
    }
  }

  #placeAt(offset: number, lines: LineCounter): string {
    return `${this.#path} line ${lines.linePos(offset).line}`;
  }
}

/** The text of a value or the texts of a list; undefined for anything else. An empty value is an empty text. */
function readText(file: ParsedFile, node: Node | null): string | readonly string[] | undefined {
  const value = followAlias(file, node);
  if (!file.yaml.isSeq(value)) return readScalar(file, value);
  const items: string[] = [];
  for (const item of value.items) {
    // Not a list within the list, which may even be the list itself.
    const text = readScalar(file, followAlias(file, item as Node | null));
    if (text === undefined) return undefined;
    items.push(text);
  }
  return items;
}

/** What an alias stands for; undefined if nothing has its name. An anchor is never that of an alias. */
function followAlias({ yaml, document }: ParsedFile, node: Node | null): Node | null | undefined {
  return yaml.isAlias(node) ? node.resolve(document) : node;
}

function readScalar({ yaml }: ParsedFile, node: Node | null | undefined): string | undefined {
  if (node === null) return '';
  if (!yaml.isScalar(node)) return undefined;
  return node.value === null ? '' : (node.source ?? String(node.value));
}
