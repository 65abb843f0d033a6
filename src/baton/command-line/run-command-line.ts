// From a command line to an exit code: chooses the command, resolves its settings, opens the log, runs the command.
import type { Logger } from 'pino';
import type { Host } from '../author/host.ts';
import type { Program } from '../author/program.ts';
import { UsageError } from '../author/usage-error.ts';
import { readConfigFile } from '../config/config-file.ts';
import { type Field, type Settings, variableName } from '../config/field.ts';
import { defaultConstraints, defaultFields } from '../config/fields/default-fields.ts';
import { logFields, logFormat, logLevel, logPath, readDebugExpiryMs } from '../config/fields/log.ts';
import { otelCollectorEndpoint } from '../config/fields/telemetry.ts';
import { describeStrayVariable, findPlaceholders, findStrayVariables } from '../config/known-variables.ts';
import { readEnvironment } from '../config/raw-value.ts';
import { collectSecrets, resolveSettings } from '../config/resolve-settings.ts';
import { checkTemporaryFolder } from '../config/temporary-folder.ts';
import { withTelemetry } from '../instruments/telemetry.ts';
import { createLogger, type Log } from '../log/create-logger.ts';
import { LiveDisplay } from '../log/live-display.ts';
import { WaitLog } from '../log/wait-log.ts';
import { createRedactor } from '../net/redact.ts';
import { Waits } from '../net/waits.ts';
import type { RunningTelemetry } from '../telemetry/start-telemetry.ts';
import { type ChosenCommand, chooseCommand } from './choose-command.ts';
import {
  builtInFlags,
  type Command,
  type CommandSet,
  helpAllFlag,
  helpFlag,
  type Invocation,
  versionFlag,
} from './command.ts';
import { formatCommandHelp, formatProgramHelp } from './format-help.ts';
import { isJsonOnly, logsToStderr, mayRedraw, withLoggedStderr, withScreen } from './own-stderr.ts';
import { type ParsedArguments, parseArguments } from './parse-arguments.ts';
import { reportFailure } from './report-failure.ts';

/**
 * Runs the command that a command line names. It reads no globals and does not exit the process.
 *
 * @returns The exit code: what the command returns, 1 for a failure, 2 for errors in the command line, environment or
 * config file (all are reported at once), 128 plus its number for a signal.
 */
export async function runCommandLine(program: Program, commands: CommandSet, host: Host): Promise<number> {
  checkNames(program, commands);
  const chosen = chooseCommand(parseArguments(host.argv, allFields(program, commands)).words, commands);
  const { command } = chosen;
  // Again: commands may have flags of the same name and different kinds.
  const parsed = parseArguments(host.argv, [...allFields(program, commands), ...(command.fields ?? [])]);
  if (parsed.flags.get(versionFlag.name)?.text === 'true') {
    host.stdout.write(`${program.name} version ${program.version}\n`);
    return 0;
  }
  const all = parsed.flags.get(helpAllFlag.name)?.text === 'true';
  if (all || parsed.flags.get(helpFlag.name)?.text === 'true' || chosen.help) {
    return showHelp(program, commands, chosen, parsed, host);
  }
  return runCommand(program, commands, chosen, parsed, host);
}

function showHelp(
  program: Program,
  commands: CommandSet,
  { command, faults }: ChosenCommand,
  { flags }: ParsedArguments,
  host: Host,
): number {
  if (faults.length > 0) {
    const sources = { flags, environment: readEnvironment(logFields, host.env), file: new Map() };
    const rules = { fields: logFields, constraints: [], requiredAmong: [], unsupportedIn: 'no-source' } as const;
    const { settings } = resolveSettings(sources, rules);
    return reportFailure(new UsageError(faults), reportTo(program, host, { settings, secrets: [] }));
  }
  const all = flags.get(helpAllFlag.name)?.text === 'true';
  const options = { startCommand: host.startCommand ?? program.name, all, columns: host.stdout.columns };
  host.stdout.write(
    command === commands.default
      ? formatProgramHelp(program, commands, options)
      : formatCommandHelp(program, command, options),
  );
  return 0;
}

