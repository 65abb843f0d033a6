// Regenerates `gen/` from `proto/`: fetches the third-party .proto files, lints, checks the format, runs buf.
//
//   npm run generate             regenerate gen/
//   npm run generate -- --check  change nothing; fail if gen/ is out of date
//
// Requires Go, since some .proto files are published only in Go modules. Building and running the program does not:
// gen/ is committed.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

const root = dirname(import.meta.dirname);
const vendorDir = join(root, 'vendor');
const genDir = join(root, 'gen');

/** Go modules that contain .proto files, pinned by version and by the checksum that Go reports. */
const goModules = [
  {
    module: 'github.com/bufbuild/protovalidate@v1.2.2',
    sum: 'h1:2H/9/Kr97etSRqW3IJjTTb09z+zutkK2GDhDRbOnqr4=',
    files: [['proto/protovalidate/buf/validate/validate.proto', 'protovalidate/buf/validate/validate.proto']],
  },
  {
    module: 'github.com/envoyproxy/protoc-gen-validate@v1.3.3',
    sum: 'h1:MVQghNeW+LZcmXe7SY1V36Z+WFMDjpqGAGacLe2T0ds=',
    files: [['validate/validate.proto', 'protoc-gen-validate/validate/validate.proto']],
  },
  {
    module: 'github.com/gogo/googleapis@v1.4.1',
    sum: 'h1:1Yx4Myt7BxzvUr5ldGSbwYiZG6t9wGBZ+8/fX3Wvtq0=',
    files: [
      ['google/rpc/error_details.proto', 'googleapis/google/rpc/error_details.proto'],
      ['google/rpc/status.proto', 'googleapis/google/rpc/status.proto'],
    ],
  },
] as const;

/** npm packages that contain .proto files; package-lock.json has their versions. */
const npmPackages = [
  {
    name: '@grpc/reflection',
    files: [
      ['build/proto/grpc/reflection/v1/reflection.proto', 'grpc/grpc/reflection/v1/reflection.proto'],
      ['build/proto/grpc/reflection/v1alpha/reflection.proto', 'grpc/grpc/reflection/v1alpha/reflection.proto'],
    ],
  },
  {
    name: 'grpc-health-check',
    files: [['proto/health/v1/health.proto', 'grpc/grpc/health/v1/health.proto']],
  },
] as const;

const { values: options } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
function main(): number {
  try {
    vendorProtoFiles();
    buf('lint');
    buf('format', '--diff', '--exit-code', 'proto');
    const freshDir = mkdtempSync(join(tmpdir(), 'generate-'));
    try {
      buf('generate', '--output', freshDir);
      return publish(join(freshDir, 'gen'));
    } finally {
      rmSync(freshDir, { recursive: true, force: true });
    }
  } catch (error) {
    if (!(error instanceof GenerateError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}

function vendorProtoFiles(): void {
  const sources = [
    ...goModules.map(({ module, sum, files }) => ({ dir: goModuleDir(module, sum), files })),
    ...npmPackages.map(({ name, files }) => ({ dir: join(root, 'node_modules', name), files })),
  ];
  rmSync(vendorDir, { recursive: true, force: true });
  for (const { dir, files } of sources) copyFiles(dir, files);
}

function goModuleDir(module: string, sum: string): string {
  const run = spawnSync('go', ['mod', 'download', '-json', module], { cwd: tmpdir(), encoding: 'utf8' });
  if (run.error !== undefined) {
    throw new GenerateError(
      `Cannot run Go (${run.error.message}). It fetches ${module}, and is only needed to regenerate gen/: ` +
        'install Go, or use the committed gen/.',
    );
  }
  const answer = run.stdout === '' ? {} : (JSON.parse(run.stdout) as { Dir?: string; Sum?: string; Error?: string });
  if (run.status !== 0 || answer.Dir === undefined) {
    throw new GenerateError(`go mod download ${module} failed: ${answer.Error ?? run.stderr}`);
  }
  if (answer.Sum !== sum) {
    throw new GenerateError(`${module} has checksum ${answer.Sum}, not ${sum}: its content was not reviewed.`);
  }
  return answer.Dir;
}

function copyFiles(fromDir: string, files: readonly (readonly [from: string, to: string])[]): void {
  for (const [from, to] of files) {
    const target = join(vendorDir, to);
    mkdirSync(dirname(target), { recursive: true });
    // Not copied, which would keep the mode: files in the Go module cache are read-only.
    writeFileSync(target, readFileSync(join(fromDir, from)));
  }
}

function buf(...args: string[]): void {
  const path = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  const run = spawnSync('buf', args, { cwd: root, stdio: 'inherit', env: { ...process.env, PATH: path } });
  if (run.error !== undefined) throw new GenerateError(`Cannot run buf (${run.error.message}): run npm ci first.`);
  if (run.status !== 0) throw new GenerateError(`buf ${args[0]} failed (see above).`);
}

/** Updates gen/, or with --check only reports the differences. Returns the exit code. */
function publish(freshDir: string): number {
  const fresh = readTree(freshDir);
  const present = readTree(genDir);
  // gen/ is a package too; its package.json is not generated.
  present.delete('package.json');
  const written = [...fresh].filter(([path, content]) => present.get(path) !== content).map(([path]) => path);
  const removed = [...present.keys()].filter((path) => !fresh.has(path));
  if (options.check) {
    const drift = [...written, ...removed];
    if (drift.length === 0) return 0;
    process.stderr.write(`gen/ is out of date. Run \`npm run generate\` and commit:\n  ${drift.join('\n  ')}\n`);
    return 1;
  }
  for (const path of written) cpSync(join(freshDir, path), join(genDir, path), { recursive: true });
  for (const path of removed) rmSync(join(genDir, path));
  process.stdout.write(`gen/: ${fresh.size} files, ${written.length} written, ${removed.length} removed\n`);
  return 0;
}

function readTree(dir: string): Map<string, string> {
  const files = new Map<string, string>();
  mkdirSync(dir, { recursive: true });
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(dir.length + 1), readFileSync(path, 'utf8'));
  }
  return files;
}

/** A failure whose message says what to do; printed without a stack trace. */
class GenerateError extends Error {}

process.exitCode = main();
