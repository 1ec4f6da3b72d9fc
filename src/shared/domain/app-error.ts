/**
 * Every error a person may meet has one of these codes (`area.reason`). The screens map the code to words;
 * `message` is for the log and for the command line in English.
 */
export const errorCodes = [
  'internal',
  'request.invalid',
  'request.unauthorised',
  'connection.lost',
  'file.unreadable',
  'file.unwritable',
  'stack.not-running',
  'stack.busy',
  'broker.port-in-use',
  'broker.address-unavailable',
  'broker.start-failed',
  'broker.account-exists',
  'broker.account-unknown',
  'database.binaries-missing',
  'database.port-in-use',
  'database.other-major-version',
  'database.data-damaged',
  'database.disk-full',
  'database.in-use-by-other-process',
  'database.no-unprivileged-account',
  'database.start-failed',
  'database.crash-loop',
  'database.unreachable',
  'database.access-denied',
  'schema.edited-migration',
  'schema.not-migrated',
  'schema.newer-than-application',
  'schema.half-initialised',
  'schema.other-layout',
  'schema.migration-failed',
  'backup.busy',
  'backup.cancelled',
  'backup.disk-full',
  'backup.file-exists',
  'backup.truncated',
  'backup.altered',
  'backup.not-a-backup',
  'backup.newer-format',
  'backup.newer-schema',
  'backup.other-schema',
  'backup.not-empty',
  'backup.too-many-days',
  'history.bad-range',
  'history.cancelled',
  'history.too-slow',
  'history.annotation-unknown',
  'history.annotation-automatic',
  'ingest.overloaded',
  'ingest.closed',
  'mqtt.unreachable',
  'mqtt.access-denied',
  'device.unknown',
  'device.already-adopted',
  'site.unknown',
  'site.exists',
  'settings.newer-than-application',
  'settings.unreadable',
  'secret.unreadable',
  'serial.address-invalid',
  'serial.port-not-found',
  'serial.port-busy',
  'serial.access-denied',
  'serial.unreachable',
  'serial.disconnected',
  'serial.baud-rate-unsupported',
  'serial.failed',
  'compose.invalid',
  'compose.variable-missing',
  'docker.busy',
  'docker.no-engine',
  'docker.port-taken',
  'docker.image-unavailable',
  'docker.service-exited',
  'docker.service-unhealthy',
  'docker.other-stack',
  'docker.volume-other-version',
  'docker.take-over-refused',
  'docker.update-taken-back',
  'docker.name-not-typed',
  'docker.files-missing',
  'provisioning.cancelled',
  'provisioning.board-busy',
  'provisioning.locked',
  'provisioning.roster-invalid',
  'flash.no-sync',
  'flash.wrong-boot-mode',
  'flash.send-path-down',
  'flash.no-answer',
  'flash.refused',
  'flash.protocol',
  'flash.unknown-chip',
  'flash.wrong-chip',
  'flash.stub-failed',
  'flash.secure-download',
  'flash.encrypted-flash',
  'flash.secure-boot',
  'flash.unsupported',
  'flash.layout',
  'flash.md5-mismatch',
  'flash.write-failed',
  'flash.read-failed',
  'flash.cancelled',
  'flash.no-boot',
  'flash.backup-damaged',
  'flash.backup-other-board',
  'nvs.no-partition',
  'nvs.size-invalid',
  'nvs.entry-invalid',
  'nvs.too-small',
  'nvs.encrypted',
  'nvs.unreadable',
  'configuration.invalid',
  'firmware.not-an-image',
  'firmware.image-truncated',
  'firmware.checksum-wrong',
  'firmware.hash-wrong',
  'firmware.file-hash-wrong',
  'firmware.file-size-wrong',
  'firmware.wrong-chip',
  'firmware.demo-only',
  'firmware.unknown-chip',
  'firmware.revision-unsupported',
  'firmware.bootloader-offset-wrong',
  'firmware.offset-invalid',
  'firmware.parts-overlap',
  'firmware.exceeds-flash',
  'firmware.exceeds-partition',
  'firmware.partition-table-invalid',
  'firmware.empty',
  'firmware.manifest-missing',
  'firmware.manifest-invalid',
  'firmware.part-missing',
  'firmware.archive-unreadable',
  'firmware.unsafe-path',
  'firmware.too-large',
  'firmware.download-failed',
  'firmware.download-timeout',
  'firmware.unknown-bundle',
  'firmware.library-damaged',
  'improv.no-answer',
  'improv.not-supported',
  'improv.wifi-refused',
  'improv.bad-hostname',
  'improv.value-invalid',
  'improv.failed',
  'engine.address-invalid',
  'engine.not-installed',
  'engine.not-running',
  'engine.access-denied',
  'engine.too-old',
  'engine.unreachable',
  'engine.not-an-engine',
  'engine.unencrypted',
  'engine.certificate',
  'engine.host-key-unknown',
  'engine.host-key-changed',
  'engine.login-refused',
  'engine.disk-full',
  'engine.image-missing',
  'engine.archive-damaged',
  'engine.build-failed',
  'engine.port-in-use',
  'engine.port-out-of-reach',
  'engine.refused',
  'engine.cancelled',
  'instance.already-running',
  'host.passphrase-required',
  'host.port-in-use',
] as const;

export type ErrorCode = (typeof errorCodes)[number];
/** Facts that the words for a code need (a port, a path, a program); JSON only, never a secret. */
export type ErrorData = Readonly<Record<string, string | number | boolean | null>>;

const known: ReadonlySet<string> = new Set(errorCodes);

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && known.has(code);
}

/** The one error type: a stable code, typed facts, and the cause for the log. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly data: ErrorData;

  constructor(code: ErrorCode, message: string, data: ErrorData = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.data = data;
  }
}

/** What of an error goes to a screen: its code and facts, never a stack. */
export interface ErrorReport {
  readonly code: ErrorCode;
  readonly message: string;
  readonly data: ErrorData;
}

export function isAppError(error: unknown, code?: ErrorCode): error is AppError {
  return error instanceof AppError && (code === undefined || error.code === code);
}

export function reportOf(error: unknown): ErrorReport {
  if (error instanceof AppError) return { code: error.code, message: error.message, data: error.data };
  return { code: 'internal', message: 'Something went wrong inside the application.', data: {} };
}