async function runCommand(
  program: Program,
  commands: CommandSet,
  chosen: ChosenCommand,
  parsed: ParsedArguments,
  host: Host,
): Promise<number> {
  const { command } = chosen;
  const all = allFields(program, commands);
  const fields = [...(command.fields ?? []), ...program.fields, ...defaultFields];
  const file = await readConfigFile(
    all.filter((field) => !isBuiltIn(field)),
    host,
  );
  const variables = all.map(variableName);
  const sources = { flags: parsed.flags, environment: readEnvironment(fields, host.env), file: file.values };
  const isDefault = command === commands.default;
  const known = chosen.faults.length === 0;
  const runsConnector = known && command.needsConnectorSettings;
  const resolved = resolveSettings(sources, {
    fields,
    constraints: [
      ...(isDefault ? defaultConstraints : []),
      ...(known ? (command.constraints ?? []) : []),
      ...(runsConnector ? (program.constraints ?? []) : []),
    ],
    // A missing setting may be in the file that could not be read.
    requiredAmong:
      known && file.faults.length === 0 ? [...(command.fields ?? []), ...(runsConnector ? program.fields : [])] : [],
    unsupportedIn: command.startedByProgram ? 'no-source' : isDefault ? 'all-sources' : 'flags',
  });
  const { settings } = resolved;
  const secrets = new Set(collectSecrets(fields, sources));
  // Built when something fails: there may be more secrets by then.
  const report = () => reportTo(program, host, { settings, secrets, command: isDefault ? undefined : command });

  const misplaced = known ? findMisplacedFlags(parsed, fields, command) : [];
  // The environment of a child is its parent's.
  const placeholders = command.startedByProgram ? [] : findPlaceholders(host.env);
  const folder = isDefault && placeholders.length === 0 ? checkTemporaryFolder(settings, host) : [];
  const ofSettings = [...misplaced, ...placeholders, ...file.faults, ...resolved.faults, ...folder];
  const faults = [...chosen.faults, ...parsed.faults, ...ofSettings];
  // Probes and tools are quiet unless something is wrong.
  const strayVariables = command.startedByProgram ? [] : findStrayVariables(host.env, variables);
  const unread = strayVariables.map((name) => describeStrayVariable(name, variables));
  if (faults.length > 0) {
    return reportFailure(new UsageError(faults), { ...report(), warnings: [...file.warnings, ...unread] });
  }
  const warnings = [...file.warnings, ...(command.needsConnectorSettings ? unread : []), ...resolved.warnings];

  const isLive = !command.startedByProgram && mayRedraw(host) && !isJsonOnly(settings, command);
  const { host: shownHost, screen } = isLive ? withScreen(host) : { host, screen: undefined };
  let log: Log;
  try {
    log = openLog(settings, secrets, shownHost, command);
  } catch (error) {
    return reportFailure(new UsageError([`${settings.placeOf(logPath)}: ${(error as Error).message}`]), report());
  }
  const logger = withFields(log.logger, command, host);
  let telemetry: RunningTelemetry | undefined;
  const waits = new Waits();
  const live = screen && new LiveDisplay({ screen, waits });
  // What a command has to say on stderr is no detail that a log level leaves out.
  const told = logger.child({}, { level: 'info' });
  const commandHost = isJsonOnly(settings, command) ? withLoggedStderr(host, (line) => told.info(line)) : shownHost;
  const logIsOnTerminal = chooseLogFormat(settings, host, command) === 'console' && logsToStderr(settings);
  const fail = (error: unknown) => {
    live?.close();
    const early = report();
    const jsonLog = early.jsonLog && logsToStderr(settings) ? logger : early.jsonLog;
    return reportFailure(error, { ...early, logger, jsonLog, logIsOnTerminal, stopReason: host.signal.reason });
  };
  host.watch?.({
    onWarning: (warning) => logger.warn({ warning: warning.name }, warning.message),
    onUncaught: fail,
  });
  using _ = everySecond(live ?? new WaitLog(logger, waits));
  host.signal.addEventListener('abort', () => live?.stopping(), { once: true });
  try {
    for (const warning of warnings) logger.warn(warning);
    const invocation: Invocation = {
      program,
      commands,
      settings,
      sources,
      arguments: chosen.arguments,
      logger,
      hideSecrets: (further) => {
        for (const secret of further) secrets.add(secret);
        log.hide(secrets);
      },
      waits,
      live,
      userAgent: `${program.name}/${program.version}`,
      host: commandHost,
    };
    if (command.sendsTelemetry)
      telemetry = await openTelemetry(invocation, log, (text) => createRedactor(secrets).redactText(text));
    if (!telemetry) return await command.run(invocation);
    return await withTelemetry(telemetry, () => command.run(invocation));
  } catch (error) {
    return fail(error);
  } finally {
    live?.close();
    // First: what it has to say belongs in the log.
    await telemetry?.close();
    await log.close();
  }
}

