import { randomBytes } from 'node:crypto';
import type { IClientOptions } from 'mqtt';
import type { Profile } from '../../shared/contract/traffic-parts.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { certificateError, type CertificateFault } from './profile-pem.ts';
import type { ProfileSecrets } from './source.ts';

/** What a profile says of the connection itself. */
export type ProfileFields = Omit<Profile, 'id' | 'name' | 'hasPassword' | 'hasKey'>;

/** As the MQTT client wants it; a session that the broker forgets at its end. */
export function connectionOptions(fields: ProfileFields, { password, key }: ProfileSecrets): IClientOptions {
  const { scheme, host, port, path, username, version, clientId, keepAliveSeconds, ca, certificate } = fields;
  const secure = scheme === 'mqtts' || scheme === 'wss';
  return {
    protocol: scheme,
    host: host.replace(/^\[|\]$/g, ''),
    port,
    ...(scheme === 'ws' || scheme === 'wss' ? { path } : {}),
    protocolVersion: version,
    clientId: clientId === '' ? `datayoti-${randomBytes(6).toString('hex')}` : clientId,
    clean: true,
    keepalive: keepAliveSeconds,
    ...(username === '' ? {} : { username }),
    ...(password === null ? {} : { password }),
    ...(secure && ca !== '' ? { ca } : {}),
    ...(secure && certificate !== '' && key !== null ? { cert: certificate, key } : {}),
  };
}

/** Of Node's TLS (`tls.TLSSocket.authorizationError`) and of OpenSSL's alerts. */
const certificateCodes: Readonly<Record<string, CertificateFault>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'untrusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'untrusted',
  CERT_SIGNATURE_FAILURE: 'untrusted',
  CERT_UNTRUSTED: 'untrusted',
  INVALID_CA: 'untrusted',
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not-yet-valid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'name',
  HOSTNAME_MISMATCH: 'name',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'client-wanted',
  ERR_SSL_SSL_HANDSHAKE_FAILURE: 'client-wanted',
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: 'client-wanted',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'client-refused',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: 'client-refused',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'client-refused',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED: 'client-refused',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'client-refused',
  ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR: 'client-refused',
};

/** Why a connection did not come about. A numeric code is the broker's own answer (CONNACK). */
export function connectionFailure(error: unknown, { host, port }: Pick<Profile, 'host' | 'port'>): AppError {
  if (error instanceof AppError) return error;
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  const reason = error instanceof Error && error.message !== '' ? error.message : String(code ?? error);
  if (typeof code === 'number')
    return new AppError(
      'mqtt.access-denied',
      `The broker refuses this client: ${reason}.`,
      { host, port, reason },
      error,
    );
  const fault = typeof code === 'string' ? certificateCodes[code] : undefined;
  return fault === undefined
    ? new AppError('mqtt.unreachable', `${host}:${port}: ${reason}.`, { host, port, reason }, error)
    : certificateError(fault, error);
}
