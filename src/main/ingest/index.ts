export { AckingMqttClient, type AckingMqttClientOptions } from './acking-mqtt-client.ts';
export { IngestPipeline, type CommittedMessage, type IngestPipelineOptions } from './ingest-pipeline.ts';
export { PostgresIngestStore } from './ingest-store.ts';
export type { KnownDevicesChange } from './known-devices.ts';
export { ingestHandlers, openIngest, type LiveIngest } from './live-ingest.ts';