/** A display goes on while the command waits, and does not keep the process alive. */
function everySecond(display: { tick(): void }): Disposable {
  const timer = setInterval(() => display.tick(), 1000).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** @throws UsageError for settings of the collector that cannot be used. */
async function openTelemetry(
  { program, settings, logger, host }: Invocation,
  log: Log,
  redactText: (text: string) => string,
): Promise<RunningTelemetry | undefined> {
  if (!settings.get(otelCollectorEndpoint)) return undefined;
  // Its modules would be the largest part of a start.
  const { startTelemetry } = await import('../telemetry/start-telemetry.ts');
  const { env, cwd } = host;
  const telemetry = startTelemetry({ program, settings, env, cwd, logger, redactText });
  if (telemetry?.log) log.follow(telemetry.log);
  return telemetry;
}

interface ReportOptions {
  readonly settings: Settings;
  /** May grow until the failure is reported. */
  readonly secrets: Iterable<string>;
  /** The one whose help explains its flags. Default: that of the program. */
  readonly command?: Command | undefined;
}

/** How failures are reported before the log is open. */
function reportTo(program: Program, host: Host, { settings, secrets, command }: ReportOptions) {
  const { stdout, stderr, cwd } = host;
  const toStderr = { level: 'info', format: 'json', paths: [], cwd, secrets, stdout, stderr } as const;
  const redactText = (text: string) => createRedactor(secrets).redactText(text);
  return {
    programName: program.name,
    helpCommand: () => [host.startCommand ?? program.name, command?.name, '--help'].filter(Boolean).join(' '),
    stderr,
    jsonLog: isJsonOnly(settings, command) ? withFields(createLogger(toStderr).logger, command, host) : undefined,
    logIsOnTerminal: false,
    redactText,
  };
}

function openLog(settings: Settings, secrets: Iterable<string>, host: Host, command: Command): Log {
  return createLogger({
    level: settings.get(logLevel),
    debugExpiresAtMs: readDebugExpiryMs(settings),
    format: chooseLogFormat(settings, host, command),
    paths: settings.get(logPath),
    cwd: host.cwd,
    secrets,
    stdout: host.stdout,
    stderr: host.stderr,
  });
}

function withFields(logger: Logger, command: Command | undefined, { env }: Host): Logger {
  return command?.jsonLogFields ? logger.child(command.jsonLogFields(env)) : logger;
}

/** It depends on stdout although the log goes to stderr, as in the Go SDK (pkg/field/defaults.go). */
function chooseLogFormat(settings: Settings, host: Host, command: Command) {
  return settings.get(logFormat) ?? (host.stdout.isTTY && !command.jsonLogFields ? 'console' : 'json');
}

function allFields(program: Program, commands: CommandSet): readonly Field[] {
  const ofCommands = [commands.default, ...commands.named].flatMap((command) => command.fields ?? []);
  return [...builtInFlags, ...defaultFields, ...program.fields, ...ofCommands];
}

function isBuiltIn({ name }: Field): boolean {
  return builtInFlags.some((flag) => flag.name === name);
}

function findMisplacedFlags(parsed: ParsedArguments, fields: readonly Field[], command: Command): readonly string[] {
  const own = new Set([...fields, ...builtInFlags].map((field) => field.name));
  const misplaced = [...parsed.flags].filter(([name]) => !own.has(name));
  return misplaced.map(([, { place }]) => `${place}: not a flag of the command ${command.name}`);
}

/** @throws Error when a program has two settings of the same name, so that one could never be set. */
function checkNames(program: Program, commands: CommandSet): void {
  for (const command of [commands.default, ...commands.named]) {
    const seen = new Set<string>();
    for (const field of [...builtInFlags, ...defaultFields, ...program.fields, ...(command.fields ?? [])]) {
      for (const name of [`--${field.name}`, ...(field.shorthand ? [`-${field.shorthand}`] : [])]) {
        if (seen.has(name)) throw new Error(`Two settings of ${program.name} ${command.name} have the name ${name}.`);
        seen.add(name);
      }
    }
  }
}
