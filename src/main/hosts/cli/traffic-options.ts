import type { Command } from 'commander';
import { messageFilter, type MessageFilter } from '../../../shared/contract/traffic-messages.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import { argument, withCommon, type Common } from './answer.ts';

/** Which broker: one that the application knows, or any other by its address. */
export interface SourceOptions extends Common {
  readonly source: string;
  readonly mqtt?: string;
  readonly mqttPasswordFile?: string;
  readonly mqttVersion: string;
  readonly ca?: string;
}

export interface FilterOptions {
  readonly topic?: string;
  readonly text?: string;
  readonly jsonpath?: string;
  readonly qos?: readonly string[];
  readonly retained?: boolean;
  readonly client?: string;
}

export function withSource(command: Command): Command {
  return withCommon(command)
    .option('--source <name>', 'the stack, or a profile of the application by its name or id', 'stack')
    .option('--mqtt <url>', 'another broker: mqtt:// or mqtts://[user@]host[:port]')
    .option('--mqtt-password-file <file>', 'file with its password (or the variable DATAYOTI_MQTT_PASSWORD)')
    .option('--mqtt-version <version>', 'of the protocol with --mqtt: 3.1.1 or 5', '3.1.1')
    .option('--ca <file>', 'certificate authority of that broker, PEM');
}

export function withFilter(command: Command): Command {
  return command
    .option('--topic <filter>', 'topics, with + and #')
    .option('--text <text>', 'in topic or payload, whatever its case')
    .option('--jsonpath <conditions>', 'such as: temperature > 8 && site.name ~ "cold"')
    .option('--qos <level...>', '0, 1, 2')
    .option('--retained', 'retained messages alone')
    .option('--no-retained', 'none of the retained messages')
    .option('--client <id>', 'client id or account, on the embedded broker');
}

/** @throws AppError `request.invalid`; what the parts themselves say is read by the application */
export function filterOf({ topic, text, jsonpath, qos, retained, client }: FilterOptions): MessageFilter {
  return argument(
    messageFilter,
    {
      topic: topic ?? '',
      text: text ?? '',
      json: jsonpath ?? '',
      qos: (qos ?? []).map(Number),
      retained: retained ?? null,
      client: client ?? '',
    },
    'filter',
  );
}

/** @throws AppError `request.invalid` */
export function numberOption(
  text: string,
  field: string,
  { least, most, whole = true }: { readonly least: number; readonly most: number; readonly whole?: boolean },
): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= least && value <= most && (!whole || Number.isInteger(value)))
    return value;
  throw new AppError(
    'request.invalid',
    `--${field} is a ${whole ? 'whole ' : ''}number from ${least} to ${most}.`,
    { field },
  );
}
