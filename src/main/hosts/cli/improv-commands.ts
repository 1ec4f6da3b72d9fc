import type { Command } from 'commander';
import type { ImprovFacts } from '../../../shared/contract/improv.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import {
  improvFactsOf,
  joinByImprov,
  withImprov,
  type ImprovClient,
  type ImprovState,
} from '../../provisioning/improv/index.ts';
import { passwordFrom, show } from './answer.ts';
import { withBoard, type BoardOptions } from './board-options.ts';
import { onBoard } from './board-work.ts';

type WifiOptions = BoardOptions & {
  readonly ssid: string;
  readonly passwordFile?: string;
  readonly open?: boolean;
  readonly hostname?: string;
  readonly deviceName?: string;
};

const passwordVariable = 'DATAYOTI_WIFI_PASSWORD';

/** `improv ...`: firmware of others that is set up over its own serial line (ESPHome, Tasmota, WLED). */
export function addImprovCommands(program: Command): void {
  const improv = program.command('improv').description('set up firmware that speaks Improv over serial');
  withBoard(improv.command('info')).description('who the board is and how it is connected').action(info);
  withBoard(improv.command('scan'))
    .description('networks that the board hears')
    .action(async (options: BoardOptions) => {
      const networks = await talk(options, (client, signal) => client.scan(signal));
      if (networks === undefined) return;
      const lines = networks.map(
        ({ ssid, rssi, secured }) =>
          `${String(rssi ?? '?').padStart(4)} dBm  ${secured ? 'secured' : 'open   '}  ${printable(ssid)}`,
      );
      show(options, { networks }, lines.length === 0 ? ['The board hears no network.'] : lines);
    });
  withBoard(improv.command('wifi'))
    .description('let the board join a network')
    .requiredOption('--ssid <name>', 'name of the network')
    .option('--password-file <file>', `file with its password (or the variable ${passwordVariable})`)
    .option('--open', 'the network has no password')
    .option('--device-name <name>', 'give the board this name first')
    .option('--hostname <name>', 'give the board this host name first')
    .action(wifi);
}

async function info(options: BoardOptions): Promise<void> {
  const found = await talk(
    options,
    (client, signal, state): Promise<ImprovFacts | null> => improvFactsOf(client, state, signal),
    () => null,
  );
  if (found === null) show(options, { improv: false }, ['The firmware on the board does not speak Improv.']);
  if (found === null || found === undefined) return;
  const { device, hostname, deviceName, network, state, urls } = found;
  show(options, { improv: true, ...found }, [
    `state      ${state}`,
    ...(device === null
      ? []
      : [`firmware   ${printable(`${device.firmware} ${device.version}`)} on ${printable(device.chip)}`]),
    ...(deviceName === null ? [] : [`name       ${printable(deviceName)}`]),
    ...(hostname === null ? [] : [`host name  ${printable(hostname)}`]),
    ...(network === null
      ? []
      : [`online     ${network.online ? `yes, ${network.interfaces.join(', ')}` : 'no'}`]),
    ...urls.map((url) => `page       ${url}`),
  ]);
}

async function wifi(options: WifiOptions): Promise<void> {
  const password = await wifiPassword(options.passwordFile, options.open === true);
  const { ssid, deviceName = null, hostname = null } = options;
  const urls = await talk(options, (client, signal) =>
    joinByImprov(client, { ssid, password, deviceName, hostname }, signal),
  );
  if (urls !== undefined)
    show(options, { state: 'provisioned', urls }, ['The board has joined the network.', ...urls]);
}

/**
 * Never from an argument, where every process list shows it.
 *
 * @throws AppError `request.invalid` where neither a password nor an open network was named
 */
export async function wifiPassword(file: string | undefined, open: boolean): Promise<string> {
  if (open) return '';
  const password = await passwordFrom(file, passwordVariable);
  // No program that is started later needs to inherit it.
  delete process.env[passwordVariable];
  if (password !== undefined) return password;
  throw new AppError(
    'request.invalid',
    `The password of the network is missing: name a file with it, or set ${passwordVariable}, or say that the network is open.`,
    { field: 'wifiPassword' },
  );
}

/** Asks the board who it is first. Without Improv `otherwise` answers, by default with a failure. */
async function talk<T>(
  options: BoardOptions,
  work: (client: ImprovClient, signal: AbortSignal, state: ImprovState) => Promise<T>,
  otherwise?: () => T,
): Promise<T | undefined> {
  return onBoard(options.port, (signal, opener) =>
    withImprov(opener, options.port, signal, (client, state) => work(client, signal, state), otherwise),
  );
}

/** Control characters of a foreign board must not reach the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\u{fffd}');
}
