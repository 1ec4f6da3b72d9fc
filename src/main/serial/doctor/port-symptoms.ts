import { symptom, type Evidence, type Symptom } from './evidence.ts';
import {
  accessRuleCommand,
  brlttyRuleCommand,
  isClaimedByBrltty,
  isWch,
  joinGroupCommand,
  modemManagerRuleCommand,
  serialGroup,
} from './remedies.ts';

const failedWith =
  (...codes: readonly string[]) =>
  ({ error }: Evidence): boolean =>
    error !== null && codes.includes(error.code);

const denied = failedWith('serial.access-denied');
const missing = failedWith('serial.port-not-found');
const busy = failedWith('serial.port-busy');
const lost = failedWith('serial.disconnected');
const notOpened = (e: Evidence): boolean => denied(e) || missing(e);
const noPort = (e: Evidence): boolean => e.phase === 'plug-in' || missing(e);
const says =
  (...ids: readonly string[]) =>
  ({ log }: Evidence): boolean =>
    ids.some((id) => log.has(id));
const isDarwin = (e: Evidence): boolean => e.system.system === 'darwin';
const isLinux = (e: Evidence): boolean => e.system.system === 'linux';

/** Why there is no port, or why it cannot be opened or kept. The first that fits is the answer. */
export const portSymptoms: readonly Symptom[] = [
  symptom('read-only-dev', (e) => /read-only file system/i.test(e.error?.message ?? '')),
  symptom(
    'flatpak',
    (e) => e.system.confinement === 'flatpak' && (notOpened(e) || noPort(e)),
    () => ({
      command: 'flatpak override --user --device=all io.github.datayoti.field',
    }),
  ),
  symptom(
    'snap',
    (e) => e.system.confinement === 'snap' && (notOpened(e) || noPort(e)),
    () => ({
      command: 'sudo snap connect datayoti-field:raw-usb',
    }),
  ),
  symptom(
    'wsl',
    (e) => e.system.confinement === 'wsl' && noPort(e),
    () => ({
      command: 'usbipd attach --wsl --busid BUSID',
    }),
  ),
  symptom(
    'container',
    (e) => e.system.confinement === 'container' && notOpened(e),
    (e) => ({
      command: `--device=${e.address}`,
    }),
  ),
  symptom(
    'virtual-machine',
    (e) => e.system.confinement === 'vm' && noPort(e) && e.usbSeenWithoutPort !== true,
  ),

  symptom(
    'permission-relogin',
    (e) => {
      const group = serialGroup(e);
      const { groups, accountGroups } = e.system;
      return denied(e) && isLinux(e) && accountGroups.includes(group) && !groups.includes(group);
    },
    (e) => ({ group: serialGroup(e) }),
  ),
  symptom(
    'permission-rule',
    (e) => denied(e) && isLinux(e) && (e.deviceGroup === 'root' || e.system.groups.includes(serialGroup(e))),
    (e) => ({ command: accessRuleCommand(e.usb) }),
  ),
  symptom(
    'permission-group',
    (e) => denied(e) && isLinux(e),
    (e) => ({
      group: serialGroup(e),
      user: e.system.user,
      command: joinGroupCommand(e),
    }),
  ),
  symptom('permission-other', denied),

  symptom(
    'modem-manager',
    (e) => busy(e) && e.use?.program === 'ModemManager',
    (e) => ({
      command: modemManagerRuleCommand(e.usb),
    }),
  ),
  symptom(
    'busy-program',
    (e) => busy(e) && typeof e.use?.program === 'string',
    (e) => ({
      program: e.use?.program ?? '',
      pid: e.use?.pid ?? 0,
    }),
  ),
  symptom('busy', busy, undefined, 'per system'),

  symptom(
    'brltty',
    (e) =>
      isLinux(e) &&
      e.system.running.includes('brltty') &&
      isClaimedByBrltty(e.usb) &&
      (missing(e) || lost(e) || e.phase === 'plug-in'),
    (e) => ({ command: e.usb === null ? '' : brlttyRuleCommand(e.usb) }),
  ),
  symptom(
    'other-address',
    (e) => missing(e) && e.otherBoards.length > 0,
    (e) => ({
      other: e.otherBoards[0] ?? '',
    }),
  ),
  symptom(
    'driver-old-mac',
    (e) => isDarwin(e) && e.usbSeenWithoutPort === true && isWch(e.usb) && e.system.release < 18,
  ),
  symptom('driver-missing', (e) => e.usbSeenWithoutPort === true, undefined, 'per system'),
  symptom('charge-only-cable', (e) => e.phase === 'plug-in' && e.usbSeenWithoutPort !== true),
  symptom('port-gone', missing),

  symptom(
    'not-rfc2217',
    (e) => failedWith('serial.unreachable')(e) && /RFC 2217/.test(e.error?.message ?? ''),
  ),
  symptom('network-unreachable', failedWith('serial.unreachable')),
  symptom('network-lost', (e) => lost(e) && /^(socket|rfc2217):/.test(e.address)),
  symptom(
    'weak-hub',
    (e) => lost(e) && e.behindHub === true && says('brown-out', 'brown-out-loop', 'reset-brown-out')(e),
  ),
  symptom('native-usb-returned', (e) => lost(e) && e.nativeUsb && e.portReturned),
  symptom('native-usb-gone', (e) => lost(e) && e.nativeUsb),
  symptom('hub-disconnects', (e) => lost(e) && e.behindHub === true),
  symptom('port-vanished', lost),
  symptom('baud-unsupported', failedWith('serial.baud-rate-unsupported'), (e) => ({ baudRate: e.baudRate })),
];
