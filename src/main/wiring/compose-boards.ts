import { createRequire } from 'node:module';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Handlers } from '../../shared/contract/contract.ts';
import type { LabelSize } from '../../shared/contract/provisioning.ts';
import type { Settings } from '../../shared/contract/settings.ts';
import type { MacAddress } from '../../shared/domain/mac-address.ts';
import { presenceAt } from '../../shared/domain/presence.ts';
import { sensorTopic } from '../../shared/domain/topics.ts';
import type { Devices } from '../devices/index.ts';
import type { DemoParts } from '../demo/index.ts';
import { BackupStore } from '../flashing/backup-store.ts';
import { FirmwareLibrary } from '../flashing/library/index.ts';
import type { Clock } from '../foundation/clock.ts';
import type { AsyncDisposer } from '../foundation/disposer.ts';
import type { Log } from '../foundation/log.ts';
import type { Platform } from '../foundation/platform.ts';
import {
  configurationWriter,
  differenceFor,
  heardNetworks,
  ProfileStore,
  Provisioning,
} from '../provisioning/index.ts';
import {
  createLineOpener,
  ExclusiveOpener,
  MonitorSessions,
  NotedOpener,
  PortDirectory,
  portsHandlers,
  systemPortLister,
} from '../serial/index.ts';
import {
  isAny,
  localAddresses,
  mustBeOwn,
  type AccountStore,
  type CertificateAuthority,
  type LocalStack,
  type PublishedInUse,
} from '../stack/index.ts';
import { boardAccounts } from './board-accounts.ts';
import { boardsHandlers } from './boards-handlers.ts';
import { DemoBoard } from './demo-board.ts';
import { DeviceArrivals } from './device-arrivals.ts';
import { firmwareHandlers } from './firmware-handlers.ts';
import { improvHandlers } from './improv-handlers.ts';
import { workBoards } from './work-boards.ts';

export interface BoardsWiring {
  readonly platform: Platform;
  readonly stack: LocalStack;
  /** One of those that it chooses from. */
  readonly published: PublishedInUse;
  readonly accounts: AccountStore;
  readonly authority: CertificateAuthority;
  readonly devices: Devices;
  readonly settings: () => Settings;
  readonly clock: Clock;
  readonly log: Log;
  readonly disposer: AsyncDisposer;
}

type BoardAreas = 'ports' | 'boards' | 'firmware' | 'improv' | 'provisioning' | 'monitor';

/** Ports, flashing, library, monitor and provisioning, put together. */
export async function composeBoards(wiring: BoardsWiring): Promise<{
  readonly handlers: Pick<Handlers, BoardAreas>;
  readonly arrivals: DeviceArrivals;
  readonly demo: Pick<DemoParts, 'plugBoard' | 'unplugBoard'>;
}> {
  const { platform, stack, published, accounts, authority, devices, settings, clock, log, disposer } = wiring;
  const folder = (name: string): string => join(platform.paths.data, name);

  const ports = disposer.use('serial ports', new PortDirectory({ lister: systemPortLister, clock, log }));
  const library = new FirmwareLibrary(folder('firmware'), clock);
  const backups = new BackupStore(folder('backups'));
  const demoBoard = disposer.use('demo board', new DemoBoard(ports, library, () => settings().brokerAddress));
  const exclusive = new ExclusiveOpener(
    createLineOpener({ usbOf: (address) => ports.usbOf(address), virtual: demoBoard }),
  );
  const opener = new NotedOpener(exclusive, clock);
  const monitor = disposer.use('serial logs', new MonitorSessions(opener, clock));
  const releaseMonitor = (address: string): Promise<void> => monitor.release(address);
  const arrivals = new DeviceArrivals({
    clock,
    publish: (topic, payload) => stack.broker.publish(topic, payload, { qos: 1, retain: false }),
    running: () => stack.state().phase === 'running',
  });
  disposer.defer(
    'logins',
    stack.broker.onLogin((login) => arrivals.login(login)),
  );
  const { keepAwake } = platform;
  const provisioning = disposer.use(
    'provisioning',
    new Provisioning({
      clock,
      log,
      boards: workBoards({ opener, library, backups, clock, releaseMonitor }),
      accounts: boardAccounts(
        accounts,
        (username) => stack.broker.disconnectAccount(username),
        () => (stack.state().kind === 'published' ? published.account() : undefined),
      ),
      arrivals,
      register: {
        check: (place) => devices.checkPlace(place),
        register: (mac, board) => devices.commission({ mac, ...board }),
      },
      records: {
        keep: ({ mac, board, ...record }) =>
          devices.keepRecord({
            mac: mac as MacAddress,
            siteRef: board.siteRef,
            name: board.name,
            technician: userInfo().username,
            ...record,
          }),
      },
      configuration: configurationWriter,
      authorityPem: async () => {
        // The certificate of its broker is of an authority that is not known here.
        mustBeOwn(stack);
        return (await authority.info()).pem;
      },
      ports: {
        boards: () =>
          ports
            .state()
            .filter((port) => port.likelyBoard)
            .map((port) => port.address),
        onChange: (listener) => ports.onChange(listener),
      },
      profiles: new ProfileStore(folder('provisioning-profiles.json'), platform.secrets),
      labels: (macs, size, format) => makeLabels(devices, clock, macs, size, format),
      recordsOf: (mac, limit) => devices.recordsOf(mac, limit),
      hosts: () => {
        const place = published.brokerPlace();
        return place === undefined ? brokerHosts(settings().brokerAddress) : publishedHosts(place);
      },
      networks: heardNetworks,
      difference: differenceFor,
      keepAwake: keepAwake === undefined ? undefined : () => keepAwake('boards are being written'),
    }),
    30_000,
  );
  await ports.start();

  return {
    arrivals,
    demo: { plugBoard: (kind) => demoBoard.plug(kind), unplugBoard: () => demoBoard.unplugAll() },
    handlers: {
      ports: portsHandlers({ ports, notes: opener, isHeld: (address) => exclusive.isHeld(address) }),
      boards: boardsHandlers({
        opener,
        backups,
        clock,
        releaseMonitor,
        blinkRunning: (mac, seconds) => blinkRunning(wiring, mac, seconds),
      }),
      firmware: firmwareHandlers(library),
      improv: improvHandlers({ opener, releaseMonitor }),
      provisioning: provisioning.handlers,
      monitor: monitor.handlers,
    },
  };
}

