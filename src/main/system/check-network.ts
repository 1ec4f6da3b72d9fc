import { readFile, stat } from 'node:fs/promises';
import type { Settings } from '../../shared/contract/settings.ts';
import type { CheckResult } from '../../shared/contract/system.ts';
import { canListen, findFreePort, portHolder, type PortHolder } from '../foundation/port-holder.ts';
import { result } from './check-result.ts';

export interface PortParts {
  readonly settings: () => Settings;
  /** Ports that our own running stack holds: no conflict. */
  readonly ownPorts: () => readonly number[];
  /** Is the holder of a port our own application in another process? */
  readonly isOwnHolder?: (holder: PortHolder | null, port: number) => boolean;
}

/** The ports that sensors and the database need: free, ours, or taken by whom. */
export function checkPorts({ settings, ownPorts, isOwnHolder }: PortParts): Promise<CheckResult>[] {
  const { mqttPort, mqttsPort, websocketPort, postgresPort, brokerAddress, tlsEnabled, websocketEnabled } =
    settings();
  const wanted = [
    { id: 'port.mqtt', port: mqttPort, address: brokerAddress },
    ...(tlsEnabled ? [{ id: 'port.mqtts', port: mqttsPort, address: brokerAddress }] : []),
    ...(websocketEnabled ? [{ id: 'port.websocket', port: websocketPort, address: brokerAddress }] : []),
    { id: 'port.postgres', port: postgresPort, address: '127.0.0.1' },
  ];
  return wanted.map(async ({ id, port, address }) => {
    if (ownPorts().includes(port))
      return result(id, 'port-ours', 'ok', `Port ${port} is ours.`, null, { port });
    if (await canListen(address, port))
      return result(id, 'port-free', 'ok', `Port ${port} is free.`, null, { port });
    const holder = await portHolder(port);
    if (isOwnHolder?.(holder, port) === true)
      return result(id, 'port-of-application', 'ok', `Port ${port} is ours: the application runs.`, null, {
        port,
      });
    const freePort = await findFreePort(address, port + 1);
    return result(
      id,
      holder === null ? 'port-taken' : 'port-taken-by',
      'warn',
      `Port ${port} is taken${holder === null ? '' : ` by ${holder.program} (process ${holder.pid})`}.`,
      `End that program, or use port ${freePort ?? '?'}.`,
      {
        port,
        program: holder?.program ?? null,
        pid: holder?.pid ?? null,
        freePort: freePort ?? null,
      },
    );
  });
}

/** What could keep sensors away; said, never changed. `mqttPort` is the port they come to. */
export async function checkFirewall(mqttPort: number): Promise<CheckResult> {
  if (process.platform === 'win32')
    return hint(
      'firewall-windows',
      'Windows asks once whether the application may be reached; the answer can be given later too.',
      `netsh advfirewall firewall add rule name="DataYoti MQTT" dir=in action=allow protocol=TCP localport=${mqttPort}`,
    );
  if (process.platform === 'darwin')
    return hint(
      'firewall-macos',
      'macOS asks once whether the application may be reached.',
      'Allow it in System Settings, Network, Firewall.',
    );
  if (await exists('/usr/sbin/ufw')) {
    const enabled = /^ENABLED=yes/m.test(await readFile('/etc/ufw/ufw.conf', 'utf8').catch(() => ''));
    return enabled
      ? hint('firewall-ufw-on', 'The firewall ufw is switched on.', `sudo ufw allow ${mqttPort}/tcp`)
      : hint(
          'firewall-ufw-off',
          'The firewall ufw is installed and switched off.',
          `sudo ufw allow ${mqttPort}/tcp`,
        );
  }
  if (await exists('/usr/sbin/firewalld'))
    return hint(
      'firewall-firewalld',
      'The firewall firewalld is installed.',
      `sudo firewall-cmd --add-port=${mqttPort}/tcp --permanent && sudo firewall-cmd --reload`,
    );
  return result('firewall', 'firewall-none', 'ok', 'No firewall program was found.');
}

function hint(word: string, finding: string, command: string): CheckResult {
  return result('firewall', word, 'note', finding, `If sensors cannot connect: ${command}`, { command });
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
