export { AccountStore, CertificateAuthority, isAny, localAddresses } from './embedded/broker/index.ts';
export type { DockerEngine } from './docker/engine/docker-engine.ts';
export { systemMachine } from './docker/engine/engine-machine.ts';
export { EngineFinder } from './docker/engine/find-engines.ts';
export { EmbeddedStack, type StackTenant } from './embedded/embedded-stack.ts';
export { brokerHandlers, stackHandlers } from './stack.ts';
