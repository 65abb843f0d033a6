// The results of a file of changes, row by row: with them, the same file can be applied again where it stopped.
import { type FileHandle, open } from 'node:fs/promises';
import type { JsonObject } from '@bufbuild/protobuf';
import { z } from 'zod';
import { Code, ServiceError } from '../author/service-error.ts';
import { UsageError } from '../author/usage-error.ts';

/** What identifies the program and the target that results belong to. */
export interface ResultsHeader {
  readonly program: string;
  readonly target: string;
}

/** What the file says of a row. */
export interface RowResult {
  /** The fingerprint of the row. */
  readonly row: string;
  readonly line: number;
  readonly change: string;
  readonly person: string;
  /** `failed`, or what was done. */
  readonly outcome: string;
  /** The id of the account, if there is one. */
  readonly account?: string | undefined;
  /** Of the response, or of the failure: `code`, `reason` and `message`. */
  readonly details: JsonObject;
}

export const failed = 'failed';

/** In bytes: the rows of a file, several times. */
const resultsBytesMax = 512 * 1024 * 1024;

const headerSchema = z.object({ program: z.string(), target: z.string() });
const resultSchema = z.object({
  row: z.string(),
  line: z.int(),
  change: z.string(),
  outcome: z.string(),
  account: z.string().optional(),
});

export type EarlierResult = z.output<typeof resultSchema>;

/** What a file of results says. */
export interface EarlierResults {
  /** Results of rows that need not be repeated, by fingerprint. */
  readonly done: ReadonlyMap<string, EarlierResult>;
  /** Where the last complete line ends, in bytes; 0 without one. */
  readonly end: number;
  /** Whether something incomplete follows. */
  readonly isTorn: boolean;
}

/**
 * Reads the results of earlier runs. What a killed run has left of a line is not one.
 * @throws UsageError if the file is not one of results, or belongs to another target.
 */
export async function readResults(path: string, header: ResultsHeader): Promise<EarlierResults> {
  const bytes = await readIfPresent(path);
  const end = bytes.lastIndexOf('\n') + 1;
  const lines = bytes.toString('utf8', 0, end).split('\n').slice(0, -1);
  const done = new Map<string, EarlierResult>();
  for (const [index, line] of lines.entries()) {
    const schema = index === 0 ? headerSchema : resultSchema;
    const parsed = schema.safeParse(parseJson(line));
    if (!parsed.success) throw fault(`${path} line ${index + 1} is not a result of this program: name another file`);
    if ('target' in parsed.data) checkHeader(parsed.data, header, path);
    else if (parsed.data.outcome === failed) done.delete(parsed.data.row);
    else done.set(parsed.data.row, parsed.data);
  }
  if (lines.length === 0 && bytes.length > 0 && bytes[0] !== '{'.charCodeAt(0)) {
    throw fault(`${path} is not a file of results: name another file`);
  }
  return { done, end, isTorn: bytes.length > end };
}

function checkHeader({ program, target }: ResultsHeader, wanted: ResultsHeader, path: string): void {
  if (program === wanted.program && target === wanted.target) return;
  throw fault(
    `${path} has the results of ${program} for ${target}, not of ${wanted.program} for ${wanted.target}: name another file`,
  );
}

async function readIfPresent(path: string): Promise<Buffer> {
  try {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    if (size > resultsBytesMax) throw fault(`${path} is too large: name another file`);
    return await file.readFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error instanceof UsageError ? error : fault(`${path} cannot be read: ${(error as Error).message}`);
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function fault(problem: string): UsageError {
  return new UsageError([`--changes-results: ${problem}`]);
}

type EarlierEnd = Pick<EarlierResults, 'end' | 'isTorn'>;

/** Appends results. Only its owner can read the file: it names people. */
export class ResultWriter implements AsyncDisposable {
  readonly path: string;
  readonly #file: FileHandle;
  #last: Promise<void> = Promise.resolve();

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  /**
   * Opens the file, and creates it if necessary.
   * @param earlier - What the file says. Something incomplete at its end is cut off; otherwise nothing is, so that two
   * runs at once keep each other's results.
   * @throws UsageError if it cannot be written.
   */
  static async open(path: string, header: ResultsHeader, earlier: EarlierEnd): Promise<ResultWriter> {
    try {
      const file = await open(path, 'a', 0o600);
      if (earlier.isTorn) await file.truncate(earlier.end);
      const writer = new ResultWriter(path, file);
      if (earlier.end === 0) await writer.#append({ program: header.program, target: header.target });
      return writer;
    } catch (error) {
      throw fault(`${path} cannot be written: ${(error as Error).message}`);
    }
  }

  /**
   * Returns when the result is on the disk.
   * @throws ServiceError `result_not_written` DATA_LOSS
   */
  async write({ details, ...result }: RowResult): Promise<void> {
    try {
      await this.#append({ ...result, at: new Date().toISOString(), ...details });
    } catch (cause) {
      throw new ServiceError(
        Code.DataLoss,
        `line ${result.line} was processed, but its result could not be written to ${this.path} (${(cause as Error).message}). Make room and run the command again: nothing is done twice`,
        { reason: 'result_not_written', cause },
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last.catch(() => {});
    await this.#file.close();
  }

  /** One after the other, so that lines are complete. */
  #append(record: object): Promise<void> {
    this.#last = this.#last.then(async () => {
      await this.#file.appendFile(`${JSON.stringify(record)}\n`);
      await this.#file.datasync();
    });
    return this.#last;
  }
}
