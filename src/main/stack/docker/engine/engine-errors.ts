import { AppError, isAppError, type ErrorData } from '../../../../shared/domain/app-error.ts';

/**
 * Who is asked, as far as the words of a failure depend on it. `context` picks the remedy in the catalogues
 * (`next_linux`, `next_rootless`, ...): which command starts this engine or lets the person use it.
 */
export interface EngineSituation {
  readonly address: string;
  readonly context: 'linux' | 'rootless' | 'podman' | 'desktop' | 'windows' | 'remote';
}

/** An answer of the engine that is not "done". */
export interface EngineRefusal {
  readonly status: number;
  /** The engine's own words. */
  readonly text: string;
}

const longestText = 2_000;

/** What the engine said, as one of our errors. Its texts: Docker Engine 20.10 to 29, Podman 4 and 5. */
export function refusalError(
  { address, context }: EngineSituation,
  { status, text }: EngineRefusal,
): AppError {
  const data = { address, status, text: text.trim().slice(0, longestText) };
  if (/no space left on device|disk quota exceeded/iu.test(text))
    return new AppError('engine.disk-full', `The disk of the engine at ${address} is full.`, data);
  if (/HTTP request to an HTTPS server/iu.test(text))
    return new AppError('engine.certificate', `The engine at ${address} wants TLS certificates.`, {
      ...data,
      reason: 'needs-tls',
    });
  const port = takenPort(text);
  if (port !== undefined)
    return new AppError('engine.port-in-use', `Port ${port} is taken on the engine's machine.`, {
      ...data,
      port,
      context,
      // The engine's own list of ports says the first, its machine the second.
      reason: /already allocated/iu.test(text) ? 'allocated' : 'listening',
    });
  if (isMissingImage(text)) {
    const reason = noRegistry.test(text) ? 'registry-unreachable' : 'unknown-image';
    const words = `The engine has no such image and cannot fetch it: ${data.text}`;
    return new AppError('engine.image-missing', words, { ...data, reason });
  }
  return new AppError('engine.refused', `The engine refused (${status}): ${data.text}`, data);
}

const noRegistry =
  /dial tcp|no such host|i\/o timeout|connection refused|TLS handshake timeout|Client\.Timeout|network is unreachable|server misbehaving|failed to do request|EOF$/iu;

/** Texts of pulling and of creating a container from an image that is not there. */
function isMissingImage(text: string): boolean {
  return (
    /no such image|manifest unknown|manifest for .* not found|pull access denied|repository does not exist|image not known|failed to resolve reference/iu.test(
      text,
    ) ||
    (/(?:registry|https?:\/\/[^ ]*\/v2\/)/iu.test(text) && noRegistry.test(text))
  );
}

/** The port number where the text says that one is taken, else `undefined`. */
function takenPort(text: string): number | undefined {
  if (!/port is already allocated|address already in use|ports are not available/iu.test(text))
    return undefined;
  const found =
    /(?:bind for|listen (?:tcp|udp)[46]?|exposing port \w+|for) \[?[\w.:]*?\]?:(\d+)/iu.exec(text) ??
    /:(\d{2,5})\b/u.exec(text);
  return Number(found?.[1] ?? 0);
}

/**
 * What went wrong on the way to the engine or in the middle of its answer, as one of our errors.
 *
 * Codes of Node: `ENOENT` no socket file, `ECONNREFUSED` one that nobody listens at (systemd and Docker leave the
 * file behind), `EACCES` and `EPERM` one that this account may not open, `HPE_*` an answer that is not HTTP.
 */
export function connectionError(situation: EngineSituation, error: unknown): AppError {
  if (isAppError(error)) return error;
  if (error instanceof SyntaxError) return notAnEngine(situation, 'its answer is not JSON.', error);
  const { address, context } = situation;
  const code = codeOf(error);
  const data: ErrorData = { address, context, reason: code };
  const words = error instanceof Error ? error.message : String(error);
  if (context !== 'remote' && (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTSOCK'))
    return new AppError('engine.not-running', `No container engine runs at ${address}.`, data, error);
  if (code === 'EACCES' || code === 'EPERM')
    return new AppError(
      'engine.access-denied',
      `This account may not use the engine at ${address}.`,
      data,
      error,
    );
  if (code.startsWith('HPE_')) return notAnEngine(situation, words, error);
  if (isTlsFailure(code, words))
    return new AppError(
      'engine.certificate',
      `The secure connection to ${address} failed: ${words}`,
      { ...data, text: words },
      error,
    );
  if (code === 'ECONNREFUSED')
    return new AppError('engine.not-running', `Nothing listens at ${address}.`, data, error);
  return new AppError(
    'engine.unreachable',
    `The engine at ${address} cannot be reached: ${words}`,
    { ...data, text: words },
    error,
  );
}

export function notAnEngine(situation: EngineSituation, words: string, cause?: unknown): AppError {
  return new AppError(
    'engine.not-an-engine',
    `What answers at ${situation.address} is no container engine: ${words}`,
    { ...situation },
    cause,
  );
}

function codeOf(error: unknown): string {
  // `localhost` is tried on both of its addresses; the errors of all tries come in one.
  if (error instanceof AggregateError)
    return error.errors.map(codeOf).find((code) => code !== 'none') ?? 'none';
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return typeof code === 'string' ? code : 'none';
}

/** `ERR_TLS_*`, `ERR_SSL_*`, and the names that OpenSSL gives to a failed check of a certificate. */
function isTlsFailure(code: string, words: string): boolean {
  return (
    /^ERR_(?:TLS|SSL|OSSL)_|CERT|SELF_SIGNED|UNABLE_TO_(?:GET_ISSUER|VERIFY)/u.test(code) ||
    /\b(?:alert|SSL routines|handshake failure|disconnected before secure TLS)\b/iu.test(words)
  );
}