/** Only firmware that tells its version knows commands; the published one ignores them. */
async function blinkRunning(
  { devices, stack, clock }: BoardsWiring,
  mac: MacAddress,
  seconds: number,
): Promise<boolean> {
  const device = devices.board.devices.find((entry) => entry.mac === mac);
  if (device === undefined || device.firmware === null || stack.state().phase !== 'running') return false;
  if (presenceAt(clock.now(), device.seenMs) !== 'online') return false;
  const command = JSON.stringify({ cmd: 'blink', seconds });
  await stack.broker.publish(sensorTopic(mac, 'cmd'), command, { qos: 1, retain: false });
  return true;
}

/** Networks of containers, virtual machines and tunnels: no board is in them, so they come last. */
const insideOnly = /^(docker|br-|veth|virbr|vboxnet|vmnet|vethernet|lxc|tun|utun|tap|wg|tailscale|zt)/i;

interface BrokerHost {
  readonly host: string;
  readonly interfaceName: string;
  readonly listening: boolean;
}

/** Those of the machine on which the containers run. */
function publishedHosts({
  host,
  address,
}: {
  readonly host: string | null;
  readonly address: string;
}): readonly BrokerHost[] {
  return host === null ? brokerHosts(address) : [{ host, interfaceName: host, listening: true }];
}

/** Addresses under which a board on the network reaches this machine; whether the broker listens there. */
function brokerHosts(brokerAddress: string): readonly BrokerHost[] {
  return localAddresses()
    .filter(({ kind }) => kind === 'lan')
    .toSorted((a, b) => Number(insideOnly.test(a.name)) - Number(insideOnly.test(b.name)))
    .map(({ name, address }) => ({
      host: address,
      interfaceName: name,
      listening: isAny(brokerAddress) || brokerAddress === address,
    }));
}

/** The label module and its font library are loaded when the first label is asked for. */
async function makeLabels(
  devices: Devices,
  clock: Clock,
  macs: readonly string[],
  size: LabelSize,
  format: 'pdf' | 'png',
): Promise<{ fileName: string; file: Blob }> {
  const { labelFormats, labelPng, labelsPdf, loadTypeFace } = await import('../provisioning/label/index.ts');
  const face = await loadTypeFace(
    createRequire(import.meta.url).resolve(
      '@fontsource-variable/atkinson-hyperlegible-next/files/atkinson-hyperlegible-next-latin-wght-normal.woff2',
    ),
  );
  const labels = macs.map((mac) => {
    const device = devices.board.devices.find((entry) => entry.mac === mac);
    return { mac, name: device?.name ?? '', siteRef: device?.siteRef ?? '' };
  });
  const [first] = labels;
  const fileName = `label-${(macs.length === 1 && first?.name) || 'boards'}.${format}`.replaceAll(
    /[^\w.-]+/g,
    '-',
  );
  const bytes =
    format === 'png' && first !== undefined
      ? labelPng(first, labelFormats[size], face)
      : await labelsPdf(labels, labelFormats[size], face, clock.now());
  return {
    fileName,
    file: new Blob([new Uint8Array(bytes)], { type: format === 'pdf' ? 'application/pdf' : 'image/png' }),
  };
}
