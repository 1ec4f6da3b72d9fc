import type { Settings } from '../../../shared/contract/settings.ts';
import type { StackState } from '../../../shared/contract/stack.ts';
import type { LocalStack } from '../local-stack.ts';
import type { Attached } from './attach.ts';
import type { EngineDescription } from './engine/docker-engine.ts';
import type { WatchedServices } from './service-watch.ts';
import { databaseName, ownerName } from './stack-variables.ts';

/** What the state of the stack is made of. */
export interface StackFacts extends Pick<StackState, 'phase' | 'sinceMs' | 'step' | 'error'> {
  readonly settings: Settings;
  readonly watched: WatchedServices;
  readonly attached: Attached | undefined;
  readonly description: EngineDescription | null;
}

/** The state in the form that all stacks share; what Mosquitto does not tell stays 0. */
export function stackStateOf(facts: StackFacts): ReturnType<LocalStack['state']> {
  const { settings, phase, sinceMs, step, error, attached, description } = facts;
  return {
    kind: 'docker',
    phase,
    sinceMs,
    step,
    broker: {
      phase: phaseOf(facts, 'mosquitto'),
      listeners: phase === 'running' ? listenersOf(settings) : [],
      clients: attached?.link.clients ?? 0,
      refusedLogins: 0,
      refusedMessages: 0,
      refusedSubscriptions: 0,
      oversizedPackets: 0,
      refusedConnections: 0,
      queueOverflows: 0,
      retained: attached?.link.retained ?? 0,
      serviceName: null,
      error: null,
    },
    database: {
      phase: phaseOf(facts, 'postgres'),
      kind: attached?.database.kind ?? null,
      version: attached?.database.version ?? null,
      address: settings.postgresAddress,
      port: phase === 'running' ? settings.postgresPort : null,
      databaseName,
      user: ownerName,
      sizeBytes: attached?.database.sizeBytes ?? null,
      error: null,
    },
    freeDiskBytes: description?.freeDiskBytes ?? null,
    use: { application: null, database: null, folderBytes: null },
    totalDiskBytes: null,
    error,
  };
}

/** Of one service: while the stack is said to run, its container may have ended. */
function phaseOf({ phase, watched }: StackFacts, service: string): StackState['phase'] {
  if (phase !== 'running' && phase !== 'failed') return phase;
  const state = watched.services.find(({ name }) => name === service)?.state;
  if (state === 'healthy' || state === 'starting') return 'running';
  return phase === 'running' ? 'failed' : 'stopped';
}

function listenersOf(settings: Settings): StackState['broker']['listeners'] {
  const { brokerAddress: address, mqttPort, mqttsPort, websocketPort } = settings;
  return [
    { name: 'mqtt', address, port: mqttPort, url: `mqtt://${address}:${mqttPort}` },
    { name: 'mqtts', address, port: mqttsPort, url: `mqtts://${address}:${mqttsPort}` },
    { name: 'websocket', address, port: websocketPort, url: `ws://${address}:${websocketPort}` },
  ];
}
