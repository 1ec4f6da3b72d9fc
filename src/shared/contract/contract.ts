import { alertsContract } from './alerts.ts';
import { backupContract } from './backup.ts';
import { boardsContract } from './boards.ts';
import { brokerContract } from './broker.ts';
import { conformityContract } from './conformity.ts';
import { demoContract } from './demo.ts';
import { devicesContract } from './devices.ts';
import { dockerContract } from './docker.ts';
import { firmwareContract } from './firmware.ts';
import { healthContract } from './health.ts';
import { historyContract } from './history.ts';
import { improvContract } from './improv.ts';
import { ingestContract } from './ingest.ts';
import { monitorContract } from './monitor.ts';
import { portsContract } from './ports.ts';
import type { ClientOf, HandlersOf } from './procedure.ts';
import { provisioningContract } from './provisioning.ts';
import { readingsImportContract } from './readings-import.ts';
import { retentionContract } from './retention.ts';
import { rollupsContract } from './rollups.ts';
import { settingsContract } from './settings.ts';
import { siteCheckContract } from './site-check.ts';
import { stackContract } from './stack.ts';
import { syncContract } from './sync.ts';
import { surveyContract } from './survey.ts';
import { surveyReportContract } from './survey-report.ts';
import { systemContract } from './system.ts';
import { trafficContract } from './traffic.ts';

/** Everything that a screen or a command can ask of the main side. */
export const contract = {
  system: systemContract,
  stack: stackContract,
  backup: backupContract,
  broker: brokerContract,
  docker: dockerContract,
  devices: devicesContract,
  ingest: ingestContract,
  readingsImport: readingsImportContract,
  retention: retentionContract,
  rollups: rollupsContract,
  conformity: conformityContract,
  history: historyContract,
  health: healthContract,
  alerts: alertsContract,
  siteCheck: siteCheckContract,
  sync: syncContract,
  survey: surveyContract,
  surveyReport: surveyReportContract,
  settings: settingsContract,
  demo: demoContract,
  ports: portsContract,
  boards: boardsContract,
  firmware: firmwareContract,
  improv: improvContract,
  provisioning: provisioningContract,
  monitor: monitorContract,
  traffic: trafficContract,
} as const;

export type AppContract = typeof contract;
export type Handlers = HandlersOf<AppContract>;
export type Client = ClientOf<AppContract>;
