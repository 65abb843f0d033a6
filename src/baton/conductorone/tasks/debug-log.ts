// The debug log of a task, which is uploaded with its result.
import type { Bindings, Logger } from 'pino';
import { createLogger } from '../../log/create-logger.ts';

interface DebugLog extends AsyncDisposable {
  readonly path: string;
  /** Writes to the file at level debug and to the program's log at its level. */
  readonly logger: Logger;
  close(): Promise<void>;
}

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/** @param secrets - Texts that must not appear in it. */
export function openDebugLog(path: string, logger: Logger, secrets: readonly string[]): DebugLog {
  const { stdout, stderr } = process;
  const file = createLogger({ level: 'debug', format: 'json', paths: [path], cwd: '.', secrets, stdout, stderr });
  const close = () => file.close();
  return { path, logger: tee(file.logger.child(logger.bindings()), logger), close, [Symbol.asyncDispose]: close };
}

/** A logger that passes every line to two others. */
function tee(first: Logger, second: Logger): Logger {
  return new Proxy(first, {
    get(target, key, receiver) {
      if (key === 'child') {
        return (bindings: Bindings) => tee(first.child(bindings), second.child(bindings));
      }
      const level = levels.find((name) => name === key);
      if (level) {
        return (...line: Parameters<Logger['info']>) => {
          first[level](...line);
          second[level](...line);
        };
      }
      return Reflect.get(target, key, receiver);
    },
  });
}
