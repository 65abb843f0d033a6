// Parses a command line into flags and words, as pflag does for Go connectors.
import { closestName } from '../config/closest-name.ts';
import type { Field } from '../config/field.ts';
import { splitCommas } from '../config/parse-value.ts';
import type { RawValue, RawValues } from '../config/raw-value.ts';

export interface ParsedArguments {
  /** The values of flags, by the name of their field. The last flag wins; lists accumulate. */
  readonly flags: RawValues;
  /** All arguments that are neither a flag nor its value, in order. */
  readonly words: readonly Word[];
  /** Unknown flags and flags that lack a value. Values are not quoted: they may be secrets. */
  readonly faults: readonly string[];
}

export interface Word {
  readonly text: string;
  /** It follows an unknown flag and may be its value, even a secret. */
  readonly maybeValue: boolean;
}

/**
 * Parses `--flag value`, `--flag=value`, `-f value`, `-fvalue`, `-f=value`, `-pf value`, `--flag` and `--flag=false`
 * for booleans, and `--` before words that look like flags. Flags and words may be mixed. A flag that takes a value takes
 * the next argument, whatever it looks like.
 *
 * Not `util.parseArgs`: it reads `-f=value` as the value `=value` and `-p=false` as six flags.
 */
export function parseArguments(argv: readonly string[], fields: readonly Field[]): ParsedArguments {
  const parser = new ArgumentParser(argv, fields);
  parser.run();
  return parser;
}

class ArgumentParser implements ParsedArguments {
  readonly flags = new Map<string, RawValue>();
  readonly words: Word[] = [];
  readonly faults: string[] = [];
  readonly #rest: string[];
  readonly #byName: ReadonlyMap<string, Field>;
  readonly #byShorthand: ReadonlyMap<string, Field>;

  constructor(argv: readonly string[], fields: readonly Field[]) {
    this.#rest = [...argv];
    this.#byName = new Map(fields.map((field) => [field.name, field]));
    this.#byShorthand = new Map(fields.flatMap((field) => (field.shorthand ? [[field.shorthand, field]] : [])));
  }

  run(): void {
    for (let argument = this.#rest.shift(); argument !== undefined; argument = this.#rest.shift()) {
      if (argument === '--') {
        this.words.push(...this.#rest.splice(0).map((text) => ({ text, maybeValue: false })));
      } else if (argument.startsWith('--')) {
        this.#readLong(argument.slice(2));
      } else if (argument.startsWith('-') && argument.length > 1) {
        this.#readShort(argument.slice(1));
      } else {
        this.words.push({ text: argument, maybeValue: false });
      }
    }
  }

  #readLong(argument: string): void {
    const [name, inline] = splitAtEquals(argument);
    const field = this.#byName.get(name);
    if (field) this.#readValue(field, `--${name}`, inline);
    else this.#reportUnknown(`--${name}`, closestName(name, this.#visibleNames()), inline);
  }

  #readShort(letters: string): void {
    for (let at = 0; at < letters.length; at++) {
      const letter = letters.charAt(at);
      const field = this.#byShorthand.get(letter);
      const rest = letters.slice(at + 1);
      if (!field) {
        // The rest may be a value, so it is not parsed. `-file` probably means `--file`.
        const meant = at === 0 ? closestName(splitAtEquals(letters)[0], this.#visibleNames()) : undefined;
        this.#reportUnknown(`-${letter}`, meant, rest || undefined);
        return;
      }
      const inline = rest.startsWith('=') ? rest.slice(1) : rest || undefined;
      const takesRest = field.variant !== 'bool' || rest.startsWith('=');
      this.#readValue(field, `-${letter}`, takesRest ? inline : undefined);
      if (takesRest) return;
    }
  }

  #readValue(field: Field, place: string, inline: string | undefined): void {
    const text = inline ?? (field.variant === 'bool' ? 'true' : this.#rest.shift());
    if (text === undefined) {
      this.faults.push(`${place}: requires a value`);
      return;
    }
    const before = this.flags.get(field.name)?.text ?? [];
    const value = field.variant === 'string-slice' ? [...before, ...splitCommas(text)] : text;
    this.flags.set(field.name, { source: 'flag', text: value, place });
  }

  #reportUnknown(flag: string, meant: string | undefined, inline: string | undefined): void {
    this.faults.push(`${flag}: unknown flag${meant ? `; did you mean --${meant}?` : ''}`);
    const [next] = this.#rest;
    if (inline === undefined && next !== undefined && !next.startsWith('-')) {
      this.#rest.shift();
      this.words.push({ text: next, maybeValue: true });
    }
  }

  *#visibleNames(): Iterable<string> {
    for (const field of this.#byName.values()) if (!field.hidden) yield field.name;
  }
}

function splitAtEquals(argument: string): readonly [name: string, value: string | undefined] {
  const at = argument.indexOf('=');
  return at < 0 ? [argument, undefined] : [argument.slice(0, at), argument.slice(at + 1)];
}
