import type { ImprovFacts } from '../../../shared/contract/improv.ts';
import { AppError, isAppError } from '../../../shared/domain/app-error.ts';
import type { ImprovState } from './improv-answers.ts';
import { ImprovClient, type ImprovLine } from './improv-client.ts';

/** The speed of every firmware that speaks Improv (improv-wifi.com/serial names none; all clients open with it). */
const baudRate = 115_200;

export interface ImprovLineOpener {
  open(
    address: string,
    options: { readonly baudRate: number },
    signal: AbortSignal,
  ): Promise<ImprovLine & { close(): Promise<void> }>;
}

/**
 * Opens the line, asks the firmware whether it speaks Improv, and lets go of the line whatever comes of it.
 *
 * @param otherwise answers for firmware that does not; without it that is a failure
 * @throws AppError `improv.no-answer` and what the opener and the client throw
 */
export async function withImprov<T>(
  opener: ImprovLineOpener,
  address: string,
  signal: AbortSignal,
  work: (client: ImprovClient, state: ImprovState) => Promise<T>,
  otherwise: () => T = noImprov,
): Promise<T> {
  const line = await opener.open(address, { baudRate }, signal);
  const client = new ImprovClient(line);
  try {
    const state = await client.identify(signal);
    return state === null ? otherwise() : await work(client, state);
  } finally {
    await client.close();
    await line.close();
  }
}

/** Everything that the firmware tells of itself; what it does not know is `null`. */
export async function improvFactsOf(
  client: ImprovClient,
  state: ImprovState,
  signal: AbortSignal,
): Promise<ImprovFacts> {
  return {
    state,
    urls: (await client.state(signal)).urls,
    device: await known(client.deviceInfo(signal)),
    hostname: await known(client.hostname(signal)),
    deviceName: await known(client.deviceName(signal)),
    network: await known(client.networkState(signal)),
  };
}

/** Names first, since some firmware derives the host name from the device's name; then the network. */
export async function joinByImprov(
  client: ImprovClient,
  wish: {
    readonly ssid: string;
    readonly password: string;
    readonly deviceName: string | null;
    readonly hostname: string | null;
  },
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (wish.deviceName !== null) await client.setDeviceName(wish.deviceName, signal);
  if (wish.hostname !== null) await client.setHostname(wish.hostname, signal);
  return client.sendWifi(wish.ssid, wish.password, signal);
}

function noImprov(): never {
  throw new AppError('improv.no-answer', 'The firmware on the board does not speak Improv.', { command: 0 });
}

async function known<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (isAppError(error) && error.code.startsWith('improv.')) return null;
    throw error;
  }
}
