/**
 * Improv Wi-Fi over serial, the device's side (improv-wifi.com/serial): packets of `IMPROV`, version, type,
 * length, data and a sum over all that precedes it, in between ordinary log lines.
 */
export const improvState = { ready: 0x02, provisioning: 0x03, provisioned: 0x04 } as const;
export type ImprovState = (typeof improvState)[keyof typeof improvState];

const packetType = { state: 0x01, error: 0x02, command: 0x03, result: 0x04 } as const;
const rpc = { wifi: 1, state: 2, info: 3, scan: 4, hostname: 5, deviceName: 6, network: 7 } as const;
const improvError = {
  none: 0,
  invalidPacket: 1,
  unknownCommand: 2,
  unableToConnect: 3,
  badHostname: 5,
} as const;

const header = Buffer.from('IMPROV\x01', 'latin1');
const lengthAt = 8;
const dataAt = 9;

export interface ImprovDevice {
  readonly firmware: string;
  readonly version: string;
  readonly chip: string;
  state(): ImprovState;
  hostname: string;
  deviceName: string;
  /** Where the device's page is once it is on the network; empty for none. */
  url(): string;
  networks(): readonly { readonly ssid: string; readonly rssi: number; readonly secured: boolean }[];
  connect(ssid: string, password: string): Promise<boolean>;
}

/** Answers the commands of one device. */
export class ImprovServer {
  readonly #device: ImprovDevice;
  readonly #send: (bytes: Buffer) => void;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(device: ImprovDevice, send: (bytes: Buffer) => void) {
    this.#device = device;
    this.#send = send;
  }

  push(bytes: Uint8Array): void {
    this.#buffer = Buffer.concat([this.#buffer, bytes]);
    for (;;) {
      const at = this.#buffer.indexOf(header);
      if (at < 0) {
        this.#buffer = this.#buffer.subarray(Math.max(0, this.#buffer.length - header.length + 1));
        return;
      }
      this.#buffer = this.#buffer.subarray(at);
      if (this.#buffer.length < dataAt) return;
      const end = dataAt + (this.#buffer[lengthAt] ?? 0);
      if (this.#buffer.length <= end) return;
      const packet = this.#buffer.subarray(0, end);
      const sum = this.#buffer[end];
      this.#buffer = this.#buffer.subarray(end + 1);
      if (packet[7] !== packetType.command) continue;
      if (sum === sumOf(packet)) void this.#command(Buffer.from(packet.subarray(dataAt)));
      else this.#error(improvError.invalidPacket);
    }
  }

  /** Says unasked what state the device is in now. */
  tellState(): void {
    this.#packet(packetType.state, Buffer.of(this.#device.state()));
  }

  async #command(data: Buffer): Promise<void> {
    const [command = 0, length = 0] = data;
    const body = data.subarray(2);
    if (data.length < 2 || length !== body.length) return this.#error(improvError.invalidPacket);
    if (command === rpc.hostname && body.length > 0 && !isHostname(body.toString('utf8')))
      return this.#error(improvError.badHostname);
    if (!Object.values<number>(rpc).includes(command)) return this.#error(improvError.unknownCommand);
    this.#error(improvError.none);
    await this.#answer(command, body);
  }

  async #answer(command: number, body: Buffer): Promise<void> {
    const device = this.#device;
    switch (command) {
      case rpc.wifi:
        return this.#wifi(body);
      case rpc.state:
        this.tellState();
        if (device.state() === improvState.provisioned) this.#result(command, this.#urls());
        return;
      case rpc.info:
        return this.#result(command, [device.firmware, device.version, device.chip, device.deviceName]);
      case rpc.scan:
        for (const { ssid, rssi, secured } of device.networks())
          this.#result(command, [ssid, String(rssi), secured ? 'YES' : 'NO']);
        return this.#result(command, []);
      case rpc.hostname:
        if (body.length > 0) device.hostname = body.toString('utf8');
        return this.#result(command, [device.hostname]);
      case rpc.deviceName:
        if (body.length > 0) device.deviceName = body.toString('utf8');
        return this.#result(command, [device.deviceName]);
      default: {
        const online = device.state() === improvState.provisioned;
        // Bit 0 is online, bit 1 that it has Wi-Fi at all.
        return this.#result(command, [String(online ? 0b11 : 0b10), ...(online ? this.#urls() : [])]);
      }
    }
  }

  async #wifi(body: Buffer): Promise<void> {
    const ssidLength = body[0] ?? 0;
    const passwordLength = body[1 + ssidLength] ?? 0;
    if (ssidLength === 0 || body.length !== 2 + ssidLength + passwordLength)
      return this.#error(improvError.invalidPacket);
    this.#packet(packetType.state, Buffer.of(improvState.provisioning));
    const joined = await this.#device.connect(
      body.toString('utf8', 1, 1 + ssidLength),
      body.toString('utf8', 2 + ssidLength),
    );
    if (!joined) {
      this.#error(improvError.unableToConnect);
      return this.tellState();
    }
    this.tellState();
    this.#result(rpc.wifi, this.#urls());
  }

  #urls(): readonly string[] {
    const url = this.#device.url();
    return url === '' ? [] : [url];
  }

  #error(code: number): void {
    this.#packet(packetType.error, Buffer.of(code));
  }

  #result(command: number, strings: readonly string[]): void {
    const parts = strings.map((text) => Buffer.from(text, 'utf8')).flatMap((b) => [Buffer.of(b.length), b]);
    const body = Buffer.concat(parts);
    this.#packet(packetType.result, Buffer.concat([Buffer.of(command, body.length), body]));
  }

  #packet(type: number, data: Buffer): void {
    const packet = Buffer.concat([header, Buffer.of(type, data.length), data]);
    this.#send(Buffer.concat([packet, Buffer.of(sumOf(packet), 0x0a)]));
  }
}

function sumOf(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  return sum & 0xff;
}

/** One label of RFC 1123. */
function isHostname(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(text);
}
