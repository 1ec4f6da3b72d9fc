import { brokerContract } from './broker.ts';
import { demoContract } from './demo.ts';
import { devicesContract } from './devices.ts';
import { ingestContract } from './ingest.ts';
import type { ClientOf, HandlersOf } from './procedure.ts';
import { settingsContract } from './settings.ts';
import { stackContract } from './stack.ts';
import { systemContract } from './system.ts';

/** Everything that a screen or a command can ask of the main side. */
export const contract = {
  system: systemContract,
  stack: stackContract,
  broker: brokerContract,
  devices: devicesContract,
  ingest: ingestContract,
  settings: settingsContract,
  demo: demoContract,
} as const;

export type AppContract = typeof contract;
export type Handlers = HandlersOf<AppContract>;
export type Client = ClientOf<AppContract>;
