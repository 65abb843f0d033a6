// The proto files of a server by file name, by symbol and by extension, for reflection.
import type { DescEnum, DescFile, DescMessage } from '@bufbuild/protobuf';
import { nestedTypes } from '@bufbuild/protobuf/reflect';

export class FileIndex {
  readonly #files = new Map<string, DescFile>();
  readonly #symbols = new Map<string, DescFile>();
  readonly #extensions = new Map<string, Map<number, DescFile>>();

  /** Adds files and all their imports. */
  constructor(files: Iterable<DescFile>) {
    for (const file of files) {
      this.#addFile(file);
    }
  }

  byName(name: string): DescFile | undefined {
    return this.#files.get(name);
  }

  /** By the full name of a service, method, message, field, oneof, enum, enum value or extension. */
  bySymbol(fullName: string): DescFile | undefined {
    return this.#symbols.get(fullName);
  }

  /** The files that extend a message, by the number of the extension; undefined for an unknown message. */
  extensionsOf(messageTypeName: string): ReadonlyMap<number, DescFile> | undefined {
    return this.#extensions.get(messageTypeName);
  }

  #addFile(file: DescFile): void {
    if (this.#files.has(file.proto.name)) {
      return;
    }
    this.#files.set(file.proto.name, file);
    for (const dependency of file.dependencies) {
      this.#addFile(dependency);
    }
    for (const desc of nestedTypes(file)) {
      this.#symbols.set(desc.typeName, file);
      switch (desc.kind) {
        case 'service':
          this.#addMembers(file, desc.typeName, desc.methods);
          break;
        case 'message':
          this.#addMembers(file, desc.typeName, [...desc.fields, ...desc.oneofs]);
          this.#extensionsByNumber(desc);
          break;
        case 'enum':
          this.#addMembers(file, scopeOf(desc), desc.values);
          break;
        case 'extension':
          this.#extensionsByNumber(desc.extendee).set(desc.number, file);
          break;
      }
    }
  }

  #extensionsByNumber(extended: DescMessage): Map<number, DescFile> {
    const known = this.#extensions.get(extended.typeName) ?? new Map<number, DescFile>();
    this.#extensions.set(extended.typeName, known);
    return known;
  }

  #addMembers(file: DescFile, scope: string, members: Iterable<{ readonly name: string }>): void {
    for (const { name } of members) {
      this.#symbols.set(scope === '' ? name : `${scope}.${name}`, file);
    }
  }
}

/** The values of an enum are in its scope, not below it. */
function scopeOf(desc: DescEnum): string {
  return desc.parent?.typeName ?? desc.file.proto.package;
}
