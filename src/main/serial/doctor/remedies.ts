import type { UsbIdentity } from '../serial-line.ts';
import type { Evidence } from './evidence.ts';

const hex = (value: number): string => value.toString(16).padStart(4, '0');
/** For a command line in single quotes; names of accounts and devices come from the system, not from us. */
const quoted = (text: string): string =>
  /^[\w./@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

const writeRule = (file: string, rule: string): string =>
  `echo '${rule}' | sudo tee /etc/udev/rules.d/${file} && sudo udevadm control --reload`;

/**
 * The group that may open serial ports: what the device itself says, else what the distribution uses (Arch and its
 * relatives `uucp`, all others `dialout`).
 */
export function serialGroup({ deviceGroup, system }: Pick<Evidence, 'deviceGroup' | 'system'>): string {
  if (deviceGroup !== null && deviceGroup !== 'root') return deviceGroup;
  return system.distribution.includes('arch') ? 'uucp' : 'dialout';
}

export function joinGroupCommand(evidence: Evidence): string {
  return `sudo usermod -aG ${serialGroup(evidence)} ${quoted(evidence.system.user)}`;
}

/** Gives whoever sits at the computer this device alone (systemd's `uaccess`; the number must be below 73). */
export function accessRuleCommand(usb: UsbIdentity | null): string {
  const device =
    usb === null
      ? 'KERNEL=="ttyUSB[0-9]*|ttyACM[0-9]*"'
      : `ATTRS{idVendor}=="${hex(usb.vendorId)}", ATTRS{idProduct}=="${hex(usb.productId)}"`;
  return writeRule('70-datayoti-serial.rules', `SUBSYSTEM=="tty", ${device}, TAG+="uaccess"`);
}

/**
 * Takes what brltty's own rules (85-brltty.rules, 90-brltty-device.rules) gave this one kind of adapter away again:
 * the driver, and the wish to have its service started. brltty itself and every other display stay as they are.
 */
export function brlttyRuleCommand({ vendorId, productId }: UsbIdentity): string {
  const [vendor, product] = [hex(vendorId), hex(productId)];
  return writeRule(
    `99-datayoti-${vendor}-${product}.rules`,
    `SUBSYSTEM=="usb", ATTR{idVendor}=="${vendor}", ATTR{idProduct}=="${product}", ` +
      'ENV{BRLTTY_BRAILLE_DRIVER}="", ENV{SYSTEMD_WANTS}=""',
  );
}

/** ModemManager's own way of leaving a device alone (its documentation, "ID_MM_DEVICE_IGNORE"). */
export function modemManagerRuleCommand(usb: UsbIdentity | null): string {
  const [vendor, product] = usb === null ? ['10c4', 'ea60'] : [hex(usb.vendorId), hex(usb.productId)];
  return writeRule(
    `78-datayoti-${vendor}-${product}.rules`,
    `ATTRS{idVendor}=="${vendor}", ATTRS{idProduct}=="${product}", ENV{ID_MM_DEVICE_IGNORE}="1"`,
  );
}

/** Adapters whose ids brltty's rules also claim: CH340, CP210x and FT232R. */
export function isClaimedByBrltty(usb: UsbIdentity | null): usb is UsbIdentity {
  if (usb === null) return false;
  return ['1a86:7523', '10c4:ea60', '10c4:ea80', '0403:6001'].includes(
    `${hex(usb.vendorId)}:${hex(usb.productId)}`,
  );
}

export const isWch = (usb: UsbIdentity | null): boolean => usb?.vendorId === 0x1a86;
